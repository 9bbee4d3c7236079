#pragma once

#include <cstdint>
#include <span>

namespace netstray {

/// What rows that are equal, but labelled differently, allow.
struct Ceiling {
  double accuracy = 1;              ///< the best that any function of the columns can reach; NaN without rows
  std::uint64_t conflicting = 0;    ///< rows whose equals bear both labels
  std::uint64_t unavoidable = 0;    ///< rows that the best function still gets wrong
  std::uint64_t distinct_rows = 0;  ///< different rows, labels aside
  std::uint64_t repeated = 0;       ///< rows that equal another row, labels aside
};

/// `rows`: fingerprints over the learned columns (table/table.h); `labels` of the same length. The best function gives
/// each distinct row the label that most of its equals bear. One sort, O(n log n).
Ceiling find_ceiling(std::span<const std::uint64_t> rows, std::span<const std::uint8_t> labels);

}  // namespace netstray
