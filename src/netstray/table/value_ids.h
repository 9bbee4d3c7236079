#pragma once

#include <cstdint>
#include <vector>

#include "netstray/table/column.h"

namespace netstray {

/// A column's values as small numbers: two rows have the same number where their values are equal. What joins, lags and
/// splits by entity are made of.
struct ValueIds {
  static constexpr std::uint32_t kMissing = 0xffffffffU;

  std::vector<std::uint32_t> of_row;  ///< per row: from 0 in order of first appearance; kMissing where missing
  std::uint32_t distinct = 0;         ///< how many there are
};

/// Numbers are equal by value (1 and 1.0), times by their nanoseconds, categories and addresses by their text. Integers
/// are told apart to all of their 64 bits. At most 2^32 - 2 rows. O(rows).
ValueIds value_ids(const Column& column);

/// The values of two columns in one numbering, which starts with those of `first`: a row of `second` whose number is
/// `first.distinct` or more has a value that `first` does not have. `second.distinct` counts both columns' values.
struct SharedValueIds {
  ValueIds first, second;
};
/// Throws Error unless both columns hold numbers, both times, or both texts (a category and an address are both texts).
SharedValueIds shared_value_ids(const Column& first, const Column& second);

}  // namespace netstray
