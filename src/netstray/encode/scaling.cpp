#include "netstray/encode/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "netstray/maths/quantile.h"

namespace netstray {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

/// Larger values are learned as this, so that differences and sums in between stay finite.
constexpr double kLargestLearned = 1e300;

double log_of(double value) noexcept { return std::copysign(std::log1p(std::fabs(value)), value); }

/// mean_sd, also where the squares of the values would overflow.
MeanSd safe_mean_sd(std::vector<double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::fabs(value));
  constexpr double kSafe = 1e140;
  if (largest < kSafe) return mean_sd(values);
  for (double& value : values) value /= largest;
  const MeanSd unit = mean_sd(values);
  return {unit.mean * largest, unit.sd * largest};
}

/// `scale`, or else the next choice, where one cannot divide by it.
double usable(double scale, double otherwise) noexcept { return scale > 0 ? std::min(scale, kLargest) : otherwise; }

/// Shift and scale of the scalings that are a shift and a scale. `sorted` is imputed and not empty.
Encoder::LinearScale fit_scale(const Encoder::Column& column, const std::vector<double>& sorted,
                               NumericScaling scaling) {
  const bool same = sorted.front() == sorted.back();
  const double sd = same ? 1 : usable(column.sd, 1);
  switch (scaling) {
    case NumericScaling::standardise:
      return {column.mean, sd};
    case NumericScaling::log: {
      std::vector<double> logs(sorted.size());
      for (std::size_t i = 0; i < sorted.size(); ++i) {
        logs[i] = i > 0 && sorted[i] == sorted[i - 1] ? logs[i - 1] : log_of(sorted[i]);
      }
      const MeanSd moments = mean_sd(logs);
      return {same ? logs.front() : moments.mean, same ? 1 : usable(moments.sd, 1)};
    }
    case NumericScaling::minmax:
      return {sorted.front(), usable(sorted.back() - sorted.front(), 1)};
    case NumericScaling::robust:
      return {column.median, usable(sorted_quantile(sorted, 0.75) - sorted_quantile(sorted, 0.25), sd)};
    case NumericScaling::rank:
    case NumericScaling::none:
      break;
  }
  return {};
}

}  // namespace

void fit_numbers(Encoder::Column& column, std::vector<double> values, std::uint64_t missing, const Encoding& encoding) {
  column.missing = missing;
  column.constant = values.empty() || (column.missing == 0 && values.front() == values.back());
  if (!values.empty()) {
    column.min = values.front();
    column.max = values.back();
    for (double& value : values) value = std::clamp(value, -kLargestLearned, kLargestLearned);
    column.median = sorted_quantile(values, 0.5);
    column.low = sorted_quantile(values, 0.05);
    column.high = sorted_quantile(values, 0.95);
  }
  const auto middle = std::upper_bound(values.begin(), values.end(), column.median);
  values.insert(middle, column.missing, column.median);

  const bool same = values.front() == values.back();
  const MeanSd moments = same ? MeanSd{values.front(), 0} : safe_mean_sd(values);
  column.mean = moments.mean;
  column.sd = std::min(moments.sd, kLargest);
  for (const auto scaling : encoding.numeric) column.scales.push_back(fit_scale(column, values, scaling));
  if (!encoding.has(NumericScaling::rank)) return;
  for (std::size_t step = 0; step <= kRankSteps; ++step) {
    column.quantiles.push_back(sorted_quantile(values, static_cast<double>(step) / kRankSteps));
  }
}

NumberScaler::NumberScaler(const Encoder::Column& column, NumericScaling scaling, std::size_t which)
    : scaling_(scaling), shift_(column.scales[which].shift), scale_(column.scales[which].scale) {
  if (scaling != NumericScaling::rank) return;
  for (std::size_t step = 0; step < column.quantiles.size(); ++step) {
    const double rank = static_cast<double>(step) / kRankSteps;
    if (quantiles_.empty() || quantiles_.back() != column.quantiles[step]) {
      quantiles_.push_back(column.quantiles[step]);
      ties_.push_back({rank, rank});
    }
    ties_.back().last = rank;
  }
}

double NumberScaler::rank(double value) const noexcept {
  const auto at = static_cast<std::size_t>(std::ranges::lower_bound(quantiles_, value) - quantiles_.begin());
  if (at == quantiles_.size()) return 1;
  if (quantiles_[at] == value) return (ties_[at].first + ties_[at].last) / 2;
  if (at == 0) return 0;
  // In halves, so that the distance of two large numbers does not overflow.
  const double done = (value / 2 - quantiles_[at - 1] / 2) / (quantiles_[at] / 2 - quantiles_[at - 1] / 2);
  return ties_[at - 1].last + std::clamp(done, 0.0, 1.0) * (ties_[at].first - ties_[at - 1].last);
}

float NumberScaler::operator()(double value) const noexcept {
  if (scaling_ == NumericScaling::rank) return static_cast<float>(rank(value));
  const double scaled = ((scaling_ == NumericScaling::log ? log_of(value) : value) - shift_) / scale_;
  constexpr double kLargestFloat = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(scaled, -kLargestFloat, kLargestFloat));
}

}  // namespace netstray
