#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/maths/float_buffer.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// Rows of a Matrix, row after row, each from a cache line on: the numbers, zeros up to a multiple of 16, then one u32
/// per one-hot group with the dense column that is 1. For work that takes rows in random order.
class RowStore {
 public:
  /// Room for `rows` rows of matrices of this one's shape.
  RowStore(const Matrix& shape, std::size_t rows);

  /// Copies rows [begin, end) of `matrix` to places [at, at + end - begin). Uses the calling thread only, so that
  /// pieces can be filled in parallel.
  void fill(const Matrix& matrix, std::size_t begin, std::size_t end, std::size_t at) noexcept;

  const float* row(std::size_t place) const noexcept { return values_.data() + place * stride_; }
  std::size_t number_columns() const noexcept { return number_columns_; }
  std::size_t groups() const noexcept { return groups_; }
  /// Where in a row the codes begin, in floats; a multiple of 16.
  std::size_t code_offset() const noexcept { return code_offset_; }
  /// From row to row, in floats; a multiple of 16.
  std::size_t stride() const noexcept { return stride_; }

 private:
  std::size_t number_columns_;
  std::size_t groups_;
  std::size_t code_offset_;
  std::size_t stride_;
  FloatBuffer values_;
};

}  // namespace netstray
