#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/encode/encoder.h"

namespace netstray {

/// Intervals between the quantiles of NumericScaling::rank, so there is one quantile more.
inline constexpr std::size_t kRankSteps = 1000;

/// What is learned of a number column: `values` are those of the training rows that have one, finite and ascending, and
/// `missing` is how many do not. Sets all number members.
void fit_numbers(Encoder::Column& column, std::vector<double> values, std::uint64_t missing, const Encoding& encoding);

/// A fitted column's scaling, made ready for many values.
class NumberScaler {
 public:
  /// `scaling` is the encoding's scaling of number `which`.
  NumberScaler(const Encoder::Column& column, NumericScaling scaling, std::size_t which);

  /// `value` must be finite; so is the result.
  float operator()(double value) const noexcept;

 private:
  double rank(double value) const noexcept;

  NumericScaling scaling_;
  double shift_, scale_;
  /// Distinct quantiles, and the ranks of their first and last occurrence.
  struct Tie {
    double first, last;
  };
  std::vector<double> quantiles_;
  std::vector<Tie> ties_;
};

}  // namespace netstray
