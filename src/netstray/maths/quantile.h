#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netstray {

/// The quantile q in [0, 1] of sorted values, linear between neighbours (numpy's default, Hyndman and Fan's type 7).
/// NaN if empty.
double sorted_quantile(std::span<const double> sorted, double q) noexcept;
/// The same of values in any order; takes a copy. O(n).
double quantile(std::vector<double> values, double q) noexcept;

struct MeanSd {
  double mean;
  double sd;  ///< population standard deviation (divides by n), as scikit-learn's StandardScaler
};
/// Two passes in f64, so that large offsets do not cancel. {0, 0} if empty.
MeanSd mean_sd(std::span<const double> values) noexcept;

/// Median of |x - median|, not scaled.
double median_absolute_deviation(std::span<const double> values);

}  // namespace netstray
