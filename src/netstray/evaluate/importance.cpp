#include "netstray/evaluate/importance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/rng.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr std::size_t kLeastRows = 4;
constexpr std::size_t kMostRepeats = 100;

void expect_usable(const Table& table, std::span<const std::uint8_t> labels, const ImportanceSettings& settings) {
  if (labels.size() != table.rows()) {
    throw Error(fmt::format("importance of columns: {} labels for {} rows", labels.size(), table.rows()));
  }
  for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
    if (std::ranges::find(labels, label) != labels.end()) continue;
    throw Error(fmt::format("importance of columns: there is no {} row, so there is no area under a curve to lose",
                            label == 1 ? "anomalous" : "normal"));
  }
  if (settings.most_rows < kLeastRows || settings.repeats < 1 || settings.repeats > kMostRepeats) {
    throw Error(fmt::format("importance of columns: at least {} rows and 1 to {} repeats", kLeastRows, kMostRepeats));
  }
}

/// Rows in their order: half of each class, or what there is of one and more of the other.
std::vector<std::uint32_t> drawn_rows(std::span<const std::uint8_t> labels, const ImportanceSettings& settings) {
  std::array<std::vector<std::uint32_t>, 2> by_class;
  for (std::uint32_t row = 0; row < labels.size(); ++row) by_class[labels[row] == 1 ? 1 : 0].push_back(row);
  std::vector<std::uint32_t> rows;
  for (std::size_t label = 0; label < 2; ++label) {
    const std::size_t half = settings.most_rows / 2;
    const std::size_t others = std::min(by_class[1 - label].size(), half);
    Rng rng = Rng::stream(settings.seed, label);
    const auto count = static_cast<std::uint32_t>(by_class[label].size());
    const auto wanted = static_cast<std::uint32_t>(std::min<std::size_t>(count, settings.most_rows - others));
    for (const std::uint32_t place : rng.sample(count, wanted)) rows.push_back(by_class[label][place]);
  }
  std::ranges::sort(rows);
  return rows;
}

double auc_of(const TableScorer& scorer, const Table& rows, std::span<const std::uint8_t> labels) {
  check_interrupt();
  return auc(curve(labels, scorer(rows)));
}

}  // namespace

std::vector<ColumnImportance> column_importance(const TableScorer& scorer, std::span<const std::string> columns,
                                                const Table& table, std::span<const std::uint8_t> labels,
                                                const ImportanceSettings& settings) {
  expect_usable(table, labels, settings);
  const auto drawn = drawn_rows(labels, settings);
  const Table rows = table.gather(drawn);
  std::vector<std::uint8_t> truth;
  truth.reserve(drawn.size());
  for (const std::uint32_t row : drawn) truth.push_back(labels[row]);
  const double whole = auc_of(scorer, rows, truth);
  std::vector<ColumnImportance> importance;
  std::vector<std::uint32_t> order(drawn.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t column = table.schema().require(columns[i]);
    Table shuffled = rows;
    double sum = 0;
    double squares = 0;
    for (std::size_t repeat = 0; repeat < settings.repeats; ++repeat) {
      std::iota(order.begin(), order.end(), 0U);
      Rng rng = Rng::stream(settings.seed, 2 + i * settings.repeats + repeat);
      rng.shuffle(order);
      shuffled.replace_column(column, rows.column(column).gather(order));
      const double drop = whole - auc_of(scorer, shuffled, truth);
      sum += drop;
      squares += drop * drop;
    }
    const auto count = static_cast<double>(settings.repeats);
    const double mean = sum / count;
    importance.push_back({columns[i], mean, std::sqrt(std::max(0.0, squares / count - mean * mean))});
  }
  std::ranges::stable_sort(importance, std::greater<>(), &ColumnImportance::drop);
  return importance;
}

std::vector<ColumnImportance> column_importance(const Ensemble& ensemble, const Table& table,
                                                std::span<const std::uint8_t> labels,
                                                const ImportanceSettings& settings) {
  std::vector<std::string> columns;
  for (const auto& column : ensemble.encoders().front().columns()) columns.push_back(column.field.name);
  const TableScorer scorer = [&](const Table& rows) { return ensemble.joined(ensemble.score(ensemble.encode(rows))); };
  return column_importance(scorer, columns, table, labels, settings);
}

}  // namespace netstray
