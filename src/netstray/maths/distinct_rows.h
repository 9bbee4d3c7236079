#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// Which rows of a matrix are equal. Traffic repeats itself: in KDD-99's training file seven rows of ten are copies.
struct DistinctRows {
  std::vector<std::uint32_t> first;   ///< row where each distinct row stands first, ascending
  std::vector<std::uint32_t> copies;  ///< how many rows are equal to it, itself included
  std::vector<std::uint32_t> which;   ///< per row: its place in `first`
};

/// Rows are equal where all numbers (0 and -0 are one) and codes are. At most 2^31 rows, all finite. O(rows * columns).
DistinctRows distinct_rows(const Matrix& matrix);

/// The same of any rows, one for each hash: rows with different hashes differ; of those with the same one equal(a, b)
/// tells. At most 2^31 rows. O(rows).
DistinctRows distinct_by(std::span<const std::uint64_t> hashes,
                         const std::function<bool(std::uint32_t, std::uint32_t)>& equal);

}  // namespace netstray
