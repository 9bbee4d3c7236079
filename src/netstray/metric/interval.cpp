#include <algorithm>
#include <cmath>

#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr double kNormalQuantile975 = 1.959963984540054;

/// Weights of a beta-binomial distribution of `rows` draws with whole a, b >= 1, by the ratio of neighbours, so that
/// neither factorials nor logarithms are needed: weight(x + 1) = weight(x) * up(x).
struct BetaBinomial {
  double rows, a, b;

  double up(double x) const noexcept { return (rows - x) * (x + a) / ((x + 1) * (rows - x - 1 + b)); }

  double mode() const noexcept {
    const double spread = a + b - 2;
    if (spread == 0) return 0;
    return std::clamp(std::floor((rows * (a - 1) + 1 - b) / spread) + 1, 0.0, rows);
  }

  /// The least x with P(X <= x) >= low, and the same for high. Walks outward from the mode, whose weight is taken as 1,
  /// as far as weights matter.
  Interval quantiles(double low, double high) const noexcept {
    constexpr double kNothing = 1e-20;
    const double top = mode();
    double above = 0;
    double weight = 1;
    for (double x = top; x < rows && weight > kNothing; ++x) above += weight *= up(x);
    double first = top;
    double first_weight = 1;
    double below = 0;
    while (first > 0 && first_weight > kNothing) {
      --first;
      below += first_weight /= up(first);
    }
    const double total = below + 1 + above;
    const auto walk = [&](double goal) {
      double x = first;
      double at_x = first_weight;
      double sum = at_x;
      while (x < rows && sum < goal * total) {
        at_x *= up(x);
        ++x;
        sum += at_x;
      }
      return x;
    };
    return {walk(low), walk(high)};
  }
};

}  // namespace

Interval wilson(std::uint64_t k, std::uint64_t n) noexcept {
  if (n == 0) return {0, 1};
  const auto rows = static_cast<double>(n);
  const double share = static_cast<double>(k) / rows;
  const double z2 = kNormalQuantile975 * kNormalQuantile975;
  const double centre = (share + z2 / (2 * rows)) / (1 + z2 / rows);
  const double half =
      kNormalQuantile975 / (1 + z2 / rows) * std::sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows));
  return {k == 0 ? 0 : std::max(0.0, centre - half), k >= n ? 1 : std::min(1.0, centre + half)};
}

Interval false_alarm_interval(double share, std::uint64_t calibration_rows, std::uint64_t rows) {
  if (calibration_rows == 0 || rows == 0) return {0, 1};
  const auto places = static_cast<double>(calibration_rows) + 1;
  // The largest k with k / (n + 1) <= share, by the same division that makes p-values.
  double k = std::floor(share * places);
  if ((k + 1) / places <= share) ++k;
  if (k / places > share) --k;
  const bool beyond_all = k < 1;
  k = std::max(k, 1.0);
  if (k >= places) return {1, 1};
  constexpr std::uint64_t kMostRows = 10'000'000;
  const auto drawn = static_cast<double>(std::min(rows, kMostRows));
  const auto [low, high] = BetaBinomial{drawn, k, places - k}.quantiles(.025, .975);
  return {beyond_all ? 0 : low / drawn, high / drawn};
}

}  // namespace netstray
