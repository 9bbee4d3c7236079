#pragma once

#include <limits>
#include <string>

#include "netstray/encode/encoder.h"
#include "netstray/table/table.h"

namespace netstray::fuzz {

/// A table with the columns that an encoder learned: values that it knows, values that it does not, missing ones and
/// extreme ones.
inline Table rows_for(const Encoder& encoder) {
  constexpr std::size_t kRows = 6;
  Table table(encoder.schema());
  for (std::size_t index = 0; index < table.columns(); ++index) {
    const Encoder::Column& learned = encoder.columns()[index];
    Column& column = table.column(index);
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::size_t kind = (row + index) % kRows;
      if (kind == 0) {
        column.append_missing();
      } else if (!learned.levels.empty()) {
        column.append_text(kind == 1 ? std::string("never seen") : learned.levels[kind % learned.levels.size()]);
      } else if (column.type() == ColumnType::integer) {
        column.append_decimal(kind == 1 ? std::numeric_limits<std::int64_t>::max() : static_cast<int>(kind), 0);
      } else {
        column.append_number(kind == 1 ? std::numeric_limits<double>::max()
                                       : learned.median + static_cast<double>(kind));
      }
    }
  }
  return table;
}

}  // namespace netstray::fuzz
