#pragma once

#include <cstddef>
#include <span>

#include "netstray/maths/matrix.h"

namespace netstray {

/// Rows [begin, end) of the matrix, dense, row after row: `row_major_out` has (end - begin) * matrix.columns() places.
/// Cheap when called for blocks of some hundred rows.
void dense_block(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> row_major_out);

}  // namespace netstray
