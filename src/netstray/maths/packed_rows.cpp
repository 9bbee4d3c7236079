#include "netstray/maths/packed_rows.h"

#include <algorithm>

namespace netstray {

void pack_row(const Matrix& matrix, std::size_t row, std::span<float> out) noexcept {
  float* to = out.data();
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) *to++ = matrix.numbers(column)[row];
  for (const auto& group : matrix.groups()) *to++ = group.codes[row];
}

void pack_rows(const Matrix& matrix, std::span<const std::uint32_t> rows, std::span<float> out) noexcept {
  constexpr std::size_t kRows = 64;
  const std::size_t packed = matrix.number_columns() + matrix.groups().size();
  for (std::size_t first = 0; first < rows.size(); first += kRows) {
    const auto block = rows.subspan(first, std::min(kRows, rows.size() - first));
    float* to = out.data() + first * packed;
    for (std::size_t column = 0; column < matrix.number_columns(); ++column, ++to) {
      const auto values = matrix.numbers(column);
      for (std::size_t i = 0; i < block.size(); ++i) to[i * packed] = values[block[i]];
    }
    for (const auto& group : matrix.groups()) {
      for (std::size_t i = 0; i < block.size(); ++i) to[i * packed] = group.codes[block[i]];
      ++to;
    }
  }
}

void add_squared_difference(const MatrixShape& shape, std::span<const float> a, std::span<const float> b, double weight,
                            std::span<double> parts) noexcept {
  for (std::size_t column = 0; column < shape.number_columns(); ++column) {
    const double difference = double{a[column]} - double{b[column]};
    parts[column] += weight * difference * difference;
  }
  for (std::size_t group = 0; group < shape.widths().size(); ++group) {
    const auto code_a = static_cast<std::size_t>(a[shape.number_columns() + group]);
    const auto code_b = static_cast<std::size_t>(b[shape.number_columns() + group]);
    if (code_a != code_b) {
      parts[shape.first_column(group) + code_a] += weight;
      parts[shape.first_column(group) + code_b] += weight;
    }
  }
}

}  // namespace netstray
