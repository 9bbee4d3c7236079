#include "netstray/maths/matrix.h"

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

Matrix small_matrix() {
  Matrix matrix(3);
  matrix.add_numbers({1.5F, 2.5F, 3.5F});
  matrix.add_numbers({-1.0F, 0.0F, 1.0F});
  matrix.add_group(3, {2, 0, 1});
  matrix.add_group(2, {0, 1, 1});
  return matrix;
}

TEST(Matrix, LaysGroupsBehindNumbersOneDenseColumnPerCode) {
  const Matrix matrix = small_matrix();
  EXPECT_EQ(matrix.rows(), 3U);
  EXPECT_EQ(matrix.columns(), 7U);
  EXPECT_EQ(matrix.number_columns(), 2U);
  EXPECT_EQ(matrix.groups()[0].first_column, 2U);
  EXPECT_EQ(matrix.groups()[1].first_column, 5U);
  std::vector<float> row(7);
  matrix.dense_row(0, row);
  EXPECT_EQ(row, (std::vector<float>{1.5F, -1, 0, 0, 1, 1, 0}));
  matrix.dense_row(2, row);
  EXPECT_EQ(row, (std::vector<float>{3.5F, 1, 0, 1, 0, 0, 1}));
}

TEST(Matrix, GivesTheSameValueByCellAndByRow) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Matrix matrix(1 + rng.below(6));
    for (std::size_t column = rng.below(4); column > 0; --column) {
      std::vector<float> values(matrix.rows());
      for (float& value : values) value = static_cast<float>(rng.normal());
      matrix.add_numbers(std::move(values));
    }
    for (std::size_t group = rng.below(4); group > 0; --group) {
      const auto width = static_cast<std::uint32_t>(1 + rng.below(5));
      std::vector<std::uint16_t> codes(matrix.rows());
      for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(width));
      matrix.add_group(width, std::move(codes));
    }
    std::vector<float> dense(matrix.columns());
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      matrix.dense_row(row, dense);
      for (std::size_t column = 0; column < dense.size(); ++column) {
        ASSERT_EQ(matrix.at(row, column), dense[column]) << "seed " << seed;
      }
    }
  }
}

TEST(Matrix, GathersRowsInTheOrderAsked) {
  const Matrix gathered = small_matrix().gather(std::vector<std::uint32_t>{2, 0, 2});
  EXPECT_EQ(gathered.rows(), 3U);
  EXPECT_EQ(gathered.columns(), 7U);
  const Matrix matrix = small_matrix();
  for (std::size_t column = 0; column < 7; ++column) {
    EXPECT_EQ(gathered.at(0, column), matrix.at(2, column));
    EXPECT_EQ(gathered.at(1, column), matrix.at(0, column));
    EXPECT_EQ(gathered.at(2, column), matrix.at(2, column));
  }
}

}  // namespace
}  // namespace netstray
