#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/synth/made_flow.h"

namespace netstray {

/// The made-up office on given days: its users and machines, their habits, and the ordinary flows that they cause.
class Office {
 public:
  /// `seed` fixes who is there; `start` and `days` when.
  Office(std::uint64_t seed, TimeNs start, unsigned days);

  /// One ordinary flow of somebody, at some time of these days.
  MadeFlow ordinary_flow(Rng& rng) const;

  /// Anybody's machine (not a server), for an anomaly to start from.
  std::uint32_t some_user(Rng& rng) const;
  /// A host outside that nobody in the office uses.
  static std::uint32_t stranger(Rng& rng);
  /// The servers inside.
  static constexpr std::uint32_t kNameServer = address(10, 20, 0, 53);
  static constexpr std::uint32_t kMailServer = address(10, 20, 0, 25);
  static constexpr std::uint32_t kTimeServer = address(10, 20, 0, 123);
  static constexpr std::uint32_t kFileServer = address(10, 20, 0, 45);
  static constexpr std::uint32_t kWebServer = address(10, 20, 0, 80);
  static constexpr std::uint32_t kLoginServer = address(10, 20, 0, 22);

  TimeNs start() const noexcept { return start_; }
  TimeNs end() const noexcept { return start_ + static_cast<TimeNs>(days_) * kDay; }

 private:
  struct User {
    std::uint32_t ip = 0;
    std::vector<double> hours;         ///< cumulative weight of each hour of the days
    std::vector<double> applications;  ///< cumulative weight of each application
    std::vector<std::uint32_t> sites;  ///< web servers, favourites first
  };

  User make_person(std::uint32_t number, Rng& rng) const;
  User make_machine(std::uint32_t number, Rng& rng) const;

  TimeNs start_;
  unsigned days_;
  std::vector<User> users_;
  std::vector<double> activity_;  ///< cumulative weight of each user
};

}  // namespace netstray
