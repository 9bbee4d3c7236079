#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace netstray {

enum class Align { left, right };

/// A small table for terminals: columns aligned by display_width and separated by two spaces, no lines, no trailing
/// spaces. Cells may hold colour codes (Ink); make text from outside printable() first.
class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  /// Without any title there is no header line.
  explicit TextTable(std::vector<Column> columns);

  /// A cell too few is empty, a cell too many is left out.
  void add_row(std::vector<std::string> cells);
  std::size_t rows() const noexcept { return rows_.size(); }

  /// Lines, each ending in '\n' and beginning with `indent` spaces. With `width` > 0 lines longer than that are kept
  /// within it by cutting the last column, "..." at the end of what was cut (a cut cell loses its colour).
  std::string text(std::size_t indent = 0, std::size_t width = 0) const;

 private:
  std::vector<std::size_t> widths() const;
  std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::size_t indent,
                   std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Cuts text to `width` columns of a terminal, "..." at its end where something was cut. Colour codes are dropped then.
std::string shortened(const std::string& text, std::size_t width);

/// Breaks a paragraph into lines of at most `width` columns, at spaces; each line begins with `indent` spaces and ends
/// in '\n'. A word longer than the width has a line of its own.
std::string wrapped(const std::string& paragraph, std::size_t width, std::size_t indent = 0);

}  // namespace netstray
