#include "netstray/base/rng.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(Rng, TheSameSeedGivesTheSameNumbersAnywhere) {
  Rng rng(1);
  EXPECT_EQ(rng.next(), 0xcfc5d07f6f03c29bULL);
  EXPECT_EQ(Rng(7).next(), Rng(7).next());
  EXPECT_NE(Rng(7).next(), Rng(8).next());
  EXPECT_NE(Rng::stream(7, 0).next(), Rng::stream(7, 1).next());
}

TEST(Rng, BelowIsUnbiasedAndBounded) {
  Rng rng(3);
  std::array<int, 5> counts{};
  for (int i = 0; i < 50'000; ++i) {
    const auto value = rng.below(5);
    ASSERT_LT(value, 5U);
    ++counts[value];
  }
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Rng, DistributionsHaveTheirMoments) {
  Rng rng(4);
  double sum = 0;
  double squares = 0;
  double exponential = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const double value = rng.normal();
    sum += value;
    squares += value * value;
    exponential += rng.exponential();
    const double uniform = rng.uniform();
    ASSERT_TRUE(uniform >= 0 && uniform < 1);
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(squares / kCount, 1, 0.03);
  EXPECT_NEAR(exponential / kCount, 1, 0.03);
}

TEST(Rng, SamplesAreDistinctAndCoverEverythingAlike) {
  std::array<int, 20> counts{};
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Rng rng(seed);
    const auto sample = rng.sample(20, 5);
    ASSERT_EQ(std::set<std::uint32_t>(sample.begin(), sample.end()).size(), 5U) << "seed " << seed;
    for (const auto value : sample) {
      ASSERT_LT(value, 20U);
      ++counts[value];
    }
  }
  for (const int count : counts) EXPECT_NEAR(count, 500, 90);
  Rng rng(1);
  EXPECT_EQ(rng.sample(3, 10).size(), 3U);
  EXPECT_TRUE(rng.sample(10, 0).empty());
}

}  // namespace
}  // namespace netstray
