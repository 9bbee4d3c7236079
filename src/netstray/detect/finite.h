#pragma once

namespace netstray {

/// Scores are finite: what is more, or not a number (from values that were not finite), becomes the most.
inline constexpr double kMostScore = 1e300;
constexpr double finite_score(double score) noexcept {
  return score <= kMostScore ? (score >= -kMostScore ? score : -kMostScore) : kMostScore;
}

}  // namespace netstray
