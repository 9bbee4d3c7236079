#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/encode/encoder.h"

namespace netstray {

/// Codes of the fitted rows in one category column: its place among the learned columns, and a code per row.
struct CodedColumn {
  std::size_t column;
  std::vector<std::uint16_t> codes;
};

/// The pairs of categories for rarity, both directions of each: all of them, or the kMostRarityPairs / 2 with the
/// largest mutual information where there are more. Pairs of which the levels, "unseen" included, make over
/// kMostRarityCells cells are left out: so many cells are nearly all empty. O(rows) per pair of categories.
std::vector<Encoder::CategoryPair> fit_pairs(std::span<const Encoder::Column> columns,
                                             std::span<const CodedColumn> coded);

inline constexpr std::size_t kMostRarityPairs = 12;
inline constexpr std::size_t kMostRarityCells = std::size_t{1} << 20;

/// Whether the pair names two different categories of `columns` and counts cells that exist, in order, none more
/// often than its given level.
bool sound_pair(const Encoder::CategoryPair& pair, std::span<const Encoder::Column> columns);

/// -ln p(level) for each level, then for an unseen one: p(a) = (n_a + .5) / (n + .5 (levels + 1)), n_a = 0 for unseen.
std::vector<float> level_rarities(const Encoder::Column& column, std::uint64_t rows);

/// -ln p(b | a) in cell code_a * (levels_b + 1) + code_b, each side with its "unseen" last:
/// p(b | a) = (n_ab + 2 p(b)) / (n_a + 2).
std::vector<float> pair_rarities(const Encoder::CategoryPair& pair, std::span<const Encoder::Column> columns,
                                 std::uint64_t rows);

}  // namespace netstray
