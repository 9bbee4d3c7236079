#include <algorithm>
#include <numeric>
#include <unordered_set>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/memory.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/steps.h"
#include "netstray/feature/lag.h"
#include "netstray/model/truth.h"
#include "netstray/table/distinct.h"
#include "netstray/table/join.h"
#include "netstray/table/row_bytes.h"
#include "netstray/table/sample.h"

namespace netstray {
namespace {

std::string rows_became(std::uint64_t before, std::uint64_t after) {
  return fmt::format("{} rows became {}", grouped(before), grouped(after));
}

void filter(const StepSpec& step, MadeTable& made) {
  const Column& column = made.table.column(step.column);
  const std::unordered_set<std::string> wanted(step.values.begin(), step.values.end());
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (wanted.contains(column.text(row)) != step.negated) rows.push_back(static_cast<std::uint32_t>(row));
  }
  const std::size_t before = made.table.rows();
  if (rows.empty()) {
    throw Error(fmt::format("no row is left of {}: none has {} {} {}", grouped(before), step.column,
                            step.negated ? "other than" : "equal to", join(step.values, ", ")));
  }
  made.gather(rows);
  made.steps.push_back(fmt::format("filter: rows with {} {} {} stay; {}", step.column,
                                   step.negated ? "other than" : "equal to", join(step.values, ", "),
                                   rows_became(before, rows.size())));
}

void keep_distinct(const StepSpec& step, MadeTable& made) {
  std::vector<std::size_t> columns(made.table.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  if (!step.columns.empty()) {
    columns.clear();
    for (const auto& name : step.columns) columns.push_back(made.table.schema().require(name));
  }
  const std::size_t before = made.table.rows();
  const DistinctRows found = distinct_rows(made.table, columns);
  made.gather(found.first);
  made.steps.push_back(fmt::format("distinct over {}: {}",
                                   step.columns.empty() ? "all columns" : join(step.columns, ", "),
                                   rows_became(before, found.first.size())));
}

void take(const StepSpec& step, MadeTable& made, const StepContext& context) {
  const std::size_t before = made.table.rows();
  if (step.rows < before) {
    std::vector<std::uint32_t> all(before);
    std::iota(all.begin(), all.end(), 0U);
    auto rows = draw_rows(all, step.rows, false, context.seed);
    std::ranges::sort(rows);
    made.gather(rows);
  }
  made.steps.push_back(fmt::format("take: {} drawn; {}", grouped(step.rows), rows_became(before, made.table.rows())));
}

void sample(const StepSpec& step, MadeTable& made, const StepContext& context) {
  const LabelSpec& label = context.experiment.label;
  const auto labels = make_truth(made.table, label.column, label.normal).labels;
  const std::size_t before = made.table.rows();
  made.gather(sampled_rows(step, labels, context.seed, rows_that_fit(made.table)));
  const std::string words = sample_words(step);
  made.samplings.push_back({words, step.replace, before, made.table.rows()});
  made.steps.push_back(fmt::format("sample: {}; {}", words, rows_became(before, made.table.rows())));
}

void join_tables(const StepSpec& step, MadeTable& made, const StepContext& context) {
  const std::string& right_key = step.on_right.empty() ? step.on : step.on_right;
  const Table& right = context.table_named(step.with);
  if (!right.schema().find(right_key)) {
    throw Error(fmt::format("{} has no column {} to join on: its columns are {}", netstray::quoted(step.with),
                            netstray::quoted(right_key), join(right.schema().names(), ", ")));
  }
  Joined joined = join(made.table, right, step.on, right_key, step.left ? JoinKind::left : JoinKind::inner);
  const JoinCounts& counts = joined.counts;
  if (counts.rows == 0) {
    throw Error(fmt::format("no row is left: none of {} has a match in {} on {}", grouped(counts.left_rows), step.with,
                            step.on));
  }
  made.replace(std::move(joined.table), joined.left_row);
  made.joins.push_back({fmt::format("{} on {}", step.with, step.on), counts.left_rows, counts.rows, counts.multiplied,
                        step.left ? 0 : counts.dropped});
  made.steps.push_back(fmt::format("join with {} on {} ({}): {}; {} without a match {}, {} with several", step.with,
                                   step.on, step.left ? "left" : "inner", rows_became(counts.left_rows, counts.rows),
                                   grouped(counts.dropped), step.left ? "stayed" : "dropped",
                                   grouped(counts.multiplied)));
}

std::string whose_events(const StepSpec& step) {
  if (step.per.empty()) return {};
  return step.across ? fmt::format(", whichever {} they are of", step.per) : fmt::format(" of each {}", step.per);
}

void lag_rows(const StepSpec& step, MadeTable& made) {
  LagSettings settings;
  settings.columns = step.columns;
  settings.events = static_cast<unsigned>(step.events);
  settings.entity = step.per;
  settings.time = step.order_by;
  settings.ignore_entities = step.across;
  const std::uint64_t before = made.table.rows();
  Lagged lagged = lag(made.table, settings);
  if (lagged.table.rows() == 0) {
    throw Error(fmt::format("no row is left: none has {} earlier events", step.events));
  }
  made.replace(std::move(lagged.table), lagged.source_row);
  made.lags.push_back({step.columns, step.events, step.per, made.table.rows(), lagged.counts.crossing});
  made.steps.push_back(fmt::format("lag: {} of the {} events before{}; {}", join(step.columns, ", "), step.events,
                                   whose_events(step), rows_became(before, made.table.rows())));
}

}  // namespace

void MadeTable::gather(std::span<const std::uint32_t> rows) { replace(table.gather(rows), rows); }

void MadeTable::replace(Table made, std::span<const std::uint32_t> from_rows) {
  table = std::move(made);
  sources = sources.gather(from_rows);
  parts = parts.gather(from_rows);
  std::vector<std::uint32_t> rows(from_rows.size());
  std::ranges::transform(from_rows, rows.begin(), [this](std::uint32_t row) { return source_row[row]; });
  source_row = std::move(rows);
}

std::vector<std::uint32_t> sampled_rows(const StepSpec& step, std::span<const std::uint8_t> labels, std::uint64_t seed,
                                        std::uint64_t most_rows) {
  std::vector<std::uint8_t> of_class(labels.begin(), labels.end());
  if (step.of_class == "normal") {
    for (auto& label : of_class) label = label == 0 ? 1 : 0;
  }
  const ClassSize size = step.times > 0 ? ClassSize{ClassSize::Rule::rest, step.times}
                                        : ClassSize{ClassSize::Rule::rows, static_cast<double>(step.rows)};
  return resize_class(of_class, size, step.replace, seed, most_rows);
}

std::uint64_t rows_that_fit(const Table& table) {
  constexpr double kIndexBytes = 4 * sizeof(std::uint32_t);  // where a row comes from
  return static_cast<std::uint64_t>(static_cast<double>(memory_allowed()) / 2 / (bytes_per_row(table) + kIndexBytes));
}

std::string sample_words(const StepSpec& step) {
  const std::string_view other = step.of_class == "normal" ? "attack" : "normal row";
  const std::string size = step.times > 0 ? fmt::format("{} per {}", readable(step.times), other) : grouped(step.rows);
  return fmt::format("{} drawn {} replacement to {}", step.of_class == "normal" ? "normal rows" : "attacks",
                     step.replace ? "with" : "without", size);
}

void apply_row_step(const StepSpec& step, MadeTable& made, const StepContext& context) {
  switch (step.kind) {
    case StepSpec::Kind::filter:
      return filter(step, made);
    case StepSpec::Kind::distinct:
      return keep_distinct(step, made);
    case StepSpec::Kind::take:
      return take(step, made, context);
    case StepSpec::Kind::sample:
      return sample(step, made, context);
    case StepSpec::Kind::join:
      return join_tables(step, made, context);
    default:
      return lag_rows(step, made);
  }
}

}  // namespace netstray
