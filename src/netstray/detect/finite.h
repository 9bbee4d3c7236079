#pragma once

#include <string_view>

#include "netstray/maths/matrix.h"

namespace netstray {

/// Throws Error "DETECTOR: column N holds a value that is not finite" for the first such column. Uses threads().
void expect_finite(const Matrix& matrix, std::string_view detector);

}  // namespace netstray
