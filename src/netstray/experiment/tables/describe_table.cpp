#include <algorithm>
#include <map>

#include "netstray/base/parallel.h"
#include "netstray/experiment/tables/make_tables.h"

namespace netstray {
namespace {

constexpr std::size_t kHeadRows = 5;

std::uint64_t distinct_values(const Column& column) {
  if (column.type() == ColumnType::category || column.type() == ColumnType::address) return column.levels().size();
  std::vector<double> values = column.numbers();
  std::erase_if(values, [](double value) { return value != value; });
  std::ranges::sort(values);
  return static_cast<std::uint64_t>(std::unique(values.begin(), values.end()) - values.begin());
}

std::vector<std::pair<std::string, std::uint64_t>> count_labels(const Column& column) {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t row = 0; row < column.size(); ++row) ++counts[column.text(row)];
  std::vector<std::pair<std::string, std::uint64_t>> labels(counts.begin(), counts.end());
  std::ranges::stable_sort(labels, std::greater<>(), &std::pair<std::string, std::uint64_t>::second);
  return labels;
}

}  // namespace

TableResult describe_table(const std::string& name, const MadeTable& made, const std::string& label) {
  const Table& table = made.table;
  TableResult result;
  result.name = name;
  result.rows = table.rows();
  result.steps = made.steps;
  result.columns.resize(table.columns());
  parallel_for(table.columns(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Column& column = table.column(i);
      result.columns[i] = {table.schema()[i].name, std::string(name_of(column.type())), column.missing_count(),
                           distinct_values(column)};
    }
  });
  for (std::size_t row = 0; row < std::min(kHeadRows, table.rows()); ++row) {
    auto& cells = result.head.emplace_back();
    for (std::size_t i = 0; i < table.columns(); ++i) cells.push_back(table.column(i).text(row));
  }
  if (const auto column = table.schema().find(label)) result.labels = count_labels(table.column(*column));
  return result;
}

}  // namespace netstray
