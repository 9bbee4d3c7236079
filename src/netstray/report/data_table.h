#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netstray/report/html.h"
#include "netstray/report/text_table.h"

namespace netstray {

/// A table of a report: the same rows as text, HTML, CSV and LaTeX. Cells are text as a reader should see it, UTF-8 and
/// not escaped for anything.
struct DataTable {
  struct Column {
    std::string title;
    Align align = Align::left;  ///< numbers: right
  };
  std::string name;   ///< of its files, tables/NAME.csv and tables/NAME.tex: file_name_of (picture.h)
  std::string title;  ///< what stands above it, one line
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< a cell too few is empty, a cell too many is left out
  std::string note = {};                       ///< stands below it; may be empty

  /// Takes a row; for building one line by line.
  void add(std::vector<std::string> cells) { rows.push_back(std::move(cells)); }
};

/// For a terminal: the title, the rows (text_table.h), the note. Made printable.
std::string text_of(const DataTable& table);

/// RFC 4180, UTF-8, '\n' at line ends; the first line names the columns. Neither title nor note.
std::string csv_of(const DataTable& table);

/// A LaTeX `table` that needs the package booktabs only: \toprule, \midrule, \bottomrule, the title as its caption and
/// "tab:NAME" as its label. All that LaTeX would take for a command is escaped; characters beyond ASCII stay UTF-8.
std::string latex_of(const DataTable& table);

/// Adds it to a page: title, rows, note. More than `fold_from` rows scroll within a box of their own.
void add_table(Page& page, const DataTable& table, std::size_t fold_from = 30);

}  // namespace netstray
