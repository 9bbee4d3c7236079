#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

bool needs_quotes(std::string_view text, char delimiter) {
  if (text.empty()) return false;
  if (text.front() == ' ' || text.back() == ' ') return true;
  for (const char c : text) {
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

/// Ends a line. One empty cell alone would be a blank line, which readers skip: it is written as "".
void end_line(std::string& line, std::size_t start) {
  if (line.size() == start) line += "\"\"";
  line += '\n';
}

/// Whether numbers, times and missing values never need quotes with this delimiter.
bool stands_apart(char delimiter) noexcept {
  return delimiter == ',' || delimiter == ';' || delimiter == '\t' || delimiter == '|';
}

void append_value(std::string& line, const Column& column, std::size_t row, char delimiter) {
  const bool is_text = column.type() == ColumnType::category || column.type() == ColumnType::address;
  if (is_text && !column.missing(row)) {
    append_csv_cell(line, column.levels()[column.code(row)], delimiter);
  } else if (stands_apart(delimiter)) {
    column.write_text(row, line);
  } else {
    append_csv_cell(line, column.text(row), delimiter);
  }
}

}  // namespace

void append_csv_cell(std::string& line, std::string_view text, char delimiter) {
  if (!needs_quotes(text, delimiter)) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void append_csv_header(std::string& text, const Schema& schema, char delimiter) {
  const std::size_t start = text.size();
  for (std::size_t c = 0; c < schema.size(); ++c) {
    if (c > 0) text += delimiter;
    append_csv_cell(text, schema[c].name, delimiter);
  }
  end_line(text, start);
}

void append_csv_row(std::string& text, const Table& table, std::size_t row, char delimiter) {
  const std::size_t start = text.size();
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (c > 0) text += delimiter;
    append_value(text, table.column(c), row, delimiter);
  }
  end_line(text, start);
}

void write_csv(const Table& table, OutputFile& out, char delimiter) {
  std::string line;
  append_csv_header(line, table.schema(), delimiter);
  out.write(line);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    line.clear();
    append_csv_row(line, table, row, delimiter);
    out.write(line);
  }
}

std::string csv_text(const Table& table, char delimiter) {
  std::string text;
  append_csv_header(text, table.schema(), delimiter);
  for (std::size_t row = 0; row < table.rows(); ++row) append_csv_row(text, table, row, delimiter);
  return text;
}

}  // namespace netstray
