#pragma once

#include <string>
#include <string_view>

#include "netstray/base/output_file.h"
#include "netstray/table/table.h"

namespace netstray {

/// Appends one cell to a line of CSV: in quotes, with inner quotes doubled (RFC 4180), only where it holds the
/// delimiter, a quote, a line end, or a space at either end.
void append_csv_cell(std::string& line, std::string_view text, char delimiter = ',');

/// Writes a header line and all rows, lines ended by \n. A value is written as Column::text has it, a missing one as an
/// empty cell, so the same table gives the same bytes. O(1) memory. Throws Error as OutputFile; does not commit.
void write_csv(const Table& table, OutputFile& out, char delimiter = ',');

/// The same as a text, for small tables.
std::string csv_text(const Table& table, char delimiter = ',');

}  // namespace netstray
