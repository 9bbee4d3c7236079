#include "netstray/detect/forest/tree_columns.h"

#include <algorithm>
#include <span>

namespace netstray {
namespace {

/// Without a branch, so that the compiler can take many at a time.
bool all_equal(std::span<const float> values) noexcept {
  float low = values[0];
  float high = values[0];
  for (const float value : values) {
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  return !(low < high);
}

}  // namespace

std::vector<TreeColumn> varying_columns(const Matrix& matrix, std::size_t begin, std::size_t end) {
  std::vector<TreeColumn> columns;
  for (std::uint32_t column = 0; column < matrix.number_columns(); ++column) {
    if (!all_equal(matrix.numbers(column).subspan(begin, end - begin))) columns.push_back({column, column, 0, true});
  }
  for (std::uint32_t index = 0; index < matrix.groups().size(); ++index) {
    const Matrix::Group& group = matrix.groups()[index];
    std::vector<std::uint8_t> seen(group.width);
    for (std::size_t row = begin; row < end; ++row) seen[group.codes[row]] = 1;
    if (std::ranges::count(seen, 1) < 2) continue;
    for (std::uint32_t code = 0; code < group.width; ++code) {
      if (seen[code] == 0) continue;
      columns.push_back(
          {static_cast<std::uint32_t>(group.first_column) + code, index, static_cast<std::uint16_t>(code), false});
    }
  }
  return columns;
}

}  // namespace netstray
