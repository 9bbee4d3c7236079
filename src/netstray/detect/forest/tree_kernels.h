#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netstray {

/// Rows that the kernels take down the trees together: as many as a mask has bits.
inline constexpr std::size_t kTreeBlockRows = 64;

/// A node made ready to be walked. With the value's key a row goes right where key - first < span, signed, the
/// difference wrapping around: one comparison for numbers (keys in the order of the floats) and for categories (the
/// code). A leaf's span is the least number, so that none goes right, and it leads to itself. 16 bytes.
struct TreeStep {
  std::uint32_t slot;  ///< place of the column in a block
  std::int32_t first;
  std::int32_t span;
  std::uint32_t ahead;  ///< how many nodes ahead the left child is, the right one follows it; 0: a leaf

  bool leaf() const noexcept { return ahead == 0; }
};

/// A forest laid out for tree_kernels() to run all its comparisons one after the other, without a branch.
struct FlatForest {
  /// Consecutive trees whose sums of path lengths fit 32 bits. Nodes are counted from the first of the run.
  struct Run {
    std::uint32_t first_tree, trees, nodes;
    std::size_t numbers, codes, splits, leaves;  ///< ends of its parts of the lists below
  };
  struct NumberCheck {  ///< right[node] = rows with keys[slot] > key
    std::uint32_t slot, node;
    std::int32_t key;
  };
  struct CodeCheck {  ///< right[node] = rows with the level
    std::uint32_t level, node;
  };
  struct Split {
    std::uint32_t node, left;
  };
  struct Leaf {
    std::uint32_t node, path;
  };
  struct Level {  ///< a one-hot column that some split looks at
    std::uint32_t slot;
    std::int32_t code;
  };

  std::span<const Run> runs;
  std::span<const NumberCheck> numbers;
  std::span<const CodeCheck> codes;
  std::span<const Split> splits;
  std::span<const Leaf> leaves;
  std::span<const Level> levels;
  std::uint32_t most_nodes;  ///< of a run
};

/// What all walks need of a forest.
struct TreeList {
  const std::uint32_t* paths;           ///< per node of all trees: path length of rows that end there, for leaves
  std::span<const std::size_t> starts;  ///< per tree and one more: where its nodes begin
  const std::uint32_t* depths;          ///< per tree: its deepest leaf
  std::uint32_t trees_per_sum;          ///< so many paths fit 32 bits together
  int few_rows;                         ///< where so few or fewer are left in a node, each goes on alone
};

/// A forest of axis-parallel splits laid out to be walked.
struct WalkForest {
  TreeList trees;
  const TreeStep* steps = nullptr;  ///< all trees' nodes
};

/// A split by a hyperplane: a row goes right where its terms add up to more than the intercept. A leaf has no terms, so
/// that none goes right, and leads to itself.
struct PlaneStep {
  double intercept;
  std::size_t first_term;
  std::uint32_t terms;
  std::uint32_t ahead;  ///< as in TreeStep
};
struct PlaneTerm {
  double normal;
  std::uint32_t slot;
};

/// A forest of hyperplanes laid out to be walked.
struct PlaneForest {
  TreeList trees;
  const PlaneStep* steps = nullptr;
  const PlaneTerm* terms = nullptr;
};

/// Up to kTreeBlockRows rows and what the trees walked so far gave them.
struct TreeBlock {
  const std::int32_t* keys;  ///< [slot][row], kTreeBlockRows a slot, on a cache line; for axis-parallel splits
  const float* values;       ///< likewise, dense values, for hyperplanes
  std::size_t rows;
  alignas(64) std::array<std::uint64_t, kTreeBlockRows> paths;  ///< sums of path lengths
  std::uint64_t* masks;                                         ///< room for FlatForest: levels + 2 * most_nodes
};

/// The loops over a forest for one instruction set. All give the same sums: of integers.
struct TreeKernels {
  /// Takes the block down trees [begin, end), looking only at nodes that some of its rows reach; where few are left,
  /// each goes on alone. Returns how many nodes it looked at and how many rows went on alone.
  std::uint64_t (*walk)(const WalkForest& forest, std::size_t begin, std::size_t end, TreeBlock& block);
  /// The same for hyperplanes. A row's terms are added up in order, as f64.
  std::uint64_t (*walk_planes)(const PlaneForest& forest, std::size_t begin, std::size_t end, TreeBlock& block);
  /// Takes the block through the nodes of runs [begin, end), reached or not.
  void (*sweep)(const FlatForest& forest, std::size_t begin, std::size_t end, TreeBlock& block);
};

/// Those of instruction_set().
const TreeKernels& tree_kernels() noexcept;

const TreeKernels& portable_tree_kernels() noexcept;
#if defined(__x86_64__)
const TreeKernels& avx2_tree_kernels() noexcept;
const TreeKernels& avx512_tree_kernels() noexcept;
#endif

}  // namespace netstray
