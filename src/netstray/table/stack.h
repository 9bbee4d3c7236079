#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/table/table.h"

namespace netstray {

/// A table and what the user calls it: a file, a source.
struct NamedTable {
  std::string name;
  const Table* table = nullptr;
};

/// Which of several named tables each row came from.
struct RowOrigins {
  std::vector<std::string> names;
  std::vector<std::uint32_t> of_row;  ///< per row: a place in `names`

  /// Those of these rows, in this order: to go along with Table::gather.
  RowOrigins gather(std::span<const std::uint32_t> rows) const;
};

struct Stacked {
  Table table;
  RowOrigins origins;
};

/// Tables put under each other, in this order. Columns are found by name and stand as in the first table; where a
/// column holds integers in one and numbers in another it becomes one of numbers, where it holds categories in one and
/// addresses in another it becomes one of categories. Throws Error, naming the column and the tables, where one is
/// missing or has another type, and where there is no table or over 2^32 - 2 rows.
Stacked stack(std::span<const NamedTable> tables);

}  // namespace netstray
