#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace netstray {

/// n rows of encoded columns as a detector sees them: number columns as f32, and one-hot groups kept as one code a row,
/// so that the wide 0/1 matrix is never made. Dense column order: the number columns, then each group's columns one
/// after the other; the dense value of a group's column `first_column + k` is 1 where the code is k, else 0.
/// Column-major: rows of one column lie together.
class Matrix {
 public:
  struct Group {
    std::size_t first_column;  ///< dense index of the group's first column
    std::uint32_t width;       ///< how many dense columns, so codes are < width
    std::vector<std::uint16_t> codes;
  };

  explicit Matrix(std::size_t rows = 0) : rows_(rows) {}

  std::size_t rows() const noexcept { return rows_; }
  /// Dense width: number columns plus all groups' widths.
  std::size_t columns() const noexcept { return columns_; }

  /// Adds a number column of rows() values. All number columns come before the first group.
  void add_numbers(std::vector<float> values);
  /// Adds a one-hot group of `width` dense columns with rows() codes < width.
  void add_group(std::uint32_t width, std::vector<std::uint16_t> codes);

  std::size_t number_columns() const noexcept { return numbers_.size(); }
  std::span<const float> numbers(std::size_t column) const noexcept { return numbers_[column]; }
  std::span<const Group> groups() const noexcept { return groups_; }

  /// One dense value. Slow: for tests and single rows.
  float at(std::size_t row, std::size_t column) const noexcept;
  /// One row, dense. `out` has columns() places.
  void dense_row(std::size_t row, std::span<float> out) const noexcept;
  /// The named rows, in that order.
  Matrix gather(std::span<const std::uint32_t> rows) const;

 private:
  std::size_t rows_;
  std::size_t columns_ = 0;
  std::vector<std::vector<float>> numbers_;
  std::vector<Group> groups_;
};

}  // namespace netstray
