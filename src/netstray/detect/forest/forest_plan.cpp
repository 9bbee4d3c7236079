#include "netstray/detect/forest/forest_plan.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>

namespace netstray {
namespace {

constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::min();
/// Nodes of a run: its masks stay in the first cache.
constexpr std::size_t kRunNodes = 1024;
/// So many nodes are swept in the time that the walk needs for one, with what it guesses wrong.
constexpr std::uint64_t kSweptForOneWalked = 2;
/// From so few rows on each goes alone: where the sweep stands by for scattered rows, and where it does not.
constexpr int kFewRows = 1;
constexpr int kFewRowsWithoutSweep = 8;

/// An integer in the order of the floats; -0 and 0 are one.
std::int32_t key_of(float value) noexcept {
  const auto bits = std::bit_cast<std::int32_t>(value + 0.0F);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/// Moves the zero of unsigned comparisons to that of signed ones.
std::int32_t biased(std::uint32_t value) noexcept { return std::bit_cast<std::int32_t>(value ^ 0x80000000U); }

TreeStep leaf_step() noexcept { return {0, 0, kNone, 0}; }

TreeStep number_step(std::uint32_t slot, float threshold, std::uint32_t ahead) noexcept {
  const auto first = std::bit_cast<std::uint32_t>(key_of(threshold)) + 1;
  return {slot, biased(first), biased(0x80000000U - first), ahead};
}

TreeStep code_step(std::uint32_t slot, std::uint32_t code, std::uint32_t ahead) noexcept {
  return {slot, biased(code), biased(1), ahead};
}

}  // namespace

ForestPlan::ForestPlan(std::span<const IsolationNode> nodes, std::span<const std::size_t> starts,
                       std::uint32_t number_columns, std::span<const std::uint32_t> group_widths)
    : sources_(number_columns, group_widths), leaves_(nodes, starts) {
  find_slots(nodes);
  steps_.reserve(nodes.size());
  for (std::size_t tree = 0; tree + 1 < starts.size(); ++tree) {
    lay_out_tree(nodes.subspan(starts[tree], starts[tree + 1] - starts[tree]));
  }
  flatten(nodes);
}

void ForestPlan::find_slots(std::span<const IsolationNode> nodes) {
  // Not a mark for each column: a small damaged file may say that it has a thousand million of them.
  slots_.reserve(nodes.size());
  for (const auto& node : nodes) {
    if (!node.leaf()) slots_.push_back(sources_.of(node.column));
  }
  std::ranges::sort(slots_);
  slots_.erase(std::unique(slots_.begin(), slots_.end()), slots_.end());
  slots_.shrink_to_fit();
}

std::uint32_t ForestPlan::slot_of(std::uint32_t column) const noexcept {
  return static_cast<std::uint32_t>(std::ranges::lower_bound(slots_, sources_.of(column)) - slots_.begin());
}

void ForestPlan::lay_out_tree(std::span<const IsolationNode> nodes) {
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const IsolationNode& node = nodes[i];
    if (node.leaf()) {
      steps_.push_back(leaf_step());
    } else if (node.column < sources_.number_columns()) {
      steps_.push_back(number_step(slot_of(node.column), node.threshold, node.left - i));
    } else {
      steps_.push_back(code_step(slot_of(node.column), sources_.code_of(node.column), node.left - i));
    }
  }
}

void ForestPlan::flatten(std::span<const IsolationNode> nodes) {
  const auto trees = static_cast<std::uint32_t>(leaves_.depths.size());
  for (std::uint32_t tree = 0; tree < trees; ++tree) {
    if (leaves_.starts[tree + 1] - leaves_.starts[tree] > kRunNodes) return;
  }
  for (std::uint32_t first = 0; first < trees;) {
    std::uint32_t end = first + 1;
    while (end < trees && end - first < leaves_.trees_per_sum &&
           leaves_.starts[end + 1] - leaves_.starts[first] <= kRunNodes)
      ++end;
    flatten_run(nodes, first, end - first);
    first = end;
  }
  // Until now a code check names its dense column; from now on the place of that column among the levels.
  std::vector<std::uint32_t> columns;
  columns.reserve(flat_.codes.size());
  for (const auto& check : flat_.codes) columns.push_back(check.level);
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  for (auto& check : flat_.codes) {
    check.level = static_cast<std::uint32_t>(std::ranges::lower_bound(columns, check.level) - columns.begin());
  }
  for (const std::uint32_t column : columns) {
    flat_.levels.push_back({slot_of(column), static_cast<std::int32_t>(sources_.code_of(column))});
  }
}

/// Nodes are counted anew: first the roots, then the rest of tree after tree.
void ForestPlan::flatten_run(std::span<const IsolationNode> nodes, std::uint32_t first_tree, std::uint32_t trees) {
  std::uint32_t place = trees;
  for (std::uint32_t tree = 0; tree < trees; ++tree) {
    const std::size_t start = leaves_.starts[first_tree + tree];
    const std::size_t count = leaves_.starts[first_tree + tree + 1] - start;
    const auto place_of = [&](std::size_t i) { return i == 0 ? tree : place + static_cast<std::uint32_t>(i) - 1; };
    for (std::size_t i = 0; i < count; ++i) {
      const IsolationNode& node = nodes[start + i];
      if (node.leaf()) {
        flat_.leaves.push_back({place_of(i), leaves_.paths[start + i]});
        continue;
      }
      flat_.splits.push_back({place_of(i), place_of(node.left)});
      if (node.column < sources_.number_columns()) {
        flat_.numbers.push_back({steps_[start + i].slot, place_of(i), key_of(node.threshold)});
      } else {
        flat_.codes.push_back({node.column, place_of(i)});
      }
    }
    place += static_cast<std::uint32_t>(count) - 1;
  }
  flat_.most_nodes = std::max(flat_.most_nodes, place);
  flat_.runs.push_back(
      {first_tree, trees, place, flat_.numbers.size(), flat_.codes.size(), flat_.splits.size(), flat_.leaves.size()});
}

WalkForest ForestPlan::walk_view() const noexcept {
  return {leaves_.view(flat_.runs.empty() ? kFewRowsWithoutSweep : kFewRows), steps_.data()};
}

FlatForest ForestPlan::flat_view() const noexcept {
  return {flat_.runs, flat_.numbers, flat_.codes, flat_.splits, flat_.leaves, flat_.levels, flat_.most_nodes};
}

/// The first trees are walked; what that took says whether to go on so.
void ForestPlan::run_block(TreeBlock& block, Way way) const {
  const TreeKernels& kernels = tree_kernels();
  const WalkForest walk = walk_view();
  const bool can_sweep = !flat_.runs.empty();
  if (can_sweep && way == Way::sweep) return kernels.sweep(flat_view(), 0, flat_.runs.size(), block);
  const std::size_t tried = can_sweep && way == Way::chosen ? flat_.runs[0].trees : leaves_.depths.size();
  const std::uint64_t looked_at = kernels.walk(walk, 0, tried, block);
  if (tried == leaves_.depths.size()) return;
  if (looked_at * kSweptForOneWalked < flat_.runs[0].splits) {
    kernels.walk(walk, tried, leaves_.depths.size(), block);
  } else {
    kernels.sweep(flat_view(), 1, flat_.runs.size(), block);
  }
}

void ForestPlan::sum_paths(const Matrix& matrix, std::size_t begin, std::span<std::uint64_t> sums, Way way) const {
  const BlockValues<std::int32_t> keys(slots_.size());
  const auto masks =
      std::make_unique_for_overwrite<std::uint64_t[]>(flat_.levels.size() + 2 * std::size_t{flat_.most_nodes});
  const auto fill = [&](std::size_t first, const auto& place, std::size_t count) {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      std::int32_t* to = keys.slot(slot);
      if (slots_[slot] < sources_.number_columns()) {
        const float* from = matrix.numbers(slots_[slot]).data() + first;
        for (std::size_t i = 0; i < count; ++i) to[i] = key_of(from[place(i)]);
      } else {
        const auto* from = matrix.groups()[slots_[slot] - sources_.number_columns()].codes.data() + first;
        for (std::size_t i = 0; i < count; ++i) to[i] = from[place(i)];
      }
    }
  };
  sum_blocks(matrix, slots_, begin, sums, fill, [&](TreeBlock& block) {
    block.keys = keys.slot(0);
    block.masks = masks.get();
    run_block(block, way);
  });
}

}  // namespace netstray
