#include "netstray/maths/dense.h"

#include <limits>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

TEST(DenseBlock, HoldsTheRowsAsDenseRowGivesThem) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix =
        made_up_matrix(rng, 1 + rng.below(150), rng.below(6), {3, static_cast<std::uint32_t>(1 + rng.below(9))});
    const std::size_t begin = rng.below(matrix.rows());
    const std::size_t end = begin + rng.below(matrix.rows() - begin + 1);
    std::vector<float> block((end - begin) * matrix.columns(), -1);
    dense_block(matrix, begin, end, block);
    std::vector<float> row(matrix.columns());
    for (std::size_t r = begin; r < end; ++r) {
      matrix.dense_row(r, row);
      const auto first = block.begin() + static_cast<std::ptrdiff_t>((r - begin) * matrix.columns());
      ASSERT_TRUE(std::equal(row.begin(), row.end(), first)) << "seed " << seed << " row " << r;
    }
  }
}

TEST(FitForLearning, NamesTheFirstColumnThatIsNotFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Matrix matrix = matrix_of({{1, 2, 3}, {1, 2, infinity}});
  EXPECT_EQ(first_not_finite(matrix), 2U);
  EXPECT_EQ(first_not_finite(matrix_of({{1, 2}})), std::nullopt);
  try {
    expect_fit_for_learning(matrix, "gmm", 10);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "gmm: column 2 holds a value that is not finite");
  }
  EXPECT_THROW(expect_fit_for_learning(matrix_of({{1, 2, 3}}), "gmm", 2), Error);
  EXPECT_THROW(expect_fit_for_learning(Matrix(0), "gmm", 2), Error);
  EXPECT_THROW(expect_fit_for_learning(Matrix(5), "gmm", 2), Error);
}

TEST(ConstantColumns, AreCounted) {
  EXPECT_EQ(constant_columns(matrix_of({{1, 5, 2}, {1, 6, 2}, {1, 5, 2}})), 2U);
  EXPECT_EQ(constant_columns(Matrix(3)), 0U);
}

TEST(MatrixShape, IsTheSameAfterSavingAndLoadingAndRefusesOthers) {
  Rng rng(1);
  const Matrix matrix = made_up_matrix(rng, 5, 3, {4, 2});
  const MatrixShape shape(matrix);
  EXPECT_EQ(shape.columns(), 9U);
  EXPECT_EQ(shape.first_column(1), 7U);
  ByteWriter out;
  shape.save(out);
  ByteReader in(out.bytes(), "model");
  EXPECT_EQ(MatrixShape::load(in, 9), shape);
  EXPECT_NO_THROW(shape.expect(matrix, "pca"));
  EXPECT_THROW(shape.expect(made_up_matrix(rng, 5, 3, {2, 4}), "pca"), Error);
  EXPECT_THROW(shape.expect(made_up_matrix(rng, 5, 9), "pca"), Error);
  ByteReader again(out.bytes(), "model");
  EXPECT_THROW(MatrixShape::load(again, 8), Error);
}

}  // namespace
}  // namespace netstray
