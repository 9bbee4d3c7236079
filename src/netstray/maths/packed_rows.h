#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/maths/dense.h"

namespace netstray {

/// Places of a packed row: the numbers, then one code a group.
inline std::size_t packed_width(const MatrixShape& shape) noexcept {
  return shape.number_columns() + shape.widths().size();
}

/// A row as the distance kernels take it: its numbers, then each group's code as a float (codes are below 2^16, so
/// exact). `out` has packed_width places.
void pack_row(const Matrix& matrix, std::size_t row, std::span<float> out) noexcept;
/// The named rows, row after row. `out` has rows.size() * packed places.
void pack_rows(const Matrix& matrix, std::span<const std::uint32_t> rows, std::span<float> out) noexcept;

/// Squared difference of two packed rows, added to `parts` (dense columns) times `weight`. Where codes differ, both
/// codes' columns get 1 each, as their dense values differ by 1.
void add_squared_difference(const MatrixShape& shape, std::span<const float> a, std::span<const float> b, double weight,
                            std::span<double> parts) noexcept;

}  // namespace netstray
