#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netstray/table/csv_index.h"
#include "netstray/table/row_reader.h"
#include "netstray/table/table.h"

namespace netstray {

/// Whole rows cut out of a CSV, which become columns of their own on any thread, to be put together in order later.
struct CsvPiece {
  explicit CsvPiece(RowReader read_by) : reader(std::move(read_by)) {}

  /// What the piece is to be read by, and what reading it would leave of that.
  RowReader reader;
  std::string text;       ///< as CsvScanner::take_rows gives it, with kTextPadding bytes behind it
  std::size_t bytes = 0;  ///< of the text, without the padding
  CsvIndex index;
  Table table;
  /// Whether `table` has all rows; otherwise they must be read one by one, because something about them is unusual: a
  /// wrong number of cells, an empty line, a value that does not fit its column or changes the column's type.
  bool usual = false;
  bool holds_floats = false;     ///< a column of `table` holds f64 in place of mantissas
  std::uint64_t first_line = 0;  ///< number of the piece's first line in the file
  std::size_t taken = 0;         ///< rows that were handed out
};

/// Fills the index and the table. Any thread.
void parse_piece(CsvPiece& piece, char delimiter);

/// Line numbers of the rows [begin, end), appended to `lines`.
void append_lines(const CsvPiece& piece, std::size_t begin, std::size_t end, std::vector<std::uint64_t>& lines);

}  // namespace netstray
