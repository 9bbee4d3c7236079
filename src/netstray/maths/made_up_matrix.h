#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// For tests: `rows` rows of correlated number columns of different offsets and scales, and one-hot groups of the
/// `widths` whose codes go with the numbers.
inline Matrix made_up_matrix(Rng& rng, std::size_t rows, std::size_t numbers, std::vector<std::uint32_t> widths = {}) {
  std::vector<std::vector<float>> columns(numbers, std::vector<float>(rows));
  std::vector<std::vector<std::uint16_t>> codes(widths.size(), std::vector<std::uint16_t>(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    const double common = rng.normal();
    for (std::size_t j = 0; j < numbers; ++j) {
      const auto place = static_cast<double>(j);
      columns[j][row] = static_cast<float>(10 * place + (1 + 0.2 * place) * (0.6 * common + rng.normal()));
    }
    for (std::size_t g = 0; g < widths.size(); ++g) {
      const bool usual = common > 0 || rng.below(3) > 0;
      codes[g][row] = static_cast<std::uint16_t>(usual ? 0 : rng.below(widths[g]));
    }
  }
  Matrix matrix(rows);
  for (auto& column : columns) matrix.add_numbers(std::move(column));
  for (std::size_t g = 0; g < widths.size(); ++g) matrix.add_group(widths[g], std::move(codes[g]));
  return matrix;
}

/// For tests: a matrix of these rows of numbers.
inline Matrix matrix_of(const std::vector<std::vector<float>>& rows) {
  Matrix matrix(rows.size());
  for (std::size_t j = 0; !rows.empty() && j < rows.front().size(); ++j) {
    std::vector<float> column;
    column.reserve(rows.size());
    for (const auto& row : rows) column.push_back(row[j]);
    matrix.add_numbers(std::move(column));
  }
  return matrix;
}

}  // namespace netstray
