#include "netstray/metric/mcnemar.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

/// P(X <= most) for X binomial of `draws` halves; draws < 64.
double binomial_half(std::uint64_t most, std::uint64_t draws) {
  double ways = 1;
  double sum = 0;
  for (std::uint64_t x = 0; x <= most; ++x) {
    sum += ways;
    ways = ways * static_cast<double>(draws - x) / static_cast<double>(x + 1);
  }
  return std::ldexp(sum, -static_cast<int>(draws));
}

}  // namespace

VerdictComparison compare_verdicts(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> first,
                                   std::span<const std::uint8_t> second) {
  if (first.size() != labels.size() || second.size() != labels.size()) {
    throw Error(fmt::format("cannot compare verdicts on {} and {} rows with {} labels", first.size(), second.size(),
                            labels.size()));
  }
  VerdictComparison result;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (first[row] == second[row]) continue;
    ++(first[row] == labels[row] ? result.only_first : result.only_second);
  }
  const std::uint64_t pairs = result.only_first + result.only_second;
  result.exact = pairs < kMostExactPairs;
  if (result.exact) {
    result.p = std::min(1.0, 2 * binomial_half(std::min(result.only_first, result.only_second), pairs));
    return result;
  }
  const double apart = std::fabs(static_cast<double>(result.only_first) - static_cast<double>(result.only_second));
  const double beyond = std::max(0.0, apart - 1);
  result.statistic = beyond * beyond / static_cast<double>(pairs);
  result.p = std::erfc(std::sqrt(result.statistic / 2));
  return result;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace netstray
