#include "netstray/table/csv_piece.h"

#include <algorithm>

#include "netstray/table/column_block.h"

namespace netstray {
namespace {

/// Rows whose cells are read column by column, few enough to stay in the fastest cache.
constexpr std::size_t kBlockRows = 128;

bool read_columns(CsvPiece& piece) {
  const std::size_t rows = piece.index.rows();
  for (std::size_t column = 0; column < piece.table.columns(); ++column) piece.table.column(column).reserve(rows);
  for (std::size_t begin = 0; begin < rows; begin += kBlockRows) {
    const std::size_t end = std::min(rows, begin + kBlockRows);
    for (std::size_t column = 0; column < piece.table.columns(); ++column) {
      if (!append_column_block(piece.index, begin, end, column, piece.reader, piece.table)) return false;
    }
  }
  return true;
}

}  // namespace

void parse_piece(CsvPiece& piece, char delimiter) {
  const RowReader before = piece.reader;
  piece.table = Table(before.schema());
  piece.usual = piece.index.build({piece.text.data(), piece.bytes}, delimiter, before.schema().size()) &&
                read_columns(piece) && piece.reader.agrees_with(before);
  for (std::size_t i = 0; i < piece.table.columns(); ++i) {
    if (!piece.table.column(i).holds_mantissas()) piece.holds_floats = true;
  }
}

void append_lines(const CsvPiece& piece, std::size_t begin, std::size_t end, std::vector<std::uint64_t>& lines) {
  const bool one_line_each = piece.index.lines() == piece.index.rows();
  std::uint64_t line = piece.first_line + begin;
  if (!one_line_each) {
    const char* const text = piece.text.data();
    line = piece.first_line + static_cast<std::uint64_t>(std::count(text, piece.index.row(begin).begin(), '\n'));
  }
  for (std::size_t row = begin; row < end; ++row) {
    lines.push_back(line++);
    if (one_line_each) continue;
    const auto text = piece.index.row(row);
    line += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  }
}

}  // namespace netstray
