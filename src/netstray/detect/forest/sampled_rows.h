#pragma once

#include <cstdint>
#include <span>

#include "netstray/maths/matrix.h"

namespace netstray {

/// The named rows in that order, as Matrix::gather, for very many rows: each column is read once and nearly in order of
/// rows, so that memory is not waited for row by row. Uses threads().
Matrix gather_in_order(const Matrix& matrix, std::span<const std::uint32_t> rows);

}  // namespace netstray
