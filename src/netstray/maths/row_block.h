#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/maths/block_kernels.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// Up to kBlockRows rows of a matrix's number columns in f64, less an origin, as the block kernels take them. Columns
/// are padded to a multiple of 4 and rows to kBlockRows with zeros.
class RowBlock {
 public:
  explicit RowBlock(std::size_t number_columns);

  /// Rows [begin, end). `origin` has one number a number column, or is empty for 0.
  void load(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<const double> origin) noexcept;
  /// The rows of `indices`, in that order.
  void load(const Matrix& matrix, std::span<const std::uint32_t> indices, std::span<const double> origin) noexcept;

  std::size_t rows() const noexcept { return rows_; }
  const double* data() const noexcept { return numbers_.data(); }

 private:
  void clear_past(std::size_t rows) noexcept;

  std::size_t columns_;
  std::size_t rows_ = 0;
  AlignedNumbers numbers_;
};

}  // namespace netstray
