#include "netstray/detect/neural/shuffled_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

/// The places 0 .. count - 1 in a shuffled order.
std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  const std::vector<float> values(count);
  std::vector<const float*> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = values.data() + i;
  std::vector<const float*> room;
  shuffle_rows(rows, room, seed);
  std::vector<std::size_t> places(count);
  for (std::size_t i = 0; i < count; ++i) places[i] = static_cast<std::size_t>(rows[i] - values.data());
  return places;
}

TEST(ShuffledRows, EveryRowIsThereOnceForAnyCount) {
  for (std::size_t count = 0; count < 120; ++count) {
    auto places = shuffled(count, count);
    std::ranges::sort(places);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(places[i], i) << "of " << count;
  }
}

TEST(ShuffledRows, EveryOrderOfFewRowsIsAsLikely) {
  constexpr int kRounds = 24'000;
  constexpr double kExpected = kRounds / 24.0;
  std::vector<int> counts(256);
  for (int seed = 0; seed < kRounds; ++seed) {
    const auto places = shuffled(4, static_cast<std::uint64_t>(seed));
    ++counts[places[0] * 64 + places[1] * 16 + places[2] * 4 + places[3]];
  }
  double chi_square = 0;
  int orders = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    ++orders;
    chi_square += std::pow(count - kExpected, 2) / kExpected;
  }
  EXPECT_EQ(orders, 24);
  EXPECT_LT(chi_square, 49.7);  // .999 of the distribution with 23 degrees of freedom
}

TEST(ShuffledRows, WhereManyRowsEndUpDoesNotHangOnWhereTheyWere) {
  constexpr std::size_t kCount = 50'000;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto places = shuffled(kCount, seed);
    double product = 0;
    double neighbours = 0;
    const double middle = (kCount - 1) / 2.0;
    for (std::size_t i = 0; i < kCount; ++i) {
      const double place = static_cast<double>(places[i]) - middle;
      product += (static_cast<double>(i) - middle) * place;
      if (i > 0) neighbours += place * (static_cast<double>(places[i - 1]) - middle);
    }
    const double spread = kCount * (std::pow(kCount, 2) - 1) / 12.0;
    EXPECT_LT(std::fabs(product / spread), 5 / std::sqrt(kCount)) << "seed " << seed;
    EXPECT_LT(std::fabs(neighbours / spread), 5 / std::sqrt(kCount)) << "seed " << seed;
  }
}

TEST(ShuffledRows, AnyNumberOfThreadsGivesTheSameOrderAndAnotherSeedAnother) {
  set_threads(1);
  const auto one = shuffled(70'001, 9);
  set_threads(3);
  EXPECT_EQ(shuffled(70'001, 9), one);
  set_threads(0);
  EXPECT_NE(shuffled(70'001, 10), one);
}

}  // namespace
}  // namespace netstray
