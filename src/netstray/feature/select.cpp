#include "netstray/feature/select.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/maths/quantile.h"

namespace netstray {
namespace {

/// Rows by bin and label.
using Counts = std::vector<std::array<std::uint64_t, 2>>;

double information(const Counts& counts) {
  std::array<double, 2> by_label{};
  for (const auto& bin : counts) {
    for (std::size_t label = 0; label < 2; ++label) by_label[label] += static_cast<double>(bin[label]);
  }
  const double n = by_label[0] + by_label[1];
  double nats = 0;
  for (const auto& bin : counts) {
    const auto in_bin = static_cast<double>(bin[0] + bin[1]);
    for (std::size_t label = 0; label < 2; ++label) {
      const auto both = static_cast<double>(bin[label]);
      if (both > 0) nats += both / n * std::log(both * n / (in_bin * by_label[label]));
    }
  }
  return std::max(0.0, nats);
}

Counts count_levels(const Column& column, std::span<const std::uint8_t> labels, std::span<const std::uint32_t> rows) {
  Counts counts(column.levels().size() + 1);
  for (const std::uint32_t row : rows) {
    ++counts[column.missing(row) ? column.levels().size() : column.code(row)][labels[row] != 0 ? 1 : 0];
  }
  return counts;
}

Counts count_bins(const Column& column, std::span<const std::uint8_t> labels, std::span<const std::uint32_t> rows,
                  unsigned bins) {
  std::vector<double> sorted;
  for (const std::uint32_t row : rows) {
    if (!column.missing(row)) sorted.push_back(column.number(row));
  }
  std::ranges::sort(sorted);
  std::vector<double> cuts;
  for (unsigned i = 1; i < bins && !sorted.empty(); ++i)
    cuts.push_back(sorted_quantile(sorted, static_cast<double>(i) / bins));
  cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
  Counts counts(cuts.size() + 2);
  for (const std::uint32_t row : rows) {
    const auto below = std::ranges::lower_bound(cuts, column.number(row)) - cuts.begin();
    const std::size_t bin = column.missing(row) ? cuts.size() + 1 : static_cast<std::size_t>(below);
    ++counts[bin][labels[row] != 0 ? 1 : 0];
  }
  return counts;
}

}  // namespace

double mutual_information(const Column& column, std::span<const std::uint8_t> labels,
                          std::span<const std::uint32_t> rows, unsigned bins) {
  const bool by_level = column.type() == ColumnType::category || column.type() == ColumnType::address;
  return information(by_level ? count_levels(column, labels, rows) : count_bins(column, labels, rows, bins));
}

std::vector<ColumnInformation> rank_by_information(const Table& table, std::span<const std::size_t> columns,
                                                   std::span<const std::uint8_t> labels,
                                                   std::span<const std::uint32_t> rows, unsigned bins) {
  if (labels.size() != table.rows() || rows.empty()) {
    throw usage_error(
        fmt::format("mutual information needs labels of the rows: {} rows, {} labels, {} rows to learn from",
                    grouped(table.rows()), grouped(labels.size()), grouped(rows.size())));
  }
  std::vector<ColumnInformation> ranked(columns.size());
  parallel_for(columns.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      ranked[i] = {columns[i], mutual_information(table.column(columns[i]), labels, rows, bins)};
    }
  });
  std::ranges::stable_sort(ranked, std::greater{}, &ColumnInformation::nats);
  return ranked;
}

}  // namespace netstray
