#include "netstray/report/text_table.h"

#include <algorithm>
#include <utility>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kDots = 3;

/// Bytes of the character (with what belongs to it) or colour code at the front of `text`.
std::size_t step_bytes(std::string_view text) noexcept {
  if (text.starts_with("\x1b[")) {
    const auto end = text.find('m');
    if (end != std::string_view::npos) return end + 1;
  }
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) ++bytes;
  return bytes;
}

/// The words of a paragraph; a per cent sign belongs to its number.
std::vector<std::string> words_of(const std::string& paragraph) {
  std::vector<std::string> words;
  for (const auto& word : split(paragraph, ' ')) {
    if (word.empty()) continue;
    if (word.front() == '%' && !words.empty()) {
      words.back() += ' ' + word;
    } else {
      words.push_back(word);
    }
  }
  return words;
}

}  // namespace

std::string shortened(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  const std::size_t room = width > kDots ? width - kDots : 0;
  std::string result;
  std::size_t used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view step = rest.substr(0, step_bytes(rest));
    const std::size_t needed = display_width(step);
    if (used + needed > room) break;
    if (step.front() != '\x1b') result += step;
    used += needed;
    rest.remove_prefix(step.size());
  }
  return result + std::string(std::min(width, kDots), '.');
}

std::string wrapped(const std::string& paragraph, std::size_t width, std::size_t indent) {
  std::string result;
  std::string line;
  for (const auto& word : words_of(paragraph)) {
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
      result += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) result += std::string(indent, ' ') + line + '\n';
  return result;
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    result.push_back(width);
  }
  return result;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                            std::size_t indent, std::size_t width) const {
  std::string result(indent, ' ');
  std::size_t used = indent;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const bool last = c + 1 == cells.size();
    const std::string cell = last && width > 0 ? shortened(cells[c], width > used ? width - used : 0) : cells[c];
    const std::size_t needed = display_width(cell);
    const std::string padding(widths[c] - std::min(widths[c], needed), ' ');
    const bool right = columns_[c].align == Align::right && (!last || width == 0 || used + widths[c] <= width);
    result += right ? padding + cell : cell + padding;
    if (!last) result += std::string(kGap, ' ');
    used += widths[c] + kGap;
  }
  result.erase(result.find_last_not_of(' ') + 1);
  return result + '\n';
}

std::string TextTable::text(std::size_t indent, std::size_t width) const {
  const auto column_widths = widths();
  std::string result;
  std::vector<std::string> titles;
  titles.reserve(columns_.size());
  for (const auto& column : columns_) titles.push_back(column.title);
  const bool titled = std::any_of(titles.begin(), titles.end(), [](const auto& title) { return !title.empty(); });
  if (titled) result += line(titles, column_widths, indent, width);
  for (const auto& row : rows_) result += line(row, column_widths, indent, width);
  return result;
}

}  // namespace netstray
