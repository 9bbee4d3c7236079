#include "netstray/report/csv_lines.h"

#include <cmath>
#include <cstddef>

#include <fmt/core.h>

#include "netstray/table/csv_writer.h"

namespace netstray {

void append_csv_line(std::string& text, const std::vector<std::string>& cells) {
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) text += ',';
    append_csv_cell(text, cells[c]);
  }
  // A line of one empty cell would be no line at all.
  if (cells.size() == 1 && cells[0].empty()) text += "\"\"";
  text += '\n';
}

std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

}  // namespace netstray
