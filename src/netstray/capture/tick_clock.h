#pragma once

#include <cstdint>

#include "netstray/base/time.h"

namespace netstray {

/// How an interface of a pcapng file counts time.
class TickClock {
 public:
  /// Microseconds since 1970.
  TickClock() = default;
  /// `resolution` as in the option if_tsresol: units of 10^-n seconds, or of 2^-n where the highest bit is set.
  /// `offset_seconds` is added to each time (if_tsoffset).
  TickClock(std::uint8_t resolution, std::int64_t offset_seconds) noexcept;

  /// Rounded down to nanoseconds; the nearest there is where the time is out of TimeNs' range (1677 to 2262).
  TimeNs time(std::uint64_t ticks) const noexcept {
    if (ticks < first_slow_) return static_cast<TimeNs>(ticks * multiplier_);
    return slow_time(ticks);
  }

 private:
  TimeNs slow_time(std::uint64_t ticks) const noexcept;

  static constexpr std::uint64_t kMicrosecond = 1000;

  std::uint64_t multiplier_ = kMicrosecond;                  // nanoseconds a tick
  std::uint64_t first_slow_ = INT64_MAX / kMicrosecond + 1;  // below this, ticks are only multiplied
  std::uint8_t resolution_ = 6;
  std::int64_t offset_seconds_ = 0;
};

}  // namespace netstray
