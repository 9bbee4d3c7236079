#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "netstray/base/output_file.h"
#include "netstray/table/table.h"

namespace netstray {

/// Appends one cell to a line of CSV: in quotes, with inner quotes doubled (RFC 4180), only where it holds the
/// delimiter, a quote, a line end, or a space at either end.
void append_csv_cell(std::string& line, std::string_view text, char delimiter = ',');

/// Appends the line of a table's column names, and that of a row, with their line ends. A value is written as
/// Column::text has it, a missing one as an empty cell.
void append_csv_header(std::string& text, const Schema& schema, char delimiter = ',');
void append_csv_row(std::string& text, const Table& table, std::size_t row, char delimiter = ',');

/// Writes a header line and all rows, lines ended by \n: the same table gives the same bytes. O(1) memory. Throws Error
/// as OutputFile; does not commit.
void write_csv(const Table& table, OutputFile& out, char delimiter = ',');

/// The same as a text, for small tables.
std::string csv_text(const Table& table, char delimiter = ',');

}  // namespace netstray
