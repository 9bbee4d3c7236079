#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/encode/encoder.h"

namespace netstray {

/// Most levels of a learned category, so that a code, the one for "unseen" included, fits 16 bits.
inline constexpr std::size_t kMostLevels = 65'534;

/// Sets the levels of a category in order of first appearance, and how often each comes. A missing value and a text ""
/// are the level "". Throws Error for over kMostLevels levels.
void fit_levels(Encoder::Column& column, const Column& source, std::span<const std::uint32_t> rows);

/// 1 to kMostLevels distinct levels, each with a count that is not 0.
bool sound_levels(const Encoder::Column& column);

/// Codes of levels in the order of their texts.
std::vector<std::uint16_t> sorted_by_text(const std::vector<std::string>& levels);

/// The code of a level, or the one behind the last for a level that was not seen. `by_text` is sorted_by_text of the
/// column's levels. O(log levels).
std::uint16_t code_of(std::string_view text, const Encoder::Column& column, std::span<const std::uint16_t> by_text);

/// The learned codes of all rows of a table's column. O(rows + levels log levels).
std::vector<std::uint16_t> encode_levels(const Encoder::Column& column, std::span<const std::uint16_t> by_text,
                                         const Column& source);

/// Most levels of all learned categories together that may become standardised columns, as these are written out.
inline constexpr std::size_t kMostStandardisedLevels = 4'096;
/// The levels of all categories together.
std::size_t standardised_levels(std::span<const Encoder::Column> columns);

/// The two values of a level's 0/1 column after it was standardised over the training rows.
struct StandardisedLevel {
  float present, absent;
};
/// Of a level that `level_rows` of `rows` training rows have, 1 <= level_rows <= rows.
StandardisedLevel standardised_level(std::uint64_t level_rows, std::uint64_t rows);

/// In nats.
double entropy(std::span<const std::uint64_t> counts);

}  // namespace netstray
