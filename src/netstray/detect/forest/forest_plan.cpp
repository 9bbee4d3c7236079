#include "netstray/detect/forest/forest_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <new>

#include "netstray/detect/forest/isolation_forest.h"
#include "netstray/detect/forest/repeated_rows.h"

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

std::uint32_t leaf_path(std::uint32_t depth, std::uint32_t rows) noexcept {
  return static_cast<std::uint32_t>(
      std::llround((depth + IsolationForest::average_path(rows)) / ForestPlan::kPathUnit));
}

}  // namespace

ForestPlan::ForestPlan(std::span<const IsolationNode> nodes, std::span<const std::size_t> starts,
                       std::uint32_t number_columns, std::span<const std::uint32_t> group_widths)
    : number_columns_(number_columns), starts_(starts.begin(), starts.end()) {
  std::uint32_t column = number_columns;
  for (const std::uint32_t width : group_widths) {
    group_columns_.push_back(column);
    column += width;
  }
  find_slots(nodes);
  steps_.reserve(nodes.size());
  paths_.reserve(nodes.size());
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    lay_out_tree(nodes.subspan(starts_[tree], starts_[tree + 1] - starts_[tree]));
  }
  const std::uint32_t longest = std::max(1U, *std::ranges::max_element(paths_));
  trees_per_sum_ = std::numeric_limits<std::uint32_t>::max() / longest;
  flatten(nodes);
}

/// The number column of a dense column, or number_columns_ + the group that it belongs to.
std::uint32_t ForestPlan::source_of(std::uint32_t column) const noexcept {
  if (column < number_columns_) return column;
  const auto after = std::ranges::upper_bound(group_columns_, column);
  return number_columns_ + static_cast<std::uint32_t>(after - group_columns_.begin()) - 1;
}

void ForestPlan::find_slots(std::span<const IsolationNode> nodes) {
  std::vector<std::uint8_t> used(number_columns_ + group_columns_.size());
  for (const auto& node : nodes) {
    if (!node.leaf()) used[source_of(node.column)] = 1;
  }
  for (std::uint32_t source = 0; source < used.size(); ++source) {
    if (used[source] != 0) sources_.push_back(source);
  }
}

void ForestPlan::lay_out_tree(std::span<const IsolationNode> nodes) {
  std::vector<std::uint32_t> depth(nodes.size());
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const IsolationNode& node = nodes[i];
    if (node.leaf()) {
      steps_.push_back(leaf_step());
      paths_.push_back(leaf_path(depth[i], node.rows));
      continue;
    }
    depth[node.left] = depth[node.left + 1] = depth[i] + 1;
    const std::uint32_t source = source_of(node.column);
    const auto slot = static_cast<std::uint32_t>(std::ranges::lower_bound(sources_, source) - sources_.begin());
    steps_.push_back(source < number_columns_
                         ? number_step(slot, node.threshold, node.left - i)
                         : code_step(slot, node.column - group_columns_[source - number_columns_], node.left - i));
    paths_.push_back(0);
  }
  depths_.push_back(depth.back());  // nodes lie level by level, so the last is as deep as any
}

void ForestPlan::flatten(std::span<const IsolationNode> nodes) {
  const auto trees = static_cast<std::uint32_t>(depths_.size());
  for (std::uint32_t tree = 0; tree < trees; ++tree) {
    if (starts_[tree + 1] - starts_[tree] > kRunNodes) return;
  }
  for (std::uint32_t first = 0; first < trees;) {
    std::uint32_t end = first + 1;
    while (end < trees && end - first < trees_per_sum_ && starts_[end + 1] - starts_[first] <= kRunNodes) ++end;
    flatten_run(nodes, first, end - first);
    first = end;
  }
  // Until now a code check names its dense column; from now on the place of that column among the levels.
  std::vector<std::uint32_t> columns;
  for (const auto& check : flat_.codes) columns.push_back(check.level);
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  for (auto& check : flat_.codes) {
    check.level = static_cast<std::uint32_t>(std::ranges::lower_bound(columns, check.level) - columns.begin());
  }
  for (const std::uint32_t column : columns) {
    const std::uint32_t source = source_of(column);
    const auto slot = static_cast<std::uint32_t>(std::ranges::lower_bound(sources_, source) - sources_.begin());
    flat_.levels.push_back({slot, static_cast<std::int32_t>(column - group_columns_[source - number_columns_])});
  }
}

