#pragma once

#include <cstdint>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/base/time.h"
#include "netstray/synth/network_map.h"

namespace netstray {

/// A row of a made-up user log before it stands in a table.
struct LogEvent {
  std::int64_t second = 0;  ///< of the log
  std::uint32_t asn = 0;
  std::uint16_t port = 0;
  std::uint8_t kind = 0;  ///< 0 benign, else 1 + the place in user_log_kinds()
};

/// A user of a made-up log: where they are at home, when they are awake, what they use.
class LogUser {
 public:
  LogUser(const NetworkMap& map, Rng& rng);

  /// Appends `count` benign events of the `seconds` that the log lasts from `first_hour` (UTC, of the first day), not
  /// in order of time.
  void live(std::size_t count, std::int64_t seconds, unsigned first_hour, Rng& rng,
            std::vector<LogEvent>& events) const;

  std::size_t home() const noexcept { return home_; }
  /// Of a favourite that is used a lot.
  LogEvent usual_place(Rng& rng) const;
  /// A second at which this user is awake, or (awake = false) asleep.
  std::int64_t some_second(std::int64_t seconds, unsigned first_hour, bool awake, Rng& rng) const;

 private:
  struct Service {
    std::uint16_t port;
    std::uint32_t asn;
  };
  Service new_service(Rng& rng) const;
  Service next_service(Rng& rng) const;

  const NetworkMap* map_;
  std::size_t home_;
  unsigned wakes_ = 8;               ///< hour of the day
  unsigned awake_ = 12;              ///< hours
  double wanders_ = 0;               ///< share of bursts at something new
  std::vector<Service> favourites_;  ///< the most used first
};

}  // namespace netstray
