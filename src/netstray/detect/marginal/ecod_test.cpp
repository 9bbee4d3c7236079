#include "netstray/detect/marginal/ecod.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

/// Score of one row from the definition: the row is added to the training rows, then shares are counted.
double plain_score(const Matrix& train, const Matrix& test, std::size_t row) {
  double sum = 0;
  for (std::size_t column = 0; column < train.columns(); ++column) {
    const float value = test.at(row, column);
    double at_most = 1;
    double at_least = 1;
    double cubes = 0;
    double mean = 0;
    const auto count = static_cast<double>(train.rows());
    for (std::size_t other = 0; other < train.rows(); ++other) mean += train.at(other, column) / count;
    for (std::size_t other = 0; other < train.rows(); ++other) {
      at_most += train.at(other, column) <= value ? 1 : 0;
      at_least += train.at(other, column) >= value ? 1 : 0;
      cubes += std::pow(train.at(other, column) - mean, 3);
    }
    const double left = -std::log(at_most / (count + 1));
    const double right = -std::log(at_least / (count + 1));
    sum += std::abs(cubes) < 1e-9 ? left + right : std::max(left, right);
  }
  return sum;
}

TEST(Ecod, ScoresAsCountingDoes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const bool groups = rng.below(2) == 0;
    const std::size_t numbers = 1 + rng.below(5);
    const Matrix train = quiet_rows(rng, 30 + rng.below(60), numbers, groups);
    const Matrix test = quiet_rows(rng, 5, numbers, groups);
    const auto detector = fit_detector(ecod_info(), train);
    const auto of_test = scores_of(*detector, test);
    const auto of_train = scores_of(*detector, train);
    for (std::size_t row = 0; row < 5; ++row) {
      EXPECT_NEAR(of_test[row], plain_score(train, test, row), 1e-9) << "seed " << seed;
      EXPECT_NEAR(of_train[row], plain_score(train, train, row), 1e-9) << "seed " << seed;
    }
  }
}

TEST(Ecod, AddsBothTailsOfASymmetricColumn) {
  const auto detector = fit_detector(ecod_info(), matrix_of(1, {-1, 0, 1}));
  EXPECT_NEAR(scores_of(*detector, matrix_of(1, {0}))[0], -2 * std::log(3.0 / 4), 1e-12);
  EXPECT_NEAR(scores_of(*detector, matrix_of(1, {5}))[0], -std::log(1.0 / 4), 1e-12);
}

TEST(Ecod, PartsAddUpToTheScore) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix rows = quiet_rows(rng, 40, 1 + rng.below(4));
    const auto detector = fit_detector(ecod_info(), rows);
    std::vector<double> parts(rows.columns());
    detector->explain(rows, 7, parts);
    double sum = 0;
    for (const double part : parts) sum += part;
    EXPECT_NEAR(sum, scores_of(*detector, rows)[7], 1e-9) << "seed " << seed;
  }
}

TEST(Ecod, ScalingAColumnChangesNothing) {
  Rng rng(3);
  const Matrix rows = quiet_rows(rng, 80, 1, false);
  std::vector<float> scaled(rows.numbers(0).begin(), rows.numbers(0).end());
  for (float& value : scaled) value = std::exp(value);
  Matrix other(rows.rows());
  other.add_numbers(scaled);
  EXPECT_EQ(scores_of(*fit_detector(ecod_info(), rows), rows), scores_of(*fit_detector(ecod_info(), other), other));
}

}  // namespace
}  // namespace netstray
