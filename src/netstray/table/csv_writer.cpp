#include "netstray/table/csv_writer.h"

#include <cstddef>

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

void append_header(std::string& line, const Schema& schema, char delimiter) {
  const std::size_t start = line.size();
  for (std::size_t c = 0; c < schema.size(); ++c) {
    if (c > 0) line += delimiter;
    append_csv_cell(line, schema[c].name, delimiter);
  }
  end_line(line, start);
}

void append_row(std::string& line, const Table& table, std::size_t row, char delimiter) {
  const std::size_t start = line.size();
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (c > 0) line += delimiter;
    append_csv_cell(line, table.column(c).text(row), delimiter);
  }
  end_line(line, start);
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

void write_csv(const Table& table, OutputFile& out, char delimiter) {
  std::string line;
  append_header(line, table.schema(), delimiter);
  out.write(line);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    line.clear();
    append_row(line, table, row, delimiter);
    out.write(line);
  }
}

std::string csv_text(const Table& table, char delimiter) {
  std::string text;
  append_header(text, table.schema(), delimiter);
  for (std::size_t row = 0; row < table.rows(); ++row) append_row(text, table, row, delimiter);
  return text;
}

}  // namespace netstray
