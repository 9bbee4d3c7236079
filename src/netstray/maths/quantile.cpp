#include "netstray/maths/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace netstray {
namespace {

struct Place {
  std::size_t below;
  double fraction;
};

Place place_of(std::size_t count, double q) noexcept {
  const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(count - 1);
  const auto below = static_cast<std::size_t>(position);
  return {below, position - static_cast<double>(below)};
}

/// As numpy: from the nearer end, so that the result is monotone in the fraction.
double between(double low, double high, double fraction) noexcept {
  if (low == high) return low;
  return fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction);
}

}  // namespace

double sorted_quantile(std::span<const double> sorted, double q) noexcept {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto [below, fraction] = place_of(sorted.size(), q);
  return between(sorted[below], sorted[std::min(below + 1, sorted.size() - 1)], fraction);
}

double quantile(std::vector<double> values, double q) noexcept {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto [below, fraction] = place_of(values.size(), q);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), middle, values.end());
  const double low = *middle;
  if (below + 1 == values.size()) return low;
  return between(low, *std::min_element(middle + 1, values.end()), fraction);
}

MeanSd mean_sd(std::span<const double> values) noexcept {
  if (values.empty()) return {0, 0};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / n)};
}

double median_absolute_deviation(std::span<const double> values) {
  const double median = quantile({values.begin(), values.end()}, 0.5);
  std::vector<double> deviations(values.size());
  std::transform(values.begin(), values.end(), deviations.begin(),
                 [median](double v) { return std::fabs(v - median); });
  return quantile(std::move(deviations), 0.5);
}

}  // namespace netstray
