#include <algorithm>
#include <cmath>
#include <numbers>

#include "netstray/maths/quantile.h"
#include "netstray/report/charts/distributions.h"

namespace netstray {

std::vector<double> kernel_density(std::span<const double> values, std::size_t points) {
  constexpr std::size_t kBins = 2048;
  constexpr double kReach = 6;  // bandwidths; a normal density is below 1e-8 of its height there
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double range = values.empty() ? 0 : *most - *least;
  const double sd = mean_sd(values).sd;
  if (!(range > 0) || !(sd > 0) || !std::isfinite(sd) || points < 2) return std::vector<double>(points, 1.0);
  // seaborn's and SciPy's Scott takes the sample's standard deviation (n - 1).
  const auto n = static_cast<double>(values.size());
  const double bandwidth = sd * std::sqrt(n / (n - 1)) * std::pow(n, -0.2);
  std::vector<double> bins(kBins, 0.0);
  const double per_value = static_cast<double>(kBins - 1) / range;
  for (const double value : values) {
    const double place = (value - *least) * per_value;
    const auto left = std::min(static_cast<std::size_t>(place), kBins - 2);
    const double share = place - static_cast<double>(left);
    bins[left] += 1 - share;
    bins[left + 1] += share;
  }
  std::vector<double> density(points, 0.0);
  const double height = 1 / (n * bandwidth * std::sqrt(2 * std::numbers::pi));
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins[b] == 0) continue;
    const double centre = static_cast<double>(b) / per_value;
    for (std::size_t p = 0; p < points; ++p) {
      const double at = range * static_cast<double>(p) / static_cast<double>(points - 1);
      const double away = (at - centre) / bandwidth;
      if (std::fabs(away) < kReach) density[p] += bins[b] * std::exp(-0.5 * away * away) * height;
    }
  }
  return density;
}

}  // namespace netstray
