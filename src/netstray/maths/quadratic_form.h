#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/maths/block_kernels.h"
#include "netstray/maths/dense.h"
#include "netstray/maths/matrix.h"
#include "netstray/maths/row_block.h"

namespace netstray {

/// q(x) = |F (x - centre)|^2 for the rows of a matrix, where F is an upper trapezoid of f64: a Mahalanobis distance, or
/// the residual of a projection. The 0/1 columns of one-hot groups are never made: what a code adds is looked up, so a
/// row costs about numbers^2 / 2 + groups * outputs multiply-adds instead of columns^2 / 2. Const members are
/// thread-safe.
class QuadraticForm {
 public:
  /// `centre` has shape.columns() places; `factor` is packed (packed_size(outputs, columns)), outputs <= columns.
  QuadraticForm(MatrixShape shape, std::vector<double> centre, std::vector<double> factor, std::size_t outputs);

  /// Room that values() works in: one a thread.
  class Scratch {
   public:
    explicit Scratch(const MatrixShape& shape);

   private:
    friend class QuadraticForm;
    RowBlock block_;
    AlignedNumbers bias_;
    AlignedNumbers q_;
    std::vector<const double*> terms_;
  };

  /// q of rows [begin, end), at most kBlockRows, finite or +infinity or NaN as the numbers are.
  void values(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<double> q, Scratch& scratch) const;
  /// Of one dense row z = row - centre: z_i (F'F z)_i for each column; their sum is q.
  void parts(std::span<const float> row, std::span<double> parts) const;
  /// (F'F)_ii for each column: what a step of 1 in that column alone gives.
  std::vector<double> squares() const;

  std::span<const double> centre() const noexcept { return centre_; }
  std::size_t outputs() const noexcept { return outputs_; }

  void save(ByteWriter& out) const;
  /// Throws Error unless the sizes fit `shape` and the numbers are finite and such that no q overflows.
  static QuadraticForm load(ByteReader& in, const MatrixShape& shape);

 private:
  void prepare();
  double factor_at(std::size_t output, std::size_t column) const noexcept {
    return column < output ? 0 : factor_[output * columns_ - output * (output + 1) / 2 + column];
  }

  MatrixShape shape_;
  std::size_t columns_;
  std::size_t outputs_;
  std::vector<double> centre_;
  std::vector<double> factor_;

  // Made from the above by prepare().
  std::size_t number_outputs_ = 0;  ///< outputs that use number columns: the first ones
  std::vector<double> panel_factors_;
  std::vector<std::size_t> panel_starts_;
  std::size_t bias_length_ = 0;  ///< number_outputs_ rounded up
  std::size_t term_length_ = 0;
  AlignedNumbers base_;   ///< what the centre's group columns add to each output
  AlignedNumbers terms_;  ///< for each group column what a 1 there adds to each output: first those with numbers
};

/// The same where F is diagonal: q(x) = sum of factor_j (x_j - centre_j)^2.
class DiagonalForm {
 public:
  /// Both have shape.columns() places; factors >= 0.
  DiagonalForm(MatrixShape shape, std::vector<double> centre, std::vector<double> factors);

  void values(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<double> q, RowBlock& scratch) const;
  void parts(std::span<const float> row, std::span<double> parts) const;

  std::span<const double> centre() const noexcept { return centre_; }
  void save(ByteWriter& out) const;
  static DiagonalForm load(ByteReader& in, const MatrixShape& shape);

 private:
  MatrixShape shape_;
  std::vector<double> centre_;
  std::vector<double> factors_;
  std::vector<double> code_values_;  ///< for each group column: what its group adds to q where the code is this one
};

}  // namespace netstray
