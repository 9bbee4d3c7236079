#include "netstray/table/csv_header.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "netstray/base/text.h"
#include "netstray/table/number_text.h"

namespace netstray {
namespace {

/// Cells of the first line, were it cut by `delimiter`.
std::size_t count_cells(std::string_view text, char delimiter) noexcept {
  std::size_t cells = 1;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    if (c == delimiter) ++cells;
  }
  return cells;
}

}  // namespace

char find_delimiter(std::string_view text, std::size_t columns) {
  constexpr std::array<char, 4> kCandidates = {',', ';', '\t', '|'};
  char best = ',';
  std::size_t most = 1;
  for (const char candidate : kCandidates) {
    const std::size_t cells = count_cells(text, candidate);
    if (columns > 1 && cells == columns) return candidate;
    if (cells > most) {
      most = cells;
      best = candidate;
    }
  }
  return best;
}

std::optional<NameProblem> find_name_problem(std::span<const std::string> names) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) return NameProblem{i, {}};
    const auto [place, is_new] = seen.try_emplace(names[i], i);
    if (!is_new) return NameProblem{i, place->second};
  }
  return {};
}

bool is_header_of(std::span<const std::string> cells, std::span<const std::string> names) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(cells.size(), names.size()); ++i) {
    if (lower(trim(cells[i])) == lower(names[i])) ++same;
  }
  return 2 * same > names.size();
}

bool most_are_numbers(std::span<const std::string> cells) {
  const auto numbers =
      std::count_if(cells.begin(), cells.end(), [](const auto& cell) { return parse_number(trim(cell)).is_number(); });
  return 2 * static_cast<std::size_t>(numbers) > cells.size();
}

}  // namespace netstray
