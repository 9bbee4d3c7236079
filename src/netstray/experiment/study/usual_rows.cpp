#include "netstray/experiment/study/usual_rows.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr std::size_t kMostRows = 20'000;

bool is_number(ColumnType type) { return type == ColumnType::integer || type == ColumnType::number; }

UsualRange usual_column(const StudyRows& rows, std::size_t index) {
  const Table& table = rows.study->table();
  const Column& column = table.column(index);
  const auto& test = rows.split.test;
  const std::size_t stride = std::max<std::size_t>(1, (test.size() + kMostRows - 1) / kMostRows);
  std::vector<std::uint8_t> labels;
  std::vector<double> values;
  for (std::size_t i = 0; i < test.size(); i += stride) {
    labels.push_back(rows.study->truth.labels[test[i]]);
    values.push_back(column.missing(test[i]) ? std::numeric_limits<double>::quiet_NaN() : column.number(test[i]));
  }
  return usual_range(table.schema()[index].name, labels, values);
}

/// The first column of times.
std::optional<std::size_t> times_of(const Table& table) {
  for (std::size_t i = 0; i < table.schema().size(); ++i) {
    if (table.schema()[i].type == ColumnType::time) return i;
  }
  return std::nullopt;
}

std::optional<DailyRows> count_days(const Table& table, std::size_t times, std::size_t label,
                                    const std::string& normal) {
  constexpr double kDay = 86'400e9;
  TimeNs first = std::numeric_limits<TimeNs>::max();
  TimeNs last = std::numeric_limits<TimeNs>::min();
  DailyRows daily;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.column(times).missing(row) || table.column(label).missing(row)) continue;
    const TimeNs time = table.column(times).time(row);
    first = std::min(first, time);
    last = std::max(last, time);
    (table.column(label).text(row) == normal ? daily.normal : daily.attacks) += 1;
  }
  if (first > last) return std::nullopt;
  daily.days = (static_cast<double>(last) - static_cast<double>(first)) / kDay;
  if (daily.days < 1) return std::nullopt;
  daily.normal /= daily.days;
  daily.attacks /= daily.days;
  return daily;
}

}  // namespace

std::vector<UsualRange> usual_columns(const StudyRows& rows) {
  std::vector<std::size_t> numbers;
  for (const std::size_t column : rows.columns) {
    if (is_number(rows.study->table().schema()[column].type)) numbers.push_back(column);
  }
  std::vector<UsualRange> usual(numbers.size());
  parallel_for(numbers.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) usual[i] = usual_column(rows, numbers[i]);
  });
  return usual;
}

std::optional<DailyRows> daily_rows(const Experiment& experiment, const std::string& table, TableStore& tables) {
  std::string name = table;
  while (true) {
    const MadeTable& made = tables.table(name);
    const auto times = times_of(made.table);
    const auto label = made.table.schema().find(experiment.label.column);
    if (times && label && made.samplings.empty()) {
      return count_days(made.table, *times, *label, experiment.label.normal);
    }
    const auto spec = std::ranges::find(experiment.tables, name, &TableSpec::name);
    if (spec == experiment.tables.end() || spec->from.size() != 1 || spec->from.front() == name) return std::nullopt;
    name = spec->from.front();
  }
}

}  // namespace netstray
