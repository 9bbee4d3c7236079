#pragma once

#include <string_view>

#include "netstray/maths/matrix.h"

namespace netstray {

/// Throws Error "DETECTOR: column N holds a value that is not finite" for the first such column. Uses threads().
void expect_finite(const Matrix& matrix, std::string_view detector);

/// Scores are finite: what is more, or not a number (from values that were not finite), becomes the most.
inline constexpr double kMostScore = 1e300;
constexpr double finite_score(double score) noexcept {
  return score <= kMostScore ? (score >= -kMostScore ? score : -kMostScore) : kMostScore;
}

}  // namespace netstray
