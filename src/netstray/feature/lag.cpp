#include "netstray/feature/lag.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/table/row_bytes.h"
#include "netstray/table/value_ids.h"

namespace netstray {
namespace {

constexpr unsigned kMostEvents = 1000;

void check(const Table& table, const LagSettings& settings) {
  if (settings.columns.empty()) throw usage_error("a lag names no column");
  if (settings.events < 1 || settings.events > kMostEvents) {
    throw usage_error(fmt::format("a lag of {} events is not in 1 to {}", settings.events, kMostEvents));
  }
  if (settings.ignore_entities && settings.entity.empty()) {
    throw usage_error("a lag that ignores entities names none to ignore");
  }
  for (const auto& name : settings.columns) {
    table.schema().require(name);
    if (std::ranges::count(settings.columns, name) > 1) {
      throw usage_error(fmt::format("a lag names column {} twice", quoted(name)));
    }
  }
}

/// The entity of each row, numbered in the order of first appearance; one number for all that have none.
ValueIds entities_of(const Table& table, const LagSettings& settings) {
  if (settings.entity.empty()) return {std::vector<std::uint32_t>(table.rows(), 0), table.rows() == 0 ? 0U : 1U};
  ValueIds ids = value_ids(table.column(settings.entity));
  std::vector<std::uint32_t> renumbered(ids.distinct + std::size_t{1}, ValueIds::kMissing);
  std::uint32_t next = 0;
  for (auto& id : ids.of_row) {
    auto& number = renumbered[std::min(id, ids.distinct)];
    if (number == ValueIds::kMissing) number = next++;
    id = number;
  }
  ids.distinct = next;
  return ids;
}

void sort_by_time(const Column& column, const std::string& name, std::vector<std::uint32_t>& rows) {
  if (column.type() == ColumnType::category || column.type() == ColumnType::address) {
    throw usage_error(fmt::format("the time of a lag must be of times or numbers; {} is of type {}", quoted(name),
                                  name_of(column.type())));
  }
  if (column.has_missing()) {
    throw Error(fmt::format("{} of {} rows have no {} to put them in order by", grouped(column.missing_count()),
                            grouped(column.size()), quoted(name)));
  }
  if (column.type() == ColumnType::time) {
    std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return column.time(row); });
  } else {
    const auto times = column.numbers();
    std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return times[row]; });
  }
}

/// All rows in the order in which they follow each other.
std::vector<std::uint32_t> order_rows(const Table& table, const LagSettings& settings, const ValueIds& entities) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  if (!settings.time.empty()) sort_by_time(table.column(settings.time), settings.time, rows);
  if (!settings.ignore_entities) {
    std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return entities.of_row[row]; });
  }
  return rows;
}

/// The places in `order` of the rows that have enough events before them.
std::vector<std::uint32_t> places_kept(std::span<const std::uint32_t> order, const ValueIds& entities,
                                       const LagSettings& settings, LagCounts& counts) {
  std::vector<std::uint32_t> places;
  std::uint32_t first = 0;        // of the entity
  std::uint32_t first_alike = 0;  // from here on all rows are of one entity
  for (std::uint32_t place = 0; place < order.size(); ++place) {
    const bool same = place == 0 || entities.of_row[order[place]] == entities.of_row[order[place - 1]];
    if (!same) first_alike = place;
    if (!same && !settings.ignore_entities) first = place;
    if (place - first < settings.events) {
      ++counts.dropped;
      continue;
    }
    if (place - first_alike < settings.events) ++counts.crossing;
    places.push_back(place);
  }
  return places;
}

std::vector<std::uint32_t> rows_before(std::span<const std::uint32_t> order, std::span<const std::uint32_t> places,
                                       unsigned events) {
  std::vector<std::uint32_t> rows;
  rows.reserve(places.size());
  for (const std::uint32_t place : places) rows.push_back(order[place - events]);
  return rows;
}

void expect_fits(const Table& table, const LagSettings& settings, std::size_t rows, std::uint64_t most_bytes) {
  constexpr double kMega = 1e6;
  double column_bytes = 0;
  for (const auto& name : settings.columns) column_bytes += static_cast<double>(table.column(name).memory_bytes());
  const double event_bytes = column_bytes / static_cast<double>(std::max<std::size_t>(1, table.rows()));
  const double row_bytes = bytes_per_row(table) + settings.events * (event_bytes + sizeof(std::uint32_t));
  const double bytes = static_cast<double>(rows) * row_bytes;
  if (bytes <= static_cast<double>(most_bytes)) return;
  throw Error(fmt::format(
      "a lag of {} events of {} columns would make about {} MB of {} rows, more than fit ({} MB): ask for fewer events",
      settings.events, settings.columns.size(), readable(bytes / kMega), grouped(rows),
      readable(static_cast<double>(most_bytes) / kMega)));
}

/// Names and types of the columns that stand behind those of the table.
std::vector<Field> lag_fields(const Table& table, const LagSettings& settings) {
  std::vector<Field> fields;
  for (unsigned back = 1; back <= settings.events; ++back) {
    for (const auto& name : settings.columns) {
      fields.push_back({fmt::format("prev_{}_{}", back, name), table.column(name).type()});
      if (!table.schema().find(fields.back().name)) continue;
      throw usage_error(fmt::format("there is a column {} already", quoted(fields.back().name)));
    }
  }
  return fields;
}

}  // namespace

Lagged lag(const Table& table, const LagSettings& settings, std::uint64_t most_bytes) {
  check(table, settings);
  const auto added = lag_fields(table, settings);
  const ValueIds entities = entities_of(table, settings);
  const auto order = order_rows(table, settings, entities);
  Lagged lagged;
  lagged.counts.entities = entities.distinct;
  const auto places = places_kept(order, entities, settings, lagged.counts);
  expect_fits(table, settings, places.size(), most_bytes);
  std::vector<std::vector<std::uint32_t>> rows;  // the same events, and those so many before them
  for (unsigned back = 0; back <= settings.events; ++back) rows.push_back(rows_before(order, places, back));

  auto fields = table.schema().fields();
  fields.insert(fields.end(), added.begin(), added.end());
  std::vector<Column> columns(fields.size(), Column(ColumnType::integer));
  parallel_for(columns.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const bool own = i < table.columns();
      const std::size_t lag = own ? 0 : i - table.columns();
      const std::size_t back = own ? 0 : 1 + lag / settings.columns.size();
      const Column& column = own ? table.column(i) : table.column(settings.columns[lag % settings.columns.size()]);
      columns[i] = column.gather(rows[back]);
    }
  });
  lagged.table = Table(Schema(std::move(fields)), std::move(columns));
  lagged.source_row = std::move(rows[0]);
  return lagged;
}

}  // namespace netstray
