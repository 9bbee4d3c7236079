#include "netstray/metric/delong.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr double kNormalQuantile975 = 1.959963984540054;

/// For each row the share of the other class that lies on its right side, ties half: of an anomaly the normal rows
/// below it, of a normal row the anomalies above it. The mean over either class is the area.
std::vector<double> placements(std::span<const std::uint8_t> labels, std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return scores[row]; });
  std::array<double, 2> rows{};
  for (const std::uint8_t label : labels) ++rows[label];
  std::array<double, 2> below{};
  std::vector<double> shares(scores.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    std::array<double, 2> tied{};
    for (end = begin; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) {
      ++tied[labels[order[end]]];
    }
    for (std::size_t i = begin; i < end; ++i) {
      const bool anomaly = labels[order[i]] == 1;
      const double lower = below[anomaly ? 0 : 1] + tied[anomaly ? 0 : 1] / 2;
      shares[order[i]] = anomaly ? lower / rows[0] : 1 - lower / rows[1];
    }
    for (std::size_t label = 0; label < 2; ++label) below[label] += tied[label];
  }
  return shares;
}

double mean_of(std::span<const double> values, std::span<const std::uint8_t> labels, std::uint8_t label) {
  double sum = 0;
  double rows = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (labels[row] != label) continue;
    sum += values[row];
    ++rows;
  }
  return sum / rows;
}

/// Covariance of two areas from their placements: over the anomalies / their number + the same over the normal rows.
double area_covariance(std::span<const double> a, std::span<const double> b, std::span<const std::uint8_t> labels) {
  double result = 0;
  for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
    const double mean_a = mean_of(a, labels, label);
    const double mean_b = mean_of(b, labels, label);
    double sum = 0;
    double rows = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (labels[row] != label) continue;
      sum += (a[row] - mean_a) * (b[row] - mean_b);
      ++rows;
    }
    result += sum / (rows - 1) / rows;
  }
  return result;
}

void expect_comparable(std::span<const std::uint8_t> labels, std::span<const double> first,
                       std::span<const double> second) {
  if (first.size() != labels.size() || second.size() != labels.size()) {
    throw Error(fmt::format("cannot compare scores of {} and {} rows with {} labels", first.size(), second.size(),
                            labels.size()));
  }
  const auto is_nan = [](double score) { return std::isnan(score); };
  if (std::ranges::any_of(first, is_nan) || std::ranges::any_of(second, is_nan)) {
    throw Error("cannot compare areas under the ROC curve: a score is not a number");
  }
  const auto anomalies = std::ranges::count(labels, std::uint8_t{1});
  const auto normals = std::ranges::count(labels, std::uint8_t{0});
  if (anomalies < 2 || normals < 2) {
    throw Error(
        fmt::format("cannot compare areas under the ROC curve: there are {} anomalies and {} normal rows, and "
                    "it takes two of each",
                    anomalies, normals));
  }
}

}  // namespace

AucComparison compare_aucs(std::span<const std::uint8_t> labels, std::span<const double> first,
                           std::span<const double> second) {
  expect_comparable(labels, first, second);
  const auto shares = placements(labels, first);
  const auto other_shares = placements(labels, second);
  std::vector<double> differences(labels.size());
  std::ranges::transform(shares, other_shares, differences.begin(), std::minus<>());
  AucComparison result;
  result.first = mean_of(shares, labels, 1);
  result.second = mean_of(other_shares, labels, 1);
  result.first_variance = area_covariance(shares, shares, labels);
  result.second_variance = area_covariance(other_shares, other_shares, labels);
  result.covariance = area_covariance(shares, other_shares, labels);
  result.difference = result.first - result.second;
  const double error = std::sqrt(area_covariance(differences, differences, labels));
  if (error > 0) {
    result.z = result.difference / error;
  } else if (result.difference != 0) {
    result.z = std::copysign(std::numeric_limits<double>::infinity(), result.difference);
  }
  result.p = std::erfc(std::fabs(result.z) / std::sqrt(2.0));
  result.interval = {result.difference - kNormalQuantile975 * error, result.difference + kNormalQuantile975 * error};
  return result;
}

}  // namespace netstray
