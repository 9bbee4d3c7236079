#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/synth/user_log.h"

namespace netstray {

/// The networks of a made-up world, by country.
class NetworkMap {
 public:
  /// Throws usage Error where no network can be used: AsnCountry without a number or a country.
  explicit NetworkMap(std::span<const AsnCountry> networks);

  std::size_t countries() const noexcept { return countries_.size(); }
  /// The country of this code, or another one (always the same) where there is none.
  std::size_t country(std::string_view code) const;
  /// Any country, each alike: most are far away and seldom gone to.
  std::size_t any_country(Rng& rng) const { return rng.below(countries_.size()); }
  /// A country, the more likely the more networks it has.
  std::size_t large_country(Rng& rng) const;
  /// A network of this country; mostly one that is in no other.
  std::uint32_t network(std::size_t country, Rng& rng) const;

 private:
  struct Country {
    std::string code;
    std::vector<std::uint32_t> settled;    ///< networks of this country only
    std::vector<std::uint32_t> elsewhere;  ///< networks of other countries too
  };
  std::vector<Country> countries_;          ///< in order of code
  std::vector<std::uint32_t> of_networks_;  ///< for each pair its country
};

/// Well-known networks and the countries in which they are at home, for logs that need no list of one's own.
std::span<const AsnCountry> well_known_networks();

}  // namespace netstray
