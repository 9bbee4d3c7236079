#include "netstray/encode/levels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMissing = Column::kMissingCode;

}  // namespace

void fit_levels(Encoder::Column& column, const Column& source, std::span<const std::uint32_t> rows) {
  const auto& texts = source.levels();
  std::vector<std::uint32_t> place(texts.size() + 1, kMissing);  // level of each code of the table, last: of "missing"
  const auto empty = static_cast<std::size_t>(std::ranges::find(texts, std::string_view{}) - texts.begin());
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = source.code(row);
    const std::size_t text = code == kMissing ? empty : code;
    if (place[text] == kMissing) {
      if (column.levels.size() == kMostLevels) {
        throw Error(fmt::format("column {} has over {} categories; leave it out of what is learned",
                                quoted(column.field.name), grouped(kMostLevels)));
      }
      place[text] = static_cast<std::uint32_t>(column.levels.size());
      column.levels.push_back(text == texts.size() ? std::string() : texts[text]);
      column.level_rows.push_back(0);
    }
    ++column.level_rows[place[text]];
  }
  column.constant = column.levels.size() == 1;
}

std::size_t standardised_levels(std::span<const Encoder::Column> columns) {
  std::size_t levels = 0;
  for (const auto& column : columns) levels += column.levels.size();
  return levels;
}

StandardisedLevel standardised_level(std::uint64_t level_rows, std::uint64_t rows) {
  const double share = static_cast<double>(level_rows) / static_cast<double>(rows);
  const double sd = level_rows < rows ? std::sqrt(share * (1 - share)) : 1;
  return {static_cast<float>((1 - share) / sd), static_cast<float>(-share / sd)};
}

double entropy(std::span<const std::uint64_t> counts) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / total;
    if (share > 0) sum -= share * std::log(share);
  }
  return sum;
}

std::vector<std::uint16_t> sorted_by_text(const std::vector<std::string>& levels) {
  std::vector<std::uint16_t> codes(levels.size());
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  std::ranges::sort(codes, {}, [&](std::uint16_t code) -> const std::string& { return levels[code]; });
  return codes;
}

bool sound_levels(const Encoder::Column& column) {
  const auto& levels = column.levels;
  if (levels.empty() || levels.size() > kMostLevels || column.level_rows.size() != levels.size()) return false;
  if (std::ranges::find(column.level_rows, 0U) != column.level_rows.end()) return false;
  const auto codes = sorted_by_text(levels);
  const auto same = [&](std::uint16_t a, std::uint16_t b) { return levels[a] == levels[b]; };
  return std::ranges::adjacent_find(codes, same) == codes.end();
}

std::uint16_t code_of(std::string_view text, const Encoder::Column& column, std::span<const std::uint16_t> by_text) {
  const auto text_of = [&](std::uint16_t code) -> std::string_view { return column.levels[code]; };
  const auto found = std::ranges::lower_bound(by_text, text, {}, text_of);
  const bool seen = found != by_text.end() && text_of(*found) == text;
  return seen ? *found : static_cast<std::uint16_t>(column.levels.size());
}

std::vector<std::uint16_t> encode_levels(const Encoder::Column& column, std::span<const std::uint16_t> by_text,
                                         const Column& source) {
  std::vector<std::uint16_t> code_here;  // learned code of each code of the table, the last for a missing value
  code_here.reserve(source.levels().size() + 1);
  for (const auto& text : source.levels()) code_here.push_back(code_of(text, column, by_text));
  code_here.push_back(code_of("", column, by_text));
  std::vector<std::uint16_t> codes(source.size());
  for (std::size_t row = 0; row < codes.size(); ++row) {
    codes[row] = code_here[std::min<std::size_t>(source.code(row), code_here.size() - 1)];
  }
  return codes;
}

}  // namespace netstray
