#include "netstray/maths/quantile.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

TEST(Quantile, IsLinearBetweenNeighbours) {
  const std::vector<double> values{4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);  // as numpy.quantile
  EXPECT_DOUBLE_EQ(quantile({7}, 0.3), 7);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_TRUE(std::isnan(sorted_quantile({}, 0.5)));
}

TEST(Quantile, IsTheSameOfSortedAndUnsortedValues) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    std::vector<double> values(1 + rng.below(40));
    for (double& value : values) value = seed % 2 == 0 ? rng.normal() : static_cast<double>(rng.below(4));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    double before = sorted.front();
    for (double q = 0; q <= 1; q += 0.03125) {
      const double found = quantile(values, q);
      ASSERT_EQ(found, sorted_quantile(sorted, q)) << "seed " << seed << " q " << q;
      ASSERT_GE(found, before) << "seed " << seed << " q " << q;
      before = found;
    }
  }
}

TEST(Quantile, StaysWithinTheValuesForAnyQ) {
  const std::vector<double> sorted{1, 2};
  EXPECT_DOUBLE_EQ(sorted_quantile(sorted, -1), 1);
  EXPECT_DOUBLE_EQ(sorted_quantile(sorted, 2), 2);
}

TEST(MeanSd, IsThePopulationsAndKeepsLargeOffsets) {
  const MeanSd small = mean_sd(std::vector<double>{1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(small.mean, 2.5);
  EXPECT_DOUBLE_EQ(small.sd, std::sqrt(1.25));
  const MeanSd offset = mean_sd(std::vector<double>{1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4});
  EXPECT_DOUBLE_EQ(offset.mean, 1e9 + 2.5);
  EXPECT_DOUBLE_EQ(offset.sd, std::sqrt(1.25));
  const MeanSd empty = mean_sd({});
  EXPECT_EQ(empty.mean, 0);
  EXPECT_EQ(empty.sd, 0);
}

TEST(MedianAbsoluteDeviation, IsTheMedianDistanceFromTheMedian) {
  EXPECT_DOUBLE_EQ(median_absolute_deviation(std::vector<double>{1, 1, 2, 2, 4, 6, 9}), 1);
  EXPECT_DOUBLE_EQ(median_absolute_deviation(std::vector<double>{5}), 0);
  EXPECT_TRUE(std::isnan(median_absolute_deviation(std::vector<double>{})));
}

}  // namespace
}  // namespace netstray
