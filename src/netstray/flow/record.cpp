#include "netstray/flow/record.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace netstray {

std::string_view name_of(ConnState state) noexcept {
  static constexpr std::array<std::string_view, 13> kNames{"S0",   "S1",     "SF",    "REJ", "S2",  "S3", "RSTO",
                                                           "RSTR", "RSTOS0", "RSTRH", "SH",  "SHR", "OTH"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(EndReason reason) noexcept {
  static constexpr std::array<std::string_view, kEndReasons> kNames{"closed", "idle",         "interim",
                                                                    "memory", "end_of_input", "active"};
  return kNames[static_cast<std::size_t>(reason)];
}

void Moments::add(double value) noexcept {
  least = count == 0 ? value : std::min(least, value);
  greatest = count == 0 ? value : std::max(greatest, value);
  ++count;
  const double before = value - mean;
  mean += before / static_cast<double>(count);
  m2 += before * (value - mean);
}

double Moments::deviation() const noexcept { return count < 2 ? 0 : std::sqrt(m2 / static_cast<double>(count)); }

}  // namespace netstray
