#include "netstray/detect/neural/row_store.h"

#include <algorithm>
#include <cstring>

namespace netstray {
namespace {

constexpr std::size_t kLineFloats = 16;
constexpr std::size_t kTileRows = 64;

using Quad = float __attribute__((vector_size(16)));

std::size_t padded(std::size_t count) noexcept { return (count + kLineFloats - 1) / kLineFloats * kLineFloats; }

Quad load(const float* from) noexcept {
  Quad quad;
  std::memcpy(&quad, from, sizeof quad);
  return quad;
}

/// Four values of each of four columns to four rows.
void transpose_quads(const float* const* columns, std::size_t row, float* to, std::size_t stride) noexcept {
  const Quad a = load(columns[0] + row);
  const Quad b = load(columns[1] + row);
  const Quad c = load(columns[2] + row);
  const Quad d = load(columns[3] + row);
  const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Quad rows[4] = {
      __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
      __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (std::size_t i = 0; i < 4; ++i) std::memcpy(to + i * stride, &rows[i], sizeof rows[i]);
}

}  // namespace

RowStore::RowStore(const Matrix& shape, std::size_t rows)
    : number_columns_(shape.number_columns()),
      groups_(shape.groups().size()),
      code_offset_(padded(number_columns_)),
      stride_(padded(code_offset_ + groups_)),
      values_(rows * stride_) {}

void RowStore::fill(const Matrix& matrix, std::size_t begin, std::size_t end, std::size_t at) noexcept {
  for (std::size_t first = begin; first < end; first += kTileRows) {
    const std::size_t last = std::min(end, first + kTileRows);
    const std::size_t even = first + (last - first) / 4 * 4;
    float* to = values_.data() + (at + first - begin) * stride_;
    std::size_t column = 0;
    for (; column + 4 <= number_columns_; column += 4) {
      const float* columns[4];
      for (std::size_t i = 0; i < 4; ++i) columns[i] = matrix.numbers(column + i).data();
      for (std::size_t row = first; row < even; row += 4) {
        transpose_quads(columns, row, to + (row - first) * stride_ + column, stride_);
      }
      for (std::size_t row = even; row < last; ++row) {
        for (std::size_t i = 0; i < 4; ++i) to[(row - first) * stride_ + column + i] = columns[i][row];
      }
    }
    for (; column < number_columns_; ++column) {
      const auto values = matrix.numbers(column);
      for (std::size_t row = first; row < last; ++row) to[(row - first) * stride_ + column] = values[row];
    }
    for (std::size_t group = 0; group < groups_; ++group) {
      const auto& codes = matrix.groups()[group];
      for (std::size_t row = first; row < last; ++row) {
        const auto dense = static_cast<std::uint32_t>(codes.first_column + codes.codes[row]);
        std::memcpy(to + (row - first) * stride_ + code_offset_ + group, &dense, sizeof dense);
      }
    }
  }
}

}  // namespace netstray
