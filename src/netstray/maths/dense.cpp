#include "netstray/maths/dense.h"

#include <algorithm>

namespace netstray {

void dense_block(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> row_major_out) {
  constexpr std::size_t kRows = 64;
  const std::size_t width = matrix.columns();
  for (std::size_t first = begin; first < end; first += kRows) {
    const std::size_t last = std::min(end, first + kRows);
    float* const out = row_major_out.data() + (first - begin) * width;
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const float* values = matrix.numbers(column).data() + first;
      for (std::size_t i = 0; i < last - first; ++i) out[i * width + column] = values[i];
    }
    for (const auto& group : matrix.groups()) {
      for (std::size_t i = 0; i < last - first; ++i) {
        float* const to = out + i * width + group.first_column;
        std::fill_n(to, group.width, 0.0F);
        to[group.codes[first + i]] = 1.0F;
      }
    }
  }
}

}  // namespace netstray
