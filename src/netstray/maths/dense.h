#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// Rows [begin, end) as dense f32, row after row: `row_major_out` has (end - begin) * columns() places. Made a column
/// at a time in tiles of rows that stay in cache, many times faster than Matrix::dense_row for each. Thread-safe.
void dense_block(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> row_major_out);

/// The first number column that holds NaN or an infinity. Uses threads().
std::optional<std::size_t> first_not_finite(const Matrix& matrix);
/// Throws Error "NAME: column N holds a value that is not finite" for the first such column. Uses threads().
void expect_finite(const Matrix& matrix, std::string_view name);
/// How many number columns hold one and the same value in all rows.
std::size_t constant_columns(const Matrix& matrix) noexcept;

/// Throws Error "NAME: ..." where `matrix` has no rows, no columns, more than `most_columns`, or a number that is not
/// finite (the message names the column by its index).
void expect_fit_for_learning(const Matrix& matrix, std::string_view name, std::size_t most_columns);

/// What columns a matrix has: how many number columns, and the width of each one-hot group.
class MatrixShape {
 public:
  MatrixShape() = default;
  explicit MatrixShape(const Matrix& matrix);

  std::size_t columns() const noexcept { return columns_; }
  std::size_t number_columns() const noexcept { return number_columns_; }
  std::span<const std::uint32_t> widths() const noexcept { return widths_; }
  /// Dense index of a group's first column.
  std::size_t first_column(std::size_t group) const noexcept { return firsts_[group]; }
  bool operator==(const MatrixShape&) const = default;

  /// Throws Error "NAME: the rows to score have other columns ..." unless `matrix` has this shape.
  void expect(const Matrix& matrix, std::string_view name) const;

  void save(ByteWriter& out) const;
  /// Throws Error unless there is at least one column and at most `most_columns`.
  static MatrixShape load(ByteReader& in, std::size_t most_columns);

 private:
  void count();

  std::size_t number_columns_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> widths_;
  std::vector<std::size_t> firsts_;
};

}  // namespace netstray
