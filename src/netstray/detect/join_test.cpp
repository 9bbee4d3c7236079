#include "netstray/detect/join.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr std::array kAll{Join::mean, Join::fisher, Join::max};

TEST(Join, IsNamed) {
  for (const auto how : kAll) EXPECT_EQ(join_named(name_of(how)), how);
  EXPECT_FALSE(join_named("median").has_value());
}

TEST(Join, IsAsComputedByHand) {
  const std::vector<double> values{1, 2, 6};
  EXPECT_DOUBLE_EQ(join(values, Join::mean), 3);
  EXPECT_DOUBLE_EQ(join(values, Join::max), 6);
  // Chi-squared with 6 degrees of freedom: P(>= 2 x) = e^-x (1 + x + x^2 / 2), x = 9 ln 10.
  const double x = 9 * std::log(10.0);
  EXPECT_NEAR(join(values, Join::fisher), -std::log10(std::exp(-x) * (1 + x + x * x / 2)), 1e-9);
}

TEST(Join, OfOneDetectorChangesNothing) {
  for (const auto how : kAll) {
    for (const double value : {0.0, 0.3, 2.0, 300.0}) {
      EXPECT_NEAR(join(std::array{value}, how), value, 1e-9) << name_of(how);
    }
    EXPECT_EQ(join({}, how), 0);
  }
}

TEST(Join, NeverFallsWhenOnePartRises) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const auto how = kAll[seed % kAll.size()];
    std::vector<double> values(1 + rng.below(6));
    for (double& value : values) value = rng.uniform() * (seed % 5 == 0 ? 300 : 4);
    const double before = join(values, how);
    ASSERT_GE(before, 0) << "seed " << seed;
    values[rng.below(values.size())] += rng.uniform();
    ASSERT_GE(join(values, how), before - 1e-12) << "seed " << seed;
    ASSERT_TRUE(std::isfinite(join(values, how))) << "seed " << seed;
  }
}

TEST(Join, ByFisherIsAPWhereTheDetectorsAreIndependent) {
  std::size_t within = 0;
  constexpr std::size_t kRows = 100'000;
  Rng rng(4);
  for (std::size_t row = 0; row < kRows; ++row) {
    std::array<double, 4> values{};
    for (double& value : values) value = -std::log10(1 - rng.uniform());
    if (join(values, Join::fisher) >= 1) ++within;
  }
  EXPECT_NEAR(static_cast<double>(within) / kRows, 0.1, 0.004);
}

TEST(Join, ByFisherOfAThousandDetectorsStaysFinite) {
  const std::vector<double> most(1000, 300);
  EXPECT_TRUE(std::isfinite(join(most, Join::fisher)));
  EXPECT_GT(join(most, Join::fisher), 290'000);
}

}  // namespace
}  // namespace netstray