/// Nodes are counted anew: first the roots, then the rest of tree after tree.
void ForestPlan::flatten_run(std::span<const IsolationNode> nodes, std::uint32_t first_tree, std::uint32_t trees) {
  std::uint32_t place = trees;
  for (std::uint32_t tree = 0; tree < trees; ++tree) {
    const std::size_t start = starts_[first_tree + tree];
    const std::size_t count = starts_[first_tree + tree + 1] - start;
    const auto place_of = [&](std::size_t i) { return i == 0 ? tree : place + static_cast<std::uint32_t>(i) - 1; };
    for (std::size_t i = 0; i < count; ++i) {
      const IsolationNode& node = nodes[start + i];
      if (node.leaf()) {
        flat_.leaves.push_back({place_of(i), paths_[start + i]});
        continue;
      }
      flat_.splits.push_back({place_of(i), place_of(node.left)});
      if (node.column < number_columns_) {
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
  return {steps_.data(),  paths_.data(),  starts_,
          depths_.data(), trees_per_sum_, flat_.runs.empty() ? kFewRowsWithoutSweep : kFewRows};
}

FlatForest ForestPlan::flat_view() const noexcept {
  return {flat_.runs, flat_.numbers, flat_.codes, flat_.splits, flat_.leaves, flat_.levels, flat_.most_nodes};
}

/// Blocks of rows made ready: for each used column the keys of its rows.
class ForestPlan::Rows {
 public:
  Rows(const ForestPlan& plan, const Matrix& matrix)
      : plan_(plan),
        matrix_(matrix),
        keys_(static_cast<std::int32_t*>(
            ::operator new(plan.sources_.size() * kTreeBlockRows * sizeof(std::int32_t) + 64, std::align_val_t{64}))) {}

  const std::int32_t* keys() const noexcept { return keys_.get(); }

  /// Rows begin + i for i < count.
  void fill(std::size_t begin, std::size_t count) noexcept {
    fill_from(begin, [=](std::size_t i) { return i; }, count);
  }
  /// Rows begin + each of `rows`, which ascend.
  void fill(std::size_t begin, std::span<const std::uint16_t> rows) noexcept {
    if (rows.back() - rows.front() + std::size_t{1} == rows.size()) return fill(begin + rows.front(), rows.size());
    fill_from(begin, [=](std::size_t i) { return rows[i]; }, rows.size());
  }

 private:
  template <typename Place>
  void fill_from(std::size_t begin, const Place& place, std::size_t count) noexcept {
    for (std::size_t slot = 0; slot < plan_.sources_.size(); ++slot) {
      const std::uint32_t source = plan_.sources_[slot];
      std::int32_t* to = keys_.get() + slot * kTreeBlockRows;
      if (source < plan_.number_columns_) {
        const float* values = matrix_.numbers(source).data() + begin;
        for (std::size_t i = 0; i < count; ++i) to[i] = key_of(values[place(i)]);
      } else {
        const std::uint16_t* codes = matrix_.groups()[source - plan_.number_columns_].codes.data() + begin;
        for (std::size_t i = 0; i < count; ++i) to[i] = codes[place(i)];
      }
    }
  }

  struct Free {
    void operator()(std::int32_t* memory) const noexcept { ::operator delete(memory, std::align_val_t{64}); }
  };
  const ForestPlan& plan_;
  const Matrix& matrix_;
  std::unique_ptr<std::int32_t, Free> keys_;
};

/// The first trees are walked; what that took says whether to go on so.
void ForestPlan::run_block(TreeBlock& block, Way way) const {
  const TreeKernels& kernels = tree_kernels();
  const WalkForest walk = walk_view();
  const bool can_sweep = !flat_.runs.empty();
  if (can_sweep && way == Way::sweep) return kernels.sweep(flat_view(), 0, flat_.runs.size(), block);
  const std::size_t tried = can_sweep && way == Way::chosen ? flat_.runs[0].trees : depths_.size();
  const std::uint64_t looked_at = kernels.walk(walk, 0, tried, block);
  if (tried == depths_.size()) return;
  if (looked_at * kSweptForOneWalked < flat_.runs[0].splits) {
    kernels.walk(walk, tried, depths_.size(), block);
  } else {
    kernels.sweep(flat_view(), 1, flat_.runs.size(), block);
  }
}

void ForestPlan::sum_paths(const Matrix& matrix, std::size_t begin, std::span<std::uint64_t> sums, Way way) const {
  Rows rows(*this, matrix);
  const auto masks =
      std::make_unique_for_overwrite<std::uint64_t[]>(flat_.levels.size() + 2 * std::size_t{flat_.most_nodes});
  TreeBlock block{};
  block.keys = rows.keys();
  block.masks = masks.get();
  const auto run = [&](std::size_t count) {
    block.rows = count;
    block.paths.fill(0);
    run_block(block, way);
  };
  if (sums.size() <= kTreeBlockRows) {
    rows.fill(begin, sums.size());
    run(sums.size());
    std::copy_n(block.paths.begin(), sums.size(), sums.begin());
    return;
  }
  const auto repeated = std::make_unique_for_overwrite<RepeatedRows>();
  for (std::size_t piece = 0; piece < sums.size(); piece += RepeatedRows::kMost) {
    const auto piece_sums = sums.subspan(piece, std::min(RepeatedRows::kMost, sums.size() - piece));
    repeated->find(matrix, sources_, begin + piece, piece_sums.size());
    const auto fresh = repeated->fresh();
    for (std::size_t at = 0; at < fresh.size(); at += kTreeBlockRows) {
      const auto these = fresh.subspan(at, std::min(kTreeBlockRows, fresh.size() - at));
      rows.fill(begin + piece, these);
      run(these.size());
      for (std::size_t i = 0; i < these.size(); ++i) piece_sums[these[i]] = block.paths[i];
    }
    repeated->spread(piece_sums);
  }
}

}  // namespace netstray
