#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/forest/extended_tree.h"
#include "netstray/detect/forest/tree_blocks.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// The trees of an extended isolation forest laid out for speed, as ForestPlan has the axis-parallel ones: blocks of 64
/// rows, of equal rows one, the same sums whatever the instruction set.
class PlanePlan {
 public:
  PlanePlan() = default;
  /// `term_ends`: per node where its terms end; else as ForestPlan.
  PlanePlan(std::span<const IsolationNode> nodes, std::span<const std::size_t> starts,
            std::span<const std::size_t> term_ends, std::span<const HyperplaneTerm> terms, std::uint32_t number_columns,
            std::span<const std::uint32_t> group_widths);

  void sum_paths(const Matrix& matrix, std::size_t begin, std::span<std::uint64_t> sums) const;
  std::span<const std::uint32_t> paths() const noexcept { return leaves_.paths; }

 private:
  /// What a slot holds: a number column, or whether a group has a code.
  struct Slot {
    std::uint32_t source, code;
  };

  ColumnSources sources_;
  LeafPaths leaves_;
  std::vector<std::uint32_t> used_sources_;
  std::vector<Slot> slots_;
  std::vector<PlaneStep> steps_;  ///< as the nodes
  std::vector<PlaneTerm> terms_;
};

}  // namespace netstray
