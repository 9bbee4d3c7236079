#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/maths/block_kernels.h"
#include "netstray/maths/dense.h"
#include "netstray/maths/matrix.h"
#include "netstray/maths/row_block.h"

namespace netstray {

/// Weighted mean and covariance of rows, gathered in f64 about an origin near the mean, so that large offsets do not
/// cancel. One-hot groups are counted, never made. What each row adds does not depend on threads; merge in a fixed
/// order.
class Moments {
 public:
  enum class Kind { diagonal, full };

  /// `origin`: one number a number column, near their means; empty for 0.
  Moments(const MatrixShape& shape, Kind kind, std::vector<double> origin);

  /// Room that add() works in: one a thread.
  class Scratch {
   public:
    Scratch(const MatrixShape& shape, Kind kind);

   private:
    friend class Moments;
    RowBlock left_;
    AlignedNumbers right_;
    AlignedNumbers weights_;
    AlignedNumbers sum_lanes_;
    AlignedNumbers square_lanes_;
    AlignedNumbers pair_lanes_;
    std::vector<double> row_;
  };

  /// Adds the rows of `indices` with their weights (>= 0; as many, or empty for 1 each).
  void add(const Matrix& matrix, std::span<const std::uint32_t> indices, std::span<const double> weights,
           Scratch& scratch);
  void merge(const Moments& other) noexcept;

  double weight() const noexcept { return weight_; }
  /// Of all columns(), dense. Needs weight() > 0.
  std::vector<double> mean() const;
  /// columns() x columns(), row-major, symmetric; divided by the weight, as scikit-learn does. Only with Kind::full.
  std::vector<double> covariance() const;
  /// Variance of each column.
  std::vector<double> variance() const;

  /// Bytes that one takes, roughly.
  static std::size_t bytes(const MatrixShape& shape, Kind kind) noexcept;

 private:
  void add_block(const Matrix& matrix, std::span<const std::uint32_t> indices, Scratch& scratch);
  void count_codes(const Matrix& matrix, std::span<const std::uint32_t> indices, Scratch& scratch);
  void collect(Scratch& scratch);

  MatrixShape shape_;
  Kind kind_;
  std::vector<double> origin_;
  double weight_ = 0;
  std::vector<double> sums_;     ///< number columns, less the origin
  std::vector<double> squares_;  ///< number columns; Kind::diagonal
  std::vector<double> pairs_;    ///< numbers x numbers, upper triangle
  std::vector<double> counts_;   ///< group columns
  std::vector<double> cross_;    ///< group columns x numbers
  std::vector<double> both_;     ///< group columns x group columns, of an earlier group with a later one
};

/// Mean of each number column, in f64.
std::vector<double> number_means(const Matrix& matrix);

/// Moments of all rows about their exact mean. Two passes; uses threads(), same result for any number of them.
Moments moments_of(const Matrix& matrix, Moments::Kind kind);

/// In how many pieces to cut `rows` for a sum in pieces, each of which takes `bytes`: depends on nothing else.
std::size_t piece_rows(std::size_t rows, std::size_t bytes) noexcept;

}  // namespace netstray
