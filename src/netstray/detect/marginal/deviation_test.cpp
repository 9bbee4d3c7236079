#include "netstray/detect/marginal/deviation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

const Matrix kSix = matrix_of(1, {1, 2, 3, 4, 5, 21});  // mean 6, sd sqrt(140 / 3); median 3.5, MAD 1.5

TEST(Zscore, CountsStandardDeviations) {
  const auto scores = scores_of(*fit_detector(zscore_info(), kSix), matrix_of(1, {6, 20, -8}));
  const double two = 14 / std::sqrt(140.0 / 3);
  EXPECT_NEAR(scores[0], 0, 1e-12);
  EXPECT_NEAR(scores[1], two, 1e-12);
  EXPECT_NEAR(scores[2], two, 1e-12);
}

TEST(Mad, CountsMedianDeviations) {
  const auto scores = scores_of(*fit_detector(mad_info(), kSix), matrix_of(1, {3.5, 21}));
  EXPECT_NEAR(scores[0], 0, 1e-12);
  EXPECT_NEAR(scores[1], 0.6745 * 17.5 / 1.5, 1e-12);
}

TEST(Mad, FallsBackOnTheMeanDeviationWhereMostValuesAreEqual) {
  const auto detector = fit_detector(mad_info(), matrix_of(1, {0, 0, 0, 0, 10}));
  EXPECT_NEAR(scores_of(*detector, matrix_of(1, {10}))[0], 10 / (1.253314 * 2), 1e-9);
}

TEST(Zscore, AnotherValueInAConstantColumnDeviatesByTheSetting) {
  const Matrix train = matrix_of(2, {7, 0, 7, 1, 7, 2});
  const Matrix test = matrix_of(2, {7.5, 1, 7, 1});
  for (const auto* info : {&zscore_info(), &mad_info()}) {
    std::vector<std::string> notes;
    EXPECT_EQ(scores_of(*fit_detector(*info, train, {"constant=25"}, 1, &notes), test), (std::vector<double>{25, 0}));
    EXPECT_EQ(notes.size(), 1U);
    EXPECT_EQ(scores_of(*fit_detector(*info, train, {"constant=0"}), test)[0], 0);
  }
}

TEST(Zscore, RmsIsTheRootOfTheMeanSquare) {
  const auto detector = fit_detector(zscore_info(), matrix_of(2, {0, 0, 2, 20}), {"join=rms"});
  EXPECT_NEAR(scores_of(*detector, matrix_of(2, {4, 10}))[0], std::sqrt(9.0 / 2), 1e-12);
}

TEST(Deviation, TakesAGroupAsItsDenseColumns) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix train = quiet_rows(rng, 10 + rng.below(50), rng.below(4));
    Matrix dense(train.rows());
    for (std::size_t column = 0; column < train.columns(); ++column) {
      std::vector<float> values(train.rows());
      for (std::size_t row = 0; row < train.rows(); ++row) values[row] = train.at(row, column);
      dense.add_numbers(values);
    }
    for (const auto* info : {&zscore_info(), &mad_info()}) {
      for (const char* join : {"join=max", "join=rms"}) {
        const auto scores = scores_of(*fit_detector(*info, train, {join}), train);
        const auto expected = scores_of(*fit_detector(*info, dense, {join}), dense);
        for (std::size_t row = 0; row < scores.size(); ++row) {
          EXPECT_NEAR(scores[row], expected[row], 1e-9) << info->name << ' ' << join << " seed " << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace netstray
