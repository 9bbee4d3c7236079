#include "netstray/model/reasons.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr double kLeastWeight = 0.02;
/// What a value that training never showed is worth beside all that the detector saw: docs/reasons.md says why.
constexpr double kWorthOfSurprise = 0.75;
constexpr std::size_t kLevelsNamed = 3;

/// Quantiles of whole numbers lie between them; a person expects whole ones.
std::pair<double, double> in_units_of(ColumnType type, double low, double high) noexcept {
  return type == ColumnType::integer ? std::pair(std::floor(low), std::ceil(high)) : std::pair(low, high);
}

std::string range_words(double low, double high) {
  return low == high ? "nearly always " + readable(low, 6) : readable(low, 6) + " to " + readable(high, 6);
}

/// A value that is as it nearly always is tells nothing, even where it made the row stranger beside other values.
bool tells_nothing(const Reason& reason) noexcept {
  return reason.number && reason.usual_low == reason.number && reason.usual_high == reason.number;
}

Reason reason_for(const Encoder::Column& learned, const Column& column, std::size_t row, double weight) {
  Reason reason;
  reason.feature = learned.field.name;
  reason.value = column.text(row);
  reason.usual = usual_words(learned);
  reason.weight = weight;
  if (learned.field.type != ColumnType::category) {
    if (!column.missing(row)) reason.number = column.number(row);
    const auto [low, high] = in_units_of(learned.field.type, learned.low, learned.high);
    reason.usual_low = low;
    reason.usual_high = high;
  }
  return reason;
}

}  // namespace

std::vector<double> column_shares(const Encoder& encoder, std::span<const double> parts) {
  std::vector<double> shares(encoder.columns().size(), 0.0);
  for (std::size_t dense = 0; dense < parts.size(); ++dense) shares[encoder.origin()[dense]] += parts[dense];
  for (double& share : shares) share = std::max(0.0, share);
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = total > 0 ? share / total : 0;
  return shares;
}

std::vector<Reason> reasons_from_shares(const Encoder& encoder, const UsualByCategory& usual,
                                        std::span<const double> shares, const Table& table, std::size_t row,
                                        std::size_t limit) {
  std::vector<double> weights(shares.begin(), shares.end());
  for (std::size_t index = 0; index < weights.size(); ++index) {
    const auto& source = table.column(encoder.columns()[index].field.name);
    weights[index] += kWorthOfSurprise * encoder.surprise(index, source, row);
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });

  std::vector<Reason> reasons;
  std::vector<Reason> empty_ones;
  for (const std::size_t index : order) {
    if (reasons.size() == limit || !(weights[index] > 0) || weights[index] < kLeastWeight * total) break;
    const auto& learned = encoder.columns()[index];
    Reason reason = reason_for(learned, table.column(learned.field.name), row, weights[index] / total);
    if (const auto range = usual.telling(encoder, index, table, row)) {
      const auto [low, high] = in_units_of(learned.field.type, range->low, range->high);
      reason.usual_low = low;
      reason.usual_high = high;
      reason.usual_for = range->category;
      reason.usual = range_words(low, high) + " for " + range->category;
    }
    (tells_nothing(reason) ? empty_ones : reasons).push_back(std::move(reason));
  }
  if (reasons.empty() && !empty_ones.empty()) reasons.push_back(std::move(empty_ones.front()));
  return reasons;
}

std::string usual_words(const Encoder::Column& column) {
  if (column.field.type != ColumnType::category) {
    if (column.constant) return "always " + readable(column.median, 6);
    const auto [low, high] = in_units_of(column.field.type, column.low, column.high);
    return range_words(low, high);
  }
  std::vector<std::size_t> order(column.levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return column.level_rows[a] > column.level_rows[b]; });
  const auto rows =
      static_cast<double>(std::accumulate(column.level_rows.begin(), column.level_rows.end(), std::uint64_t{0}));
  std::vector<std::string> names;
  for (const std::size_t level : order) {
    if (names.size() == kLevelsNamed) break;
    const std::string name = column.levels[level].empty() ? "(missing)" : column.levels[level];
    const double percent = 100 * static_cast<double>(column.level_rows[level]) / rows;
    names.push_back(
        column.constant ? name : fmt::format(fmt::runtime(percent < 1 ? "{} {:.1g} %" : "{} {:.0f} %"), name, percent));
  }
  if (column.constant) return "always " + join(names, ", ");
  return join(names, ", ") + (order.size() > kLevelsNamed ? ", ..." : "");
}

}  // namespace netstray
