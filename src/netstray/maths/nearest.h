#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/maths/point_panels.h"

namespace netstray {

/// Exact nearest neighbours by Euclidean distance of the dense rows. Neighbours are ordered by (squared distance in
/// f32, index), so every search has one answer, whichever way it was found:
/// - a walk through a tree of boxes (16 children a node, split at the median of the widest column, leaves of 64 points
///   compared 16 at a time), or
/// - a comparison with every point, 4 queries with 16 points at a time in registers.
/// The tree is always built (O(n log n)); a trial of a few searches among the points themselves decides whether it is
/// used. It wins for few columns, and for many where the points lie in clumps, as traffic does.
class NearestPoints {
 public:
  enum class Method { automatic, tree, every };

  NearestPoints() = default;
  /// `rows`: packed rows (packed_rows.h), row after row, finite, at most 2^31. `typical_k`: for the trial.
  NearestPoints(MatrixShape shape, std::span<const float> rows, std::size_t typical_k,
                Method method = Method::automatic);

  std::size_t size() const noexcept { return points_.size(); }
  const MatrixShape& shape() const noexcept { return shape_; }
  bool uses_tree() const noexcept { return uses_tree_; }
  /// One of the points, as it was given.
  void read(std::size_t index, std::span<float> packed_row) const noexcept { points_.read(slots_[index], packed_row); }

  /// The k nearest points of each query (packed, row after row, finite), nearest first: k squared distances and k
  /// indices a query. k <= size(). In the calling thread; best called with 64 queries or so.
  void search(std::span<const float> queries, std::size_t k, std::span<float> squared,
              std::span<std::uint32_t> indices) const;

 private:
  class Search;

  void arrange(std::span<const float> rows, std::span<std::uint32_t> ids, std::size_t leaves) const;
  void build_boxes();
  bool tree_pays(std::size_t k) const;
  void search_tree(std::span<const float> query, Search& search) const;
  void visit(std::size_t level, std::size_t node, std::span<const float> query, Search& search) const;
  float first_limit(std::span<const float> query, std::size_t k) const;
  void search_every(std::span<const float> queries, std::span<Search> searches) const;

  /// Boxes of a level's nodes: leaves at level 0, then each 16 nodes of the level below.
  struct Level {
    PointPanels low, high;
  };

  MatrixShape shape_;
  PointPanels points_;                ///< in the tree's order
  std::vector<std::uint32_t> ids_;    ///< per slot: the point's index
  std::vector<std::uint32_t> slots_;  ///< per index: its slot
  std::vector<Level> levels_;
  bool uses_tree_ = false;
};

}  // namespace netstray
