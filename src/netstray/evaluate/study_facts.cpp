#include "netstray/evaluate/study_facts.h"

#include <algorithm>
#include <limits>

namespace netstray {
namespace {

struct Range {
  double low, high;
};

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

Range range_of(std::string_view activation) noexcept {
  if (activation == "relu") return {0, kNoEnd};
  if (activation == "sigmoid") return {0, 1};
  if (activation == "tanh") return {-1, 1};
  if (activation == "elu") return {-1, kNoEnd};
  return {-kNoEnd, kNoEnd};
}

}  // namespace

std::string_view name_of(RowsUsed rows) noexcept {
  switch (rows) {
    case RowsUsed::none:
      return "none";
    case RowsUsed::train:
      return "train";
    case RowsUsed::calibration:
      return "calibration";
    case RowsUsed::validation:
      return "validation";
    case RowsUsed::test:
      return "test";
    case RowsUsed::test_normals:
      return "test-normals";
    case RowsUsed::all:
      return "all";
  }
  return "";
}

bool sees_test(RowsUsed rows) noexcept {
  return rows == RowsUsed::test || rows == RowsUsed::test_normals || rows == RowsUsed::all;
}

Reach reach_of(std::string_view activation, const Matrix& encoded) {
  const auto [low, high] = range_of(activation);
  std::uint64_t outside = 0;
  double squares = 0;
  for (std::size_t column = 0; column < encoded.number_columns(); ++column) {
    for (const float value : encoded.numbers(column)) {
      const double distance = value - std::clamp<double>(value, low, high);
      outside += distance != 0 ? 1U : 0U;
      squares += distance * distance;
    }
  }
  const auto values = static_cast<double>(encoded.rows()) * static_cast<double>(encoded.columns());
  if (values == 0) return {};
  return {static_cast<double>(outside) / values, squares / values};
}

}  // namespace netstray
