#include "netstray/capture/tick_clock.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

TEST(TickClock, AgreesWithLongDoublesForAnyResolutionAndOffset) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng(seed);
    const auto resolution = static_cast<std::uint8_t>(rng.below(256));
    const std::int64_t offset =
        rng.below(2) == 0 ? 0 : static_cast<std::int64_t>(rng.below(2'000'000'000)) - 1'000'000'000;
    const std::uint64_t ticks = rng.next() >> rng.below(64);
    const long double base = (resolution & 0x80U) != 0 ? 2.0L : 10.0L;
    const long double exact =
        (static_cast<long double>(ticks) * std::pow(base, -static_cast<long double>(resolution & 0x7fU)) +
         static_cast<long double>(offset)) *
        1e9L;
    const TimeNs time = TickClock(resolution, offset).time(ticks);
    if (exact > 9.2e18L) {
      EXPECT_GE(time, 9'199'999'999'999'999'999) << "seed " << seed;
    } else {
      EXPECT_NEAR(static_cast<double>(static_cast<long double>(time) - exact), 0.0, 2.0) << "seed " << seed;
    }
  }
}

TEST(TickClock, TimesOutOfRangeAreTheNearestThereIs) {
  EXPECT_EQ(TickClock().time(UINT64_MAX), INT64_MAX);
  EXPECT_EQ(TickClock(6, INT64_MAX).time(1), INT64_MAX);
  EXPECT_EQ(TickClock(6, INT64_MIN).time(1), INT64_MIN);
  EXPECT_EQ(TickClock(0, 0).time(UINT64_MAX), INT64_MAX);
  EXPECT_EQ(TickClock(127, 0).time(UINT64_MAX), 0);
  EXPECT_EQ(TickClock(0xff, 0).time(UINT64_MAX), 0);
}

TEST(TickClock, AnOffsetCountsFromTheFirstTickOn) { EXPECT_EQ(TickClock(6, 5).time(0), 5'000'000'000); }

}  // namespace
}  // namespace netstray
