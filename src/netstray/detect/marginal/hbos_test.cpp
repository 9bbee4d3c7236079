#include "netstray/detect/marginal/hbos.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

TEST(Hbos, ScoresWhatAPersonCounts) {
  // Two bins over [0, 4], 3 rows and 1 row: densities 3/8 and 1/8.
  const auto detector = fit_detector(hbos_info(), matrix_of(1, {0, 1, 1, 4}), {"bins=2", "alpha=0.125"});
  const double common = -std::log2(3.0 / 8 + 0.125);
  const double rare = -std::log2(1.0 / 8 + 0.125);
  const auto scores = scores_of(*detector, matrix_of(1, {0, 2, 2.5, 4, -1, -1.5, 5, 5.5}));
  const std::vector<double> expected{common, rare, rare, rare, common, rare, rare, rare};
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_NEAR(scores[i], expected[i], 1e-12) << i;
}

TEST(Hbos, AConstantColumnHasBinsAroundItsValue) {
  const auto detector = fit_detector(hbos_info(), matrix_of(1, {7, 7, 7}), {"bins=10", "alpha=0.1"});
  const auto scores = scores_of(*detector, matrix_of(1, {7, 8}));
  EXPECT_NEAR(scores[0], -std::log2(10 + 0.1), 1e-9);
  EXPECT_NEAR(scores[1], -std::log2(0.1), 1e-9);
}

TEST(Hbos, TakesAGroupAsItsDenseColumns) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix train = quiet_rows(rng, 30 + rng.below(100), rng.below(4));
    Matrix dense(train.rows());
    for (std::size_t column = 0; column < train.columns(); ++column) {
      std::vector<float> values(train.rows());
      for (std::size_t row = 0; row < train.rows(); ++row) values[row] = train.at(row, column);
      dense.add_numbers(values);
    }
    const Given given{"bins=" + std::to_string(2 + rng.below(12))};
    const auto grouped = fit_detector(hbos_info(), train, given);
    const auto plain = fit_detector(hbos_info(), dense, given);
    const auto scores = scores_of(*grouped, train);
    const auto expected = scores_of(*plain, dense);
    std::vector<double> parts(train.columns());
    std::vector<double> expected_parts(train.columns());
    grouped->explain(train, 1, parts);
    plain->explain(dense, 1, expected_parts);
    EXPECT_EQ(parts, expected_parts) << "seed " << seed;
    for (std::size_t row = 0; row < scores.size(); ++row)
      EXPECT_NEAR(scores[row], expected[row], 1e-9) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
