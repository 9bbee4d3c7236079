#include "netstray/table/json_writer.h"

#include <algorithm>

#include <fmt/core.h>

namespace netstray {
namespace {

/// Bytes of the UTF-8 character that `text` begins with (RFC 3629); 0 where it begins with none.
std::size_t character_size(std::string_view text) noexcept {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

void append_character(std::string& line, std::string_view character) {
  const char c = character.front();
  if (c == '"' || c == '\\') {
    line += '\\';
    line += c;
  } else if (c == '\n') {
    line += "\\n";
  } else if (c == '\t') {
    line += "\\t";
  } else if (static_cast<unsigned char>(c) < ' ') {
    line += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    line += character;
  }
}

}  // namespace

void append_json_string(std::string& line, std::string_view text) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  line += '"';
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    append_character(line, size == 0 ? kReplacement : text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(1, size));
  }
  line += '"';
}

void append_json_members(std::string& line, const Table& table, std::size_t row) {
  bool first = true;
  for (std::size_t i = 0; i < table.columns(); ++i) {
    const Column& column = table.column(i);
    if (column.missing(row)) continue;
    if (!first) line += ',';
    first = false;
    append_json_string(line, table.schema()[i].name);
    line += ':';
    if (column.type() == ColumnType::integer || column.type() == ColumnType::number) {
      column.write_text(row, line);
    } else if (column.type() == ColumnType::time) {
      line += '"';
      column.write_text(row, line);
      line += '"';
    } else {
      append_json_string(line, column.levels()[column.code(row)]);
    }
  }
}

}  // namespace netstray
