#include "netstray/maths/moments.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/parallel.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

struct SlowMoments {
  std::vector<double> mean, covariance;
};

SlowMoments slow_moments(const Matrix& matrix, const std::vector<double>& weights) {
  const std::size_t d = matrix.columns();
  SlowMoments result{std::vector<double>(d), std::vector<double>(d * d)};
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t j = 0; j < d; ++j) result.mean[j] += weights[row] * static_cast<double>(matrix.at(row, j)) / total;
  }
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        result.covariance[i * d + j] += weights[row] * (static_cast<double>(matrix.at(row, i)) - result.mean[i]) *
                                        (static_cast<double>(matrix.at(row, j)) - result.mean[j]) / total;
      }
    }
  }
  return result;
}

TEST(Moments, AreThoseOfTheDenseWeightedRowsInTwoParts) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 2 + rng.below(200), rng.below(6), {3, 4});
    const MatrixShape shape(matrix);
    std::vector<double> weights(matrix.rows());
    for (double& weight : weights) weight = 0.01 + rng.uniform();
    std::vector<std::uint32_t> rows(matrix.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    rng.shuffle(rows);
    std::vector<double> shuffled;
    for (const std::uint32_t row : rows) shuffled.push_back(weights[row]);
    const std::size_t half = rows.size() / 2;
    for (const auto kind : {Moments::Kind::full, Moments::Kind::diagonal}) {
      Moments::Scratch scratch(shape, kind);
      Moments first(shape, kind, number_means(matrix));
      Moments second = first;
      first.add(matrix, std::span(rows).first(half), std::span(shuffled).first(half), scratch);
      second.add(matrix, std::span(rows).subspan(half), std::span(shuffled).subspan(half), scratch);
      first.merge(second);
      const SlowMoments slow = slow_moments(matrix, weights);
      const auto mean = first.mean();
      for (std::size_t j = 0; j < mean.size(); ++j) ASSERT_NEAR(mean[j], slow.mean[j], 1e-9) << "seed " << seed;
      const std::size_t d = shape.columns();
      if (kind == Moments::Kind::diagonal) {
        const auto variance = first.variance();
        for (std::size_t j = 0; j < d; ++j)
          ASSERT_NEAR(variance[j], slow.covariance[j * d + j], 1e-9) << "seed " << seed;
      } else {
        const auto covariance = first.covariance();
        for (std::size_t i = 0; i < d * d; ++i) ASSERT_NEAR(covariance[i], slow.covariance[i], 1e-9) << "seed " << seed;
      }
    }
  }
}

TEST(Moments, KeepSmallVariancesBesideLargeOffsets) {
  // Numbers near 1e7 with steps of 1: a sum of squares about 0 would lose them.
  std::vector<std::vector<float>> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({1e7F + static_cast<float>(i % 2), 5});
  const auto covariance = moments_of(matrix_of(rows), Moments::Kind::full).covariance();
  EXPECT_NEAR(covariance[0], 0.25, 1e-12);
  EXPECT_EQ(covariance[3], 0.0);
}

TEST(Moments, AreTheSameBitsForAnyNumberOfThreads) {
  Rng rng(5);
  const Matrix matrix = made_up_matrix(rng, 5000, 5, {3});
  set_threads(1);
  const auto one = moments_of(matrix, Moments::Kind::full).covariance();
  set_threads(3);
  const auto three = moments_of(matrix, Moments::Kind::full).covariance();
  set_threads(0);
  EXPECT_EQ(one, three);
}

}  // namespace
}  // namespace netstray
