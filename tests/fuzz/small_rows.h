#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/maths/matrix.h"

namespace netstray::fuzz {

/// A few rows in the shape that the detectors of the corpus are fitted on: three number columns, one of them constant,
/// and, with `groups`, two one-hot groups.
inline Matrix small_rows(std::size_t rows, bool groups) {
  Rng rng(1);
  std::vector<std::vector<float>> numbers(3, std::vector<float>(rows, 2.0F));
  std::vector<std::uint16_t> protocol(rows);
  std::vector<std::uint16_t> flag(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    numbers[0][row] = static_cast<float>(rng.normal());
    numbers[1][row] = numbers[0][row] + static_cast<float>(rng.uniform());
    protocol[row] = static_cast<std::uint16_t>(rng.below(3));
    flag[row] = static_cast<std::uint16_t>(rng.below(2));
  }
  Matrix matrix(rows);
  for (auto& column : numbers) matrix.add_numbers(std::move(column));
  if (groups) {
    matrix.add_group(4, std::move(protocol));
    matrix.add_group(2, std::move(flag));
  }
  return matrix;
}

}  // namespace netstray::fuzz
