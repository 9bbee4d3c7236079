#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/forest/isolation_tree.h"
#include "netstray/detect/forest/tree_blocks.h"
#include "netstray/detect/forest/tree_kernels.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// The trees of an isolation forest laid out for speed. Rows are taken down in blocks of 64 that stay in the first
/// cache. A block's way is chosen by what its rows do in the first trees: where they stay together, only the nodes that
/// they reach are looked at; where they scatter, all nodes are, without a branch. Of the
/// rows among 4,096 that are equal one is looked at. All ways give the same sums: path lengths are whole numbers of
/// 2^-26 of a step.
class ForestPlan {
 public:
  static constexpr double kPathUnit = 0x1.0p-26;

  /// How a block goes down: as is best for it; only by nodes that it reaches; by all nodes (where the trees are small
  /// enough to have been laid out for that). For tests and benchmarks: the sums are the same.
  enum class Way { chosen, walk, sweep };

  ForestPlan() = default;
  /// `starts`: where each tree begins in `nodes`, and the end. A column >= number_columns is one of a one-hot group,
  /// the groups' columns lying one after the other.
  ForestPlan(std::span<const IsolationNode> nodes, std::span<const std::size_t> starts, std::uint32_t number_columns,
             std::span<const std::uint32_t> group_widths);

  /// Adds up the path lengths of rows [begin, begin + sums.size()) over all trees, in path units. The matrix has the
  /// columns that the trees were grown on; a value that is not a number goes where some number goes.
  void sum_paths(const Matrix& matrix, std::size_t begin, std::span<std::uint64_t> sums, Way way = Way::chosen) const;

  /// Path length of the rows that end at each node; 0 for splits.
  std::span<const std::uint32_t> paths() const noexcept { return leaves_.paths; }

 private:
  struct Flat {
    std::vector<FlatForest::Run> runs;
    std::vector<FlatForest::NumberCheck> numbers;
    std::vector<FlatForest::CodeCheck> codes;
    std::vector<FlatForest::Split> splits;
    std::vector<FlatForest::Leaf> leaves;
    std::vector<FlatForest::Level> levels;
    std::uint32_t most_nodes = 0;
  };

  std::uint32_t slot_of(std::uint32_t column) const noexcept;
  void find_slots(std::span<const IsolationNode> nodes);
  void lay_out_tree(std::span<const IsolationNode> nodes);
  void flatten(std::span<const IsolationNode> nodes);
  void flatten_run(std::span<const IsolationNode> nodes, std::uint32_t first_tree, std::uint32_t trees);
  WalkForest walk_view() const noexcept;
  FlatForest flat_view() const noexcept;
  void run_block(TreeBlock& block, Way way) const;

  ColumnSources sources_;
  LeafPaths leaves_;
  std::vector<std::uint32_t> slots_;  ///< the sources that some split looks at, ascending
  std::vector<TreeStep> steps_;       ///< as the nodes
  Flat flat_;                         ///< empty where the trees are too large for it to win
};

}  // namespace netstray
