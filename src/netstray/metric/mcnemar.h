#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace netstray {

/// Two sets of verdicts on the same rows, compared by the rows on which one is right and the other wrong.
struct VerdictComparison {
  std::uint64_t only_first = 0;   ///< rows that only the first judges rightly
  std::uint64_t only_second = 0;  ///< rows that only the second judges rightly
  bool exact = true;              ///< how p was found: the exact binomial, else chi-squared
  double statistic = 0;           ///< chi-squared with one degree of freedom; 0 where `exact`
  double p = 1;                   ///< two-sided, of a difference as large by chance
};

/// Fewer rows than these on which the two differ are tested exactly.
inline constexpr std::uint64_t kMostExactPairs = 25;

/// McNemar's test (1947): with b and c the two counts, below kMostExactPairs rows together the exact one, p = twice
/// P(X <= min(b, c)), X binomial of b + c halves, at most 1; else chi-squared with Edwards' continuity correction
/// (1948), (|b - c| - 1)^2 / (b + c). Rows are taken as independent. Throws Error where the lengths differ.
VerdictComparison compare_verdicts(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> first,
                                   std::span<const std::uint8_t> second);

/// Holm's correction (1979) of several p-values that were looked at together, in their order: the i-th smallest of m
/// becomes the largest of (m - j) p_j over the j <= i (from 0), at most 1. All below .05 then hold together with
/// probability .95. A NaN stays NaN and does not count.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace netstray
