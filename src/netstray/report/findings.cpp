#include "netstray/report/findings.h"

#include <algorithm>

namespace netstray {
namespace {

std::vector<ColumnCount> counted(std::span<const std::uint64_t> rows, std::span<const Encoder::Column> columns) {
  std::vector<ColumnCount> result;
  for (std::size_t i = 0; i < std::min(rows.size(), columns.size()); ++i) {
    if (rows[i] > 0) result.push_back({columns[i].field.name, rows[i]});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const ColumnCount& a, const ColumnCount& b) { return a.rows > b.rows; });
  return result;
}

}  // namespace

std::vector<ColumnCount> unseen_columns(const EncodeCounts& counts, std::span<const Encoder::Column> columns) {
  return counted(counts.unseen, columns);
}

std::vector<ColumnCount> out_of_range_columns(const EncodeCounts& counts, std::span<const Encoder::Column> columns) {
  return counted(counts.out_of_range, columns);
}

}  // namespace netstray
