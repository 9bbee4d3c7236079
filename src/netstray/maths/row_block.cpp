#include "netstray/maths/row_block.h"

#include <algorithm>

namespace netstray {

RowBlock::RowBlock(std::size_t number_columns)
    : columns_(number_columns), numbers_(rounded_up(number_columns, kPanel) * kBlockRows) {}

void RowBlock::clear_past(std::size_t rows) noexcept {
  if (rows < rows_) {
    for (std::size_t j = 0; j < columns_; ++j) {
      std::fill(numbers_.data() + j * kBlockRows + rows, numbers_.data() + j * kBlockRows + rows_, 0.0);
    }
  }
  rows_ = rows;
}

void RowBlock::load(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<const double> origin) noexcept {
  clear_past(end - begin);
  for (std::size_t j = 0; j < columns_; ++j) {
    widen(matrix.numbers(j).data() + begin, rows_, origin.empty() ? 0 : origin[j], numbers_.data() + j * kBlockRows);
  }
}

void RowBlock::load(const Matrix& matrix, std::span<const std::uint32_t> indices,
                    std::span<const double> origin) noexcept {
  const auto not_next = [](std::uint32_t a, std::uint32_t b) { return b != a + 1; };
  if (!indices.empty() && std::ranges::adjacent_find(indices, not_next) == indices.end()) {
    return load(matrix, indices.front(), std::size_t{indices.back()} + 1, origin);
  }
  clear_past(indices.size());
  for (std::size_t j = 0; j < columns_; ++j) {
    const float* from = matrix.numbers(j).data();
    double* to = numbers_.data() + j * kBlockRows;
    const double zero = origin.empty() ? 0 : origin[j];
    for (std::size_t row = 0; row < rows_; ++row) to[row] = static_cast<double>(from[indices[row]]) - zero;
  }
}

}  // namespace netstray
