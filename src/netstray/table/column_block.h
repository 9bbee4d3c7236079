#pragma once

#include <cstddef>

#include "netstray/table/csv_index.h"
#include "netstray/table/row_reader.h"
#include "netstray/table/table.h"

namespace netstray {

/// Appends one column's cells of the rows [begin, end) of `index`, as RowReader::append_cell would one by one, but many
/// at a time where they are of the usual kinds. False where a cell does not fit; what was appended until then stays.
bool append_column_block(const CsvIndex& index, std::size_t begin, std::size_t end, std::size_t column,
                         RowReader& reader, Table& table);

}  // namespace netstray
