#include "netstray/table/distinct.h"

#include <algorithm>

namespace netstray {
namespace {

bool equal_values(const Column& column, std::uint32_t a, std::uint32_t b) noexcept {
  if (column.missing(a) || column.missing(b)) return column.missing(a) == column.missing(b);
  switch (column.type()) {
    case ColumnType::integer:
    case ColumnType::number:
      return column.number(a) == column.number(b);
    case ColumnType::time:
      return column.time(a) == column.time(b);
    case ColumnType::category:
    case ColumnType::address:
      break;
  }
  return column.code(a) == column.code(b);
}

}  // namespace

DistinctRows distinct_rows(const Table& table, std::span<const std::size_t> columns) {
  return distinct_by(fingerprints(table, columns), [&](std::uint32_t a, std::uint32_t b) {
    return std::ranges::all_of(columns, [&](std::size_t i) { return equal_values(table.column(i), a, b); });
  });
}

}  // namespace netstray
