#include "netstray/maths/quadratic_form.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/maths/made_up_matrix.h"
#include "netstray/maths/symmetric.h"

namespace netstray {
namespace {

std::vector<double> random_numbers(Rng& rng, std::size_t count) {
  std::vector<double> numbers(count);
  for (double& number : numbers) number = rng.normal();
  return numbers;
}

TEST(QuadraticForm, IsTheSquaredLengthOfTheDenseProduct) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<std::uint32_t> widths;
    for (std::uint64_t g = rng.below(3); g > 0; --g) widths.push_back(static_cast<std::uint32_t>(2 + rng.below(9)));
    const Matrix matrix = made_up_matrix(rng, 1 + rng.below(60), 1 + rng.below(9), widths);
    const std::size_t d = matrix.columns();
    const std::size_t outputs = rng.below(d + 1);
    const auto centre = random_numbers(rng, d);
    const auto packed = random_numbers(rng, packed_size(outputs, d));
    const MatrixShape shape(matrix);
    const QuadraticForm form(shape, centre, packed, outputs);
    QuadraticForm::Scratch scratch(shape);
    std::vector<double> q(matrix.rows());
    form.values(matrix, 0, matrix.rows(), q, scratch);
    std::vector<float> dense(d);
    std::vector<double> parts(d);
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      matrix.dense_row(row, dense);
      double slow = 0;
      std::size_t at = 0;
      for (std::size_t o = 0; o < outputs; ++o) {
        double sum = 0;
        for (std::size_t j = o; j < d; ++j) sum += packed[at++] * (static_cast<double>(dense[j]) - centre[j]);
        slow += sum * sum;
      }
      ASSERT_NEAR(q[row], slow, 1e-9 * (1 + slow)) << "seed " << seed;
      form.parts(dense, parts);
      ASSERT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), slow, 1e-9 * (1 + slow)) << "seed " << seed;
    }
  }
}

TEST(DiagonalForm, IsTheWeightedSquaredDistanceOfTheDenseRow) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 1 + rng.below(60), rng.below(5), {3, 4});
    const MatrixShape shape(matrix);
    auto factors = random_numbers(rng, shape.columns());
    for (double& factor : factors) factor *= factor;
    const DiagonalForm form(shape, random_numbers(rng, shape.columns()), factors);
    RowBlock scratch(shape.number_columns());
    std::vector<double> q(matrix.rows());
    form.values(matrix, 0, matrix.rows(), q, scratch);
    std::vector<float> dense(shape.columns());
    std::vector<double> parts(shape.columns());
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      matrix.dense_row(row, dense);
      form.parts(dense, parts);
      const double slow = std::accumulate(parts.begin(), parts.end(), 0.0);
      ASSERT_NEAR(q[row], slow, 1e-9 * (1 + slow)) << "seed " << seed;
    }
  }
}

/// A covariance of a few random rows: singular where they are fewer than columns.
std::vector<double> random_covariance(Rng& rng, std::size_t d, std::size_t rows) {
  std::vector<double> covariance(d * d);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto x = random_numbers(rng, d);
    for (std::size_t i = 0; i < d * d; ++i) covariance[i] += x[i / d] * x[i % d];
  }
  return covariance;
}

TEST(InverseFactor, TimesItsMatrixIsOne) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t d = 1 + rng.below(9);
    auto covariance = random_covariance(rng, d, 3 * d);
    const double ridge = rng.uniform();
    const InverseFactor inverse = inverse_factor(covariance, d, ridge);
    EXPECT_EQ(inverse.ridge, ridge);
    for (std::size_t i = 0; i < d; ++i) covariance[i * d + i] += ridge;
    const auto factor = [&](std::size_t i, std::size_t j) {
      return j < i ? 0 : inverse.packed[packed_size(i, d) + j - i];
    };
    double log_determinant = 0;
    for (std::size_t i = 0; i < d; ++i) {
      log_determinant -= 2 * std::log(std::fabs(factor(i, i)));
      for (std::size_t j = 0; j < d; ++j) {
        double product = 0;  // of F'F with the matrix
        for (std::size_t k = 0; k < d; ++k) {
          for (std::size_t l = 0; l < d; ++l) product += factor(l, i) * factor(l, k) * covariance[k * d + j];
        }
        ASSERT_NEAR(product, i == j ? 1 : 0, 1e-7) << "seed " << seed;
      }
    }
    ASSERT_NEAR(inverse.log_determinant, log_determinant, 1e-7) << "seed " << seed;
  }
}

TEST(InverseFactor, RaisesTheRidgeWhereTheMatrixIsSingular) {
  Rng rng(1);
  const InverseFactor inverse = inverse_factor(random_covariance(rng, 6, 2), 6, 0);
  EXPECT_GT(inverse.ridge, 0);
  EXPECT_LT(inverse.ridge, 1e-6);
  const InverseFactor zero = inverse_factor(std::vector<double>(9), 3, 0);
  EXPECT_GT(zero.ridge, 0);
  for (const double number : zero.packed) EXPECT_LE(std::fabs(number), kMostFactor);
  EXPECT_THROW(inverse_factor(std::vector<double>(4, std::nan("")), 2, 1), Error);
}

TEST(Eigenpairs, TurnTheMatrixIntoItsDescendingValues) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t d = 1 + rng.below(8);
    const auto covariance = random_covariance(rng, d, 2 * d);
    const Eigenpairs pairs = eigenpairs(covariance, d);
    for (std::size_t e = 0; e < d; ++e) {
      ASSERT_LE(pairs.values[e], pairs.values[e == 0 ? 0 : e - 1]) << "seed " << seed;
      for (std::size_t i = 0; i < d; ++i) {
        double product = 0;
        for (std::size_t j = 0; j < d; ++j) product += covariance[i * d + j] * pairs.vectors[e * d + j];
        ASSERT_NEAR(product, pairs.values[e] * pairs.vectors[e * d + i], 1e-8) << "seed " << seed;
      }
    }
  }
}

TEST(Trapezoid, KeepsEveryLength) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t d = 1 + rng.below(8);
    const std::size_t rows = rng.below(d + 1);
    const auto matrix = random_numbers(rng, rows * d);
    const auto packed = trapezoid(matrix, rows, d);
    ASSERT_EQ(packed.size(), packed_size(rows, d));
    const auto x = random_numbers(rng, d);
    double before = 0;
    double after = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < d; ++j) sum += matrix[i * d + j] * x[j];
      before += sum * sum;
      sum = 0;
      for (std::size_t j = i; j < d; ++j) sum += packed[at++] * x[j];
      after += sum * sum;
    }
    ASSERT_NEAR(before, after, 1e-9 * (1 + before)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
