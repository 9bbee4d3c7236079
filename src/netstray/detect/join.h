#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace netstray {

/// How the p-values of several detectors for one row become one number, higher = more unusual.
enum class Join : std::uint8_t {
  mean,    ///< mean of -log10 p: a row has to be a little unusual to all, or very unusual to some
  fisher,  ///< -log10 of Fisher's (1925) combined p, as if they were independent; ranks rows exactly as `mean` does
  max      ///< the greatest -log10 p: one detector is enough
};
std::string_view name_of(Join how) noexcept;
std::optional<Join> join_named(std::string_view name) noexcept;

/// Joins -log10 p of each detector, all at least 0. 0 where there are none. The result is at least 0, finite where they
/// are, and never falls when one of them rises. O(n).
double join(std::span<const double> minus_log10_p, Join how) noexcept;

}  // namespace netstray
