#include "netstray/report/data_table.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "netstray/report/csv_lines.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

/// The row with exactly as many cells as there are columns.
std::vector<std::string> whole_row(const DataTable& table, const std::vector<std::string>& row) {
  std::vector<std::string> cells(row.begin(),
                                 row.begin() + static_cast<std::ptrdiff_t>(std::min(row.size(), table.columns.size())));
  cells.resize(table.columns.size());
  return cells;
}

std::vector<std::string> titles(const DataTable& table) {
  std::vector<std::string> result;
  result.reserve(table.columns.size());
  for (const auto& column : table.columns) result.push_back(column.title);
  return result;
}

/// What LaTeX writes for an ASCII character that it would otherwise take for a command; "" for all others.
std::string_view latex_escape(char c) {
  constexpr std::pair<char, std::string_view> kEscapes[] = {
      {'\\', "\\textbackslash{}"},
      {'{', "\\{"},
      {'}', "\\}"},
      {'$', "\\$"},
      {'&', "\\&"},
      {'#', "\\#"},
      {'%', "\\%"},
      {'_', "\\_"},
      {'^', "\\textasciicircum{}"},
      {'~', "\\textasciitilde{}"},
      {'<', "\\textless{}"},
      {'>', "\\textgreater{}"},
      {'|', "\\textbar{}"},
      // An option of the \\ that ends the line before, were one of these first in its line.
      {'[', "{[}"},
      {'*', "{*}"}};
  for (const auto& [character, escape] : kEscapes) {
    if (character == c) return escape;
  }
  return {};
}

std::string latex_text(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    const auto escape = latex_escape(c);
    if (c == '-' && result.ends_with('-')) {
      result += "{-}";  // two would become a dash
    } else if (escape.empty()) {
      result += c;
    } else {
      result += escape;
    }
  }
  return result;
}

std::string latex_line(const std::vector<std::string>& cells) {
  std::string line = "    ";
  for (std::size_t c = 0; c < cells.size(); ++c) line += (c > 0 ? " & " : "") + latex_text(cells[c]);
  return line + " \\\\\n";
}

/// The name with what a label may hold.
std::string latex_label(std::string_view name) {
  std::string label;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    label += plain ? c : '-';
  }
  return label;
}

}  // namespace

std::string text_of(const DataTable& table) {
  std::vector<TextTable::Column> columns;
  columns.reserve(table.columns.size());
  for (const auto& column : table.columns) columns.push_back({printable(column.title), column.align});
  TextTable lines(std::move(columns));
  for (const auto& row : table.rows) {
    auto cells = whole_row(table, row);
    for (auto& cell : cells) cell = printable(cell);
    lines.add_row(std::move(cells));
  }
  std::string text = table.title.empty() ? std::string() : printable(table.title) + "\n";
  text += lines.text(table.title.empty() ? 0 : 2);
  if (!table.note.empty()) text += printable(table.note) + "\n";
  return text;
}

std::string csv_of(const DataTable& table) {
  std::string text;
  append_csv_line(text, titles(table));
  for (const auto& row : table.rows) append_csv_line(text, whole_row(table, row));
  return text;
}

std::string latex_of(const DataTable& table) {
  std::string sides;
  for (const auto& column : table.columns) sides += column.align == Align::right ? 'r' : 'l';
  std::string text = "% needs \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n";
  text += fmt::format("  \\caption{{{}}}\n  \\label{{tab:{}}}\n", latex_text(table.title), latex_label(table.name));
  text += fmt::format("  \\begin{{tabular}}{{{}}}\n    \\toprule\n", sides);
  text += latex_line(titles(table)) + "    \\midrule\n";
  for (const auto& row : table.rows) text += latex_line(whole_row(table, row));
  text += "    \\bottomrule\n  \\end{tabular}\n";
  if (!table.note.empty()) text += fmt::format("  \\par\\smallskip\\footnotesize {}\n", latex_text(table.note));
  return text + "\\end{table}\n";
}

void add_table(Page& page, const DataTable& table, std::size_t fold_from) {
  std::vector<Page::Column> columns;
  columns.reserve(table.columns.size());
  for (const auto& column : table.columns) {
    columns.push_back({column.title, column.align == Align::right ? Page::Align::right : Page::Align::left});
  }
  page.table(columns, table.rows, {table.title, table.note, table.rows.size() > fold_from});
}

}  // namespace netstray
