#include "netstray/encode/rarity.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "netstray/encode/levels.h"

namespace netstray {
namespace {

/// Weight of p(b) in p(b | a), in rows.
constexpr double kPriorRows = 2;

double level_share(const Encoder::Column& column, std::size_t code, std::uint64_t rows) {
  const std::uint64_t count = code < column.levels.size() ? column.level_rows[code] : 0;
  const auto levels = static_cast<double>(column.levels.size());
  return (static_cast<double>(count) + 0.5) / (static_cast<double>(rows) + 0.5 * (levels + 1));
}

/// Cells of a pair's table, one more level on each side for "unseen".
std::size_t table_cells(const Encoder::Column& a, const Encoder::Column& b) {
  return (a.levels.size() + 1) * (b.levels.size() + 1);
}

/// A pair of categories, not yet in one direction.
struct Candidate {
  std::size_t first, second;  ///< among the coded columns
  double mutual_information;
};

/// Rows of each cell code_a * levels_b + code_b.
std::vector<std::uint64_t> count_cells(const CodedColumn& a, const CodedColumn& b,
                                       std::span<const Encoder::Column> columns) {
  const std::size_t width = columns[b.column].levels.size();
  std::vector<std::uint64_t> counts(columns[a.column].levels.size() * width);
  for (std::size_t row = 0; row < a.codes.size(); ++row) ++counts[a.codes[row] * width + b.codes[row]];
  return counts;
}

Encoder::CategoryPair pair_of(const CodedColumn& given, const CodedColumn& column,
                              std::span<const Encoder::Column> columns) {
  const auto counts = count_cells(given, column, columns);
  Encoder::CategoryPair pair{.given = given.column, .column = column.column, .cells = {}, .rows = {}};
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (counts[cell] == 0) continue;
    pair.cells.push_back(static_cast<std::uint32_t>(cell));
    pair.rows.push_back(counts[cell]);
  }
  return pair;
}

}  // namespace

std::vector<Encoder::CategoryPair> fit_pairs(std::span<const Encoder::Column> columns,
                                             std::span<const CodedColumn> coded) {
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < coded.size(); ++i) {
    for (std::size_t j = i + 1; j < coded.size(); ++j) {
      const auto& a = columns[coded[i].column];
      const auto& b = columns[coded[j].column];
      if (table_cells(a, b) > kMostRarityCells) continue;
      const double joint = entropy(count_cells(coded[i], coded[j], columns));
      candidates.push_back({i, j, entropy(a.level_rows) + entropy(b.level_rows) - joint});
    }
  }
  constexpr std::size_t kMost = kMostRarityPairs / 2;
  if (candidates.size() > kMost) {
    std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::mutual_information);
    candidates.resize(kMost);
  }
  std::vector<Encoder::CategoryPair> pairs;
  for (const auto& candidate : candidates) {
    pairs.push_back(pair_of(coded[candidate.first], coded[candidate.second], columns));
    pairs.push_back(pair_of(coded[candidate.second], coded[candidate.first], columns));
  }
  return pairs;
}

bool sound_pair(const Encoder::CategoryPair& pair, std::span<const Encoder::Column> columns) {
  if (pair.given == pair.column || pair.given >= columns.size() || pair.column >= columns.size()) return false;
  const auto& a = columns[pair.given];
  const auto& b = columns[pair.column];
  if (a.levels.empty() || b.levels.empty() || table_cells(a, b) > kMostRarityCells) return false;
  if (pair.cells.size() != pair.rows.size()) return false;
  for (std::size_t i = 0; i < pair.cells.size(); ++i) {
    const std::size_t cell = pair.cells[i];
    if (i > 0 && cell <= pair.cells[i - 1]) return false;
    if (cell >= a.levels.size() * b.levels.size()) return false;
    if (pair.rows[i] == 0 || pair.rows[i] > a.level_rows[cell / b.levels.size()]) return false;
  }
  return true;
}

std::vector<float> level_rarities(const Encoder::Column& column, std::uint64_t rows) {
  std::vector<float> rarities(column.levels.size() + 1);
  for (std::size_t code = 0; code < rarities.size(); ++code) {
    rarities[code] = static_cast<float>(-std::log(level_share(column, code, rows)));
  }
  return rarities;
}

std::vector<float> pair_rarities(const Encoder::CategoryPair& pair, std::span<const Encoder::Column> columns,
                                 std::uint64_t rows) {
  const auto& a = columns[pair.given];
  const auto& b = columns[pair.column];
  const std::size_t width = b.levels.size();
  std::vector<double> counts((a.levels.size() + 1) * (width + 1));
  for (std::size_t i = 0; i < pair.cells.size(); ++i) {
    counts[pair.cells[i] / width * (width + 1) + pair.cells[i] % width] = static_cast<double>(pair.rows[i]);
  }
  std::vector<float> rarities(counts.size());
  for (std::size_t code_a = 0; code_a <= a.levels.size(); ++code_a) {
    const double given_rows = code_a < a.levels.size() ? static_cast<double>(a.level_rows[code_a]) : 0;
    for (std::size_t code_b = 0; code_b <= width; ++code_b) {
      const std::size_t cell = code_a * (width + 1) + code_b;
      const double share = (counts[cell] + kPriorRows * level_share(b, code_b, rows)) / (given_rows + kPriorRows);
      rarities[cell] = static_cast<float>(-std::log(share));
    }
  }
  return rarities;
}

}  // namespace netstray
