#pragma once

#include <string>
#include <vector>

namespace netstray {

/// Appends cells as one line of CSV (csv_writer.h), '\n' at its end.
void append_csv_line(std::string& text, const std::vector<std::string>& cells);

/// A number in full precision (the shortest text that reads back as the same), "" where it is not finite.
std::string csv_number(double value);

}  // namespace netstray
