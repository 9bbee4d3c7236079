#pragma once

#include <bit>

#include "netstray/detect/forest/tree_kernels.h"

namespace netstray {

/// The loops of TreeKernels, for a Simd that has
///   greater(keys, key):       mask of the rows whose key is > key
///   within(keys, first, span): mask of the rows with key - first < span (see TreeStep)
///   beyond(values, terms, intercept): mask of the rows whose terms add up to more
///   Sums: 32-bit sums of a block's rows, with add(mask, value) and move_to(paths)
///   row_of(bit), bit_of(row): which bit of a mask a row has
/// Included once per instruction set, in files compiled for it.
template <typename Simd>
class TreeKernelBody {
 public:
  static constexpr TreeKernels kernels() noexcept { return {walk, walk_planes, sweep}; }

 private:
  using Mask = std::uint64_t;

  struct AxisWays {
    const WalkForest& forest;
    const std::int32_t* keys;

    AxisWays(const WalkForest& from, const TreeBlock& block) noexcept : forest(from), keys(block.keys) {}
    [[gnu::always_inline]] inline std::uint32_t ahead(std::size_t node) const noexcept {
      return forest.steps[node].ahead;
    }
    [[gnu::always_inline]] inline Mask right(std::size_t node) const noexcept {
      const TreeStep& step = forest.steps[node];
      return Simd::within(keys + std::size_t{step.slot} * kTreeBlockRows, step.first, step.span);
    }
    /// The node after this one for one row; a leaf itself.
    [[gnu::always_inline]] inline std::size_t next(std::size_t node, std::uint32_t row) const noexcept {
      const TreeStep& step = forest.steps[node];
      const auto key = static_cast<std::uint32_t>(keys[std::size_t{step.slot} * kTreeBlockRows + row]);
      const auto away = static_cast<std::int32_t>(key - static_cast<std::uint32_t>(step.first));
      return node + step.ahead + static_cast<std::size_t>(away < step.span);
    }
  };

  struct PlaneWays {
    const PlaneForest& forest;
    const float* values;

    PlaneWays(const PlaneForest& from, const TreeBlock& block) noexcept : forest(from), values(block.values) {}
    [[gnu::always_inline]] inline std::uint32_t ahead(std::size_t node) const noexcept {
      return forest.steps[node].ahead;
    }
    [[gnu::always_inline]] inline Mask right(std::size_t node) const noexcept {
      const PlaneStep& step = forest.steps[node];
      return Simd::beyond(values, {forest.terms + step.first_term, step.terms}, step.intercept);
    }
    [[gnu::always_inline]] inline std::size_t next(std::size_t node, std::uint32_t row) const noexcept {
      const PlaneStep& step = forest.steps[node];
      double sum = 0;
      for (const PlaneTerm& term : std::span(forest.terms + step.first_term, step.terms)) {
        sum += term.normal * static_cast<double>(values[std::size_t{term.slot} * kTreeBlockRows + row]);
      }
      return node + step.ahead + static_cast<std::size_t>(sum > step.intercept);
    }
  };

  /// Rows that go on alone, many at a time, so that their steps overlap.
  template <typename Ways>
  class Walkers {
   public:
    explicit Walkers(const Ways& ways) noexcept : ways_(ways) {}

    [[gnu::always_inline]] inline void add(Mask mask, std::size_t node, std::uint32_t levels) noexcept {
      for (; mask != 0; mask &= mask - 1) {
        rows_[count_] = Simd::row_of(static_cast<std::uint32_t>(std::countr_zero(mask)));
        nodes_[count_++] = node;
      }
      levels_ = levels > levels_ ? levels : levels_;
    }
    bool full() const noexcept { return count_ > kTreeBlockRows; }

    /// Takes them all to their leaves. Those that are there already stay.
    void go(std::array<std::uint64_t, kTreeBlockRows>& paths) noexcept {
      for (std::uint32_t level = 0; level < levels_; ++level) {
        for (std::size_t i = 0; i < count_; ++i) nodes_[i] = ways_.next(nodes_[i], rows_[i]);
      }
      for (std::size_t i = 0; i < count_; ++i) paths[rows_[i]] += ways_.forest.trees.paths[nodes_[i]];
      count_ = 0;
      levels_ = 0;
    }

   private:
    const Ways& ways_;
    std::array<std::uint32_t, 2 * kTreeBlockRows> rows_{};
    std::array<std::size_t, 2 * kTreeBlockRows> nodes_{};
    std::size_t count_ = 0;
    std::uint32_t levels_ = 0;
  };

  static constexpr std::size_t kDeepest = 21;

