#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "netstray/table/table.h"

namespace netstray {

/// Appends `text` as a JSON string, in quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& line, std::string_view text);

/// Appends a row as the members of a JSON object, without braces: numbers of number columns as numbers, all else as
/// strings, in the texts that Column::text has. Missing values are left out, so nothing may be appended.
void append_json_members(std::string& line, const Table& table, std::size_t row);

}  // namespace netstray
