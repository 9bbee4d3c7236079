#include "netstray/embed/principal_components.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

TEST(PrincipalComponents, AreWhatAHandComputes) {
  // Along (3, 4) / 5 the places are -10, 0, 10; across it 0 each, but for the middle rows at +-1.
  const Matrix matrix = matrix_of({{-6, -8}, {-0.8F, 0.6F}, {0.8F, -0.6F}, {6, 8}});
  const auto found = principal_components(matrix, 2);
  EXPECT_NEAR(found.weights[0][0], 0.6, 1e-7);
  EXPECT_NEAR(found.weights[0][1], 0.8, 1e-7);
  EXPECT_NEAR(found.explained[0], 200.0 / 202, 1e-7);
  EXPECT_NEAR(found.explained[1], 2.0 / 202, 1e-7);
  EXPECT_NEAR(found.scores[0][0], -10, 1e-5);
  EXPECT_NEAR(found.scores[0][1], 0, 1e-5);
  EXPECT_NEAR(found.scores[1][1], -1, 1e-5);  // weights (.8, -.6), the larger one positive
}

TEST(PrincipalComponents, AreUncorrelatedOfFallingVarianceAndKeepAllOfIt) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const auto widths = seed % 2 == 0 ? std::vector<std::uint32_t>{3, 2} : std::vector<std::uint32_t>{};
    const Matrix matrix = made_up_matrix(rng, 30 + rng.below(40), 1 + rng.below(6), widths);
    const auto found = principal_components(matrix, matrix.columns());
    double variance = 0;
    for (std::size_t column = 0; column < matrix.columns(); ++column) {
      double mean = 0;
      double squares = 0;
      for (std::size_t row = 0; row < matrix.rows(); ++row) mean += static_cast<double>(matrix.at(row, column));
      mean /= static_cast<double>(matrix.rows());
      for (std::size_t row = 0; row < matrix.rows(); ++row) {
        squares += std::pow(static_cast<double>(matrix.at(row, column)) - mean, 2);
      }
      variance += squares;
    }
    for (std::size_t a = 0; a < matrix.columns(); ++a) {
      ASSERT_NEAR(dot(found.scores[a], found.scores[a]) / variance, found.explained[a], 1e-5) << "seed " << seed;
      for (std::size_t b = 0; b < a; ++b) {
        ASSERT_NEAR(dot(found.scores[a], found.scores[b]) / variance, 0, 1e-5) << "seed " << seed;
        ASSERT_GE(found.explained[b], found.explained[a]) << "seed " << seed;
      }
    }
    ASSERT_NEAR(std::accumulate(found.explained.begin(), found.explained.end(), 0.0), 1, 1e-9) << "seed " << seed;
  }
}

TEST(PrincipalComponents, AreTheSameForAnyNumberOfThreads) {
  Rng rng(4);
  const Matrix matrix = made_up_matrix(rng, 3'000, 5, {4});
  set_threads(1);
  const auto one = principal_components(matrix, 3);
  set_threads(3);
  const auto three = principal_components(matrix, 3);
  set_threads(0);
  EXPECT_EQ(one.scores, three.scores);
  EXPECT_EQ(one.weights, three.weights);
}

TEST(PrincipalComponents, OfRowsThatAreAllAlikeExplainNothing) {
  const auto found = principal_components(matrix_of({{2, 3}, {2, 3}}), 2);
  EXPECT_EQ(found.explained, (std::vector<double>{0, 0}));
  EXPECT_EQ(found.scores[0], (std::vector<float>{0, 0}));
  EXPECT_THROW(principal_components(matrix_of({{2, 3}}), 3), Error);
  EXPECT_THROW(principal_components(Matrix(0), 0), Error);
  EXPECT_THROW(principal_components(matrix_of({{NAN}}), 1), Error);
}

}  // namespace
}  // namespace netstray
