#pragma once

#include <cstdint>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// One node of an isolation tree. A tree's nodes lie level by level: root first, each split's two children side by
/// side, in the order of the splits.
struct IsolationNode {
  std::uint32_t column = 0;  ///< dense column of the split
  float threshold = 0;       ///< dense value <= threshold goes left; always .5 for a one-hot column
  std::uint32_t left = 0;    ///< index of the left child in the tree, the right one follows it; 0: a leaf
  std::uint32_t rows = 0;    ///< how many rows of the tree's sample came here

  bool leaf() const noexcept { return left == 0; }
  bool operator==(const IsolationNode&) const = default;
};

/// ceil(log2(rows)): no row goes deeper.
std::uint32_t isolation_depth_limit(std::uint64_t rows) noexcept;

/// Grows one tree on rows [begin, end) of `matrix`, all of which must be finite. One-hot columns are compared as codes,
/// never made. Where a whole node is constant it becomes a leaf.
std::vector<IsolationNode> grow_isolation_tree(const Matrix& matrix, std::size_t begin, std::size_t end, Rng& rng);
/// On all rows.
std::vector<IsolationNode> grow_isolation_tree(const Matrix& sample, Rng& rng);

}  // namespace netstray
