#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/detect/forest/isolation_tree.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// What one column adds to a hyperplane: normal * (x - point), x the dense value.
struct HyperplaneTerm {
  std::uint32_t column = 0;  ///< dense column
  float point = 0;           ///< where the plane's point lies in this column
  double normal = 0;

  bool operator==(const HyperplaneTerm&) const = default;
};

/// An isolation tree whose splits are hyperplanes: a row goes right where sum of normal * x > sum of normal * point.
struct ExtendedTree {
  std::vector<IsolationNode> nodes;    ///< level by level; their columns and thresholds say nothing
  std::vector<std::size_t> term_ends;  ///< per node: where its terms end, those of the next beginning there
  std::vector<HyperplaneTerm> terms;   ///< of a split ascending in column, at least one; of a leaf none
};

/// normal * point, added up in order.
double intercept_of(std::span<const HyperplaneTerm> terms) noexcept;

/// Grows one tree on rows [begin, end) of `matrix`, all finite (Hariri, Carrasco Kind, Brunner 2019). Each split draws
/// extension + 1 columns among those that differ in the node (all of them where there are fewer) and a normal vector in
/// them, standard normal in each column over the column's standard deviation in the node, so that no unit outweighs
/// another. The plane goes through a random point between the two rows of the node that lie farthest apart along the
/// normal, so that both sides get rows. (The paper has no units and draws the point from the box around the rows,
/// which can leave a side empty.)
///
/// One-hot: each level is a column of 0 and 1 of its own, as in the axis-parallel forest, and goes by its own spread in
/// the node, so that having a rare level lies as far out as it is rare.
ExtendedTree grow_extended_tree(const Matrix& matrix, std::size_t begin, std::size_t end, std::uint32_t extension,
                                Rng& rng);

}  // namespace netstray
