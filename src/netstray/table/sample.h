#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace netstray {

/// `count` of the given rows, in the order drawn: each at most once, or, with replacement, each draw from all of them.
/// The same seed draws the same rows. Throws Error where there are fewer rows than are to be drawn without replacement,
/// or none at all. O(count).
std::vector<std::uint32_t> draw_rows(std::span<const std::uint32_t> rows, std::uint64_t count, bool with_replacement,
                                     std::uint64_t seed);

/// To what size a class is brought.
struct ClassSize {
  enum class Rule : std::uint8_t {
    rows,  ///< `amount` rows
    rest   ///< `amount` times the number of rows that are not of the class
  };
  Rule rule = Rule::rest;
  double amount = 1;  ///< finite, > 0; the number of rows is rounded, half up
};

/// Brings one class to another size by drawing from its rows (down-sampling, or up-sampling with replacement), and
/// leaves the others: the rows that are not of the class, ascending, then the drawn ones in the order drawn, as
/// notebook 001 does. `of_class`: per row, whether it is of the class (not 0). Throws Error for an amount that is not
/// above 0, a class without rows, over `most_rows` or 2^32 - 2 rows in all (before any is drawn), and, without
/// replacement, more rows than there are.
std::vector<std::uint32_t> resize_class(std::span<const std::uint8_t> of_class, ClassSize size, bool with_replacement,
                                        std::uint64_t seed,
                                        std::uint64_t most_rows = std::numeric_limits<std::uint32_t>::max() - 1);

}  // namespace netstray
