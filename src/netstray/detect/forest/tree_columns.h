#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// A dense column as the trees grow on it: a number column, or one code of a group.
struct TreeColumn {
  std::uint32_t dense;
  std::uint32_t source;  ///< index of the number column or of the group
  std::uint16_t code;
  bool number;

  /// The column's dense value.
  float value(const Matrix& matrix, std::size_t row) const noexcept {
    if (number) return matrix.numbers(source)[row];
    return matrix.groups()[source].codes[row] == code ? 1.0F : 0.0F;
  }
};

/// The columns that are not constant in rows [begin, end), begin < end, in dense order.
std::vector<TreeColumn> varying_columns(const Matrix& matrix, std::size_t begin, std::size_t end);

}  // namespace netstray
