#pragma once

#include <map>
#include <optional>
#include <string>

#include "netstray/table/column.h"

namespace netstray {

// Columns made from one column, row by row. All of them are thread-safe, and a missing value stays missing where
// nothing else is said.

/// 1 where there is a value, else 0: notebook 001 makes its label so, of the signature.
Column is_present(const Column& column);

/// Each value's number in the order of first appearance, from 0: notebook 001's user numbers. They mean nothing as
/// numbers; what learns them is told so by an audit.
Column first_seen_number(const Column& column);

/// Numbers for values. `fallback` is for all values that are not there, and for missing ones.
struct ValueMap {
  std::map<std::string, double, std::less<>> numbers;
  std::optional<double> fallback;
};

/// The number that `map` has for each value: by text; in a column of integers or numbers by value ("443" is 443.0). The
/// result is an integer column where all of the map's numbers are integers. Throws Error where a value is not in a map
/// without fallback (naming the value), and where a key of the map is no number and the column holds numbers.
Column mapped(const Column& column, const ValueMap& map);

/// Each value's rank among all that are there, from 1; equal values share the mean of their ranks (as R and scipy.stats
/// rank). Of integers, numbers and times; Error for others. It looks at all rows, test rows too: a study that learns
/// from ranks has seen where its test rows lie. O(n log n).
Column ranks(const Column& column);

}  // namespace netstray
