#include "netstray/maths/matrix.h"

#include <algorithm>
#include <cassert>

namespace netstray {

void Matrix::add_numbers(std::vector<float> values) {
  assert(values.size() == rows_ && groups_.empty());
  numbers_.push_back(std::move(values));
  ++columns_;
}

void Matrix::add_group(std::uint32_t width, std::vector<std::uint16_t> codes) {
  assert(codes.size() == rows_);
  groups_.push_back({columns_, width, std::move(codes)});
  columns_ += width;
}

float Matrix::at(std::size_t row, std::size_t column) const noexcept {
  if (column < numbers_.size()) return numbers_[column][row];
  for (const auto& group : groups_) {
    if (column < group.first_column + group.width) return group.first_column + group.codes[row] == column ? 1.0F : 0.0F;
  }
  return 0.0F;
}

void Matrix::dense_row(std::size_t row, std::span<float> out) const noexcept {
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t column = 0; column < numbers_.size(); ++column) out[column] = numbers_[column][row];
  for (const auto& group : groups_) out[group.first_column + group.codes[row]] = 1.0F;
}

Matrix Matrix::gather(std::span<const std::uint32_t> rows) const {
  Matrix result(rows.size());
  for (const auto& column : numbers_) {
    std::vector<float> values(rows.size());
    std::transform(rows.begin(), rows.end(), values.begin(), [&](std::uint32_t row) { return column[row]; });
    result.add_numbers(std::move(values));
  }
  for (const auto& group : groups_) {
    std::vector<std::uint16_t> codes(rows.size());
    std::transform(rows.begin(), rows.end(), codes.begin(), [&](std::uint32_t row) { return group.codes[row]; });
    result.add_group(group.width, std::move(codes));
  }
  return result;
}

}  // namespace netstray