  static std::uint64_t walk(const WalkForest& forest, std::size_t begin, std::size_t end, TreeBlock& block) {
    return walk_trees(AxisWays(forest, block), begin, end, block);
  }
  static std::uint64_t walk_planes(const PlaneForest& forest, std::size_t begin, std::size_t end, TreeBlock& block) {
    return walk_trees(PlaneWays(forest, block), begin, end, block);
  }

  template <typename Ways>
  [[gnu::always_inline]] static inline std::uint64_t walk_trees(const Ways& ways, std::size_t begin, std::size_t end,
                                                                TreeBlock& block) {
    const TreeList& trees = ways.forest.trees;
    Mask all = 0;
    for (std::uint32_t row = 0; row < block.rows; ++row) all |= Mask{1} << Simd::bit_of(row);
    Walkers<Ways> walkers(ways);
    typename Simd::Sums sums;
    std::uint64_t looked_at = 0;
    std::uint32_t summed = 0;
    for (std::size_t tree = begin; tree < end; ++tree) {
      if (walkers.full()) walkers.go(block.paths);
      if (summed++ == trees.trees_per_sum) {
        sums.move_to(block.paths);
        summed = 1;
      }
      looked_at += walk_tree(ways, tree, all, sums, walkers);
    }
    sums.move_to(block.paths);
    walkers.go(block.paths);
    return looked_at;
  }

  /// One tree, depth first, left before right.
  template <typename Ways>
  [[gnu::always_inline]] static inline std::uint64_t walk_tree(const Ways& ways, std::size_t tree, Mask mask,
                                                               typename Simd::Sums& sums, Walkers<Ways>& walkers) {
    struct Waiting {
      Mask mask;
      std::size_t node;
      std::uint32_t levels;
    };
    const TreeList& trees = ways.forest.trees;
    std::array<Waiting, kDeepest> waiting;  // NOLINT(cppcoreguidelines-pro-type-member-init): pushed before popped
    std::size_t count = 0;
    std::uint64_t looked_at = 0;
    std::size_t node = trees.starts[tree];
    std::uint32_t levels = trees.depths[tree];
    for (;;) {
      const std::uint32_t ahead = ways.ahead(node);
      const int rows = std::popcount(mask);
      const bool few = rows <= trees.few_rows;
      if (ahead == 0 || few) {
        if (few) {
          walkers.add(mask, node, levels);
          looked_at += static_cast<std::uint64_t>(rows);
        } else {
          sums.add(mask, trees.paths[node]);
        }
        if (count == 0) return looked_at;
        --count;
        mask = waiting[count].mask;
        node = waiting[count].node;
        levels = waiting[count].levels;
        continue;
      }
      ++looked_at;
      const Mask right = mask & ways.right(node);
      const Mask left = mask & ~right;
      node += ahead;
      --levels;
      if (left == 0) {
        ++node;
      } else {
        if (right != 0) waiting[count++] = {right, node + 1, levels};
        mask = left;
      }
    }
  }

  static void sweep(const FlatForest& forest, std::size_t begin, std::size_t end, TreeBlock& block) {
    Mask* levels = block.masks;
    Mask* right = levels + forest.levels.size();
    Mask* reach = right + forest.most_nodes;
    for (std::size_t i = 0; i < forest.levels.size(); ++i) {
      const auto& level = forest.levels[i];
      // key - code < 1, as TreeStep has it
      levels[i] = Simd::within(block.keys + level.slot * kTreeBlockRows,
                               static_cast<std::int32_t>(static_cast<std::uint32_t>(level.code) ^ 0x80000000U),
                               static_cast<std::int32_t>(1U ^ 0x80000000U));
    }
    FlatForest::Run before{};
    if (begin > 0) before = forest.runs[begin - 1];
    for (std::size_t r = begin; r < end; ++r) {
      const FlatForest::Run& run = forest.runs[r];
      for (std::size_t i = before.numbers; i < run.numbers; ++i) {
        const auto& check = forest.numbers[i];
        right[check.node] = Simd::greater(block.keys + check.slot * kTreeBlockRows, check.key);
      }
      for (std::size_t i = before.codes; i < run.codes; ++i)
        right[forest.codes[i].node] = levels[forest.codes[i].level];
      for (std::size_t tree = 0; tree < run.trees; ++tree) reach[tree] = ~Mask{0};
      for (std::size_t i = before.splits; i < run.splits; ++i) {
        const auto& split = forest.splits[i];
        const Mask here = reach[split.node];
        const Mask there = right[split.node];
        reach[split.left] = here & ~there;
        reach[split.left + 1] = here & there;
      }
      typename Simd::Sums sums;
      for (std::size_t i = before.leaves; i < run.leaves; ++i) {
        sums.add(reach[forest.leaves[i].node], forest.leaves[i].path);
      }
      sums.move_to(block.paths);
      before = run;
    }
  }
};

}  // namespace netstray
