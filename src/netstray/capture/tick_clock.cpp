#include "netstray/capture/tick_clock.h"

#include <algorithm>

namespace netstray {
namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr unsigned kNanosecondDigits = 9;
constexpr unsigned kMostDigits = 19;  // 10^19 still fits 64 bits
constexpr std::uint8_t kPowerOfTwo = 0x80;

std::uint64_t power_of_ten(unsigned exponent) noexcept {
  std::uint64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// A time in whole seconds and what is left of one in nanoseconds.
struct Parts {
  std::uint64_t seconds;
  std::uint64_t nanoseconds;
};

Parts decimal_parts(std::uint64_t ticks, unsigned digits) noexcept {
  if (digits > kMostDigits) {
    const unsigned beyond = std::min(digits - kMostDigits, kMostDigits + 1);
    ticks = beyond > kMostDigits ? 0 : ticks / power_of_ten(beyond);
    digits = kMostDigits;
  }
  const std::uint64_t second = power_of_ten(digits);
  const std::uint64_t rest = ticks % second;
  return {ticks / second, digits <= kNanosecondDigits ? rest * power_of_ten(kNanosecondDigits - digits)
                                                      : rest / power_of_ten(digits - kNanosecondDigits)};
}

Parts binary_parts(std::uint64_t ticks, unsigned bits) noexcept {
  constexpr unsigned kMostBits = 34;  // 2^34 x 10^9 still fits 64 bits
  constexpr unsigned kWordBits = 64;
  const std::uint64_t seconds = bits >= kWordBits ? 0 : ticks >> bits;
  std::uint64_t rest = bits >= kWordBits ? ticks : ticks & ((std::uint64_t{1} << bits) - 1);
  if (bits > kMostBits) {
    rest = bits - kMostBits >= kWordBits ? 0 : rest >> (bits - kMostBits);
    bits = kMostBits;
  }
  return {seconds, (rest * kNanoseconds) >> bits};
}

TimeNs joined(const Parts& parts, std::int64_t offset_seconds) noexcept {
  constexpr std::int64_t kMostSeconds = INT64_MAX / static_cast<std::int64_t>(kNanoseconds) - 1;
  const auto seconds = static_cast<std::int64_t>(std::min<std::uint64_t>(parts.seconds, INT64_MAX));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(seconds, offset_seconds, &sum)) return INT64_MAX;  // both are positive then
  if (sum > kMostSeconds) return INT64_MAX;
  if (sum < -kMostSeconds) return INT64_MIN;
  return sum * static_cast<std::int64_t>(kNanoseconds) + static_cast<std::int64_t>(parts.nanoseconds);
}

}  // namespace

TickClock::TickClock(std::uint8_t resolution, std::int64_t offset_seconds) noexcept
    : first_slow_(0), resolution_(resolution), offset_seconds_(offset_seconds) {
  if (resolution > kNanosecondDigits || offset_seconds != 0) return;
  multiplier_ = power_of_ten(kNanosecondDigits - resolution);
  first_slow_ = static_cast<std::uint64_t>(INT64_MAX) / multiplier_ + 1;
}

TimeNs TickClock::slow_time(std::uint64_t ticks) const noexcept {
  const unsigned exponent = resolution_ & (kPowerOfTwo - 1U);
  const Parts parts = (resolution_ & kPowerOfTwo) != 0 ? binary_parts(ticks, exponent) : decimal_parts(ticks, exponent);
  return joined(parts, offset_seconds_);
}

}  // namespace netstray
