#include "netstray/base/time.h"

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr TimeNs kSecondNs = 1'000'000'000;

TEST(Time, ReadsTheCommonDressesOfIso8601) {
  constexpr TimeNs kExpected = 1'795'297'510 * kSecondNs;  // date -u -d 2026-11-21T21:45:10 +%s
  EXPECT_EQ(parse_time("2026-11-21T21:45:10"), kExpected);
  EXPECT_EQ(parse_time("2026-11-21 21:45:10Z"), kExpected);
  EXPECT_EQ(parse_time("2026-11-21T22:45:10+0100"), kExpected);
  EXPECT_EQ(parse_time("2026-11-21T16:15:10.5-05:30"), kExpected + kSecondNs / 2);
  EXPECT_EQ(parse_time("2026/11/21 21:45:10"), kExpected);
  EXPECT_EQ(parse_time("1970-01-01"), 0);
  EXPECT_FALSE(parse_time("2026/11-21"));
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026", "2026-13-01", "2026-02-30", "2026-01-01T25:00", "2026-01-01T10:61", "10.0.0.1",
                           "2026-01-01T10:00:00 noon", "2026-01-01T10:00:00+1"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, WrittenAndReadAgainItIsTheSame) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const auto time = static_cast<TimeNs>(rng.below(7'000'000'000'000'000'000ULL)) - 2'000'000'000'000'000'000;
    EXPECT_EQ(parse_time(format_time(time)), time) << "seed " << seed << ": " << format_time(time);
  }
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(1'500'000), "1970-01-01T00:00:00.001500Z");
}

}  // namespace
}  // namespace netstray
