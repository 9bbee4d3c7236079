#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "netstray/detect/forest/isolation_tree.h"
#include "netstray/detect/forest/repeated_rows.h"
#include "netstray/detect/forest/tree_kernels.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// What the layouts of a forest, axis-parallel (ForestPlan) and extended (PlanePlan), have in common.

/// Where the dense columns of a matrix come from: the number columns, then each group's columns.
class ColumnSources {
 public:
  ColumnSources() = default;
  ColumnSources(std::uint32_t number_columns, std::span<const std::uint32_t> group_widths);

  std::uint32_t number_columns() const noexcept { return number_columns_; }
  /// The number column of a dense column, or number_columns() + the group that it belongs to.
  std::uint32_t of(std::uint32_t column) const noexcept;
  /// The code of a group's dense column.
  std::uint32_t code_of(std::uint32_t column) const noexcept {
    return column - group_columns_[of(column) - number_columns_];
  }

 private:
  std::uint32_t number_columns_ = 0;
  std::vector<std::uint32_t> group_columns_;  ///< first dense column of each group
};

/// Path lengths are whole numbers of 2^-26 of a step: below 64, with 20 levels at most and c(2^20) < 27.
struct LeafPaths {
  LeafPaths() = default;
  LeafPaths(std::span<const IsolationNode> nodes, std::span<const std::size_t> tree_starts);
  TreeList view(int few_rows) const noexcept { return {paths.data(), starts, depths.data(), trees_per_sum, few_rows}; }

  std::vector<std::size_t> starts;
  std::vector<std::uint32_t> paths;   ///< as the nodes; 0 for splits
  std::vector<std::uint32_t> depths;  ///< per tree: its deepest leaf
  std::uint32_t trees_per_sum = 1;
};

/// Memory of a block: kTreeBlockRows values for each of some slots, on a cache line.
template <typename T>
class BlockValues {
 public:
  explicit BlockValues(std::size_t slots)
      : values_(static_cast<T*>(::operator new((slots + 1) * kTreeBlockRows * sizeof(T), std::align_val_t{64}))) {}
  T* slot(std::size_t index) const noexcept { return values_.get() + index * kTreeBlockRows; }

 private:
  struct Free {
    void operator()(T* memory) const noexcept { ::operator delete(memory, std::align_val_t{64}); }
  };
  std::unique_ptr<T, Free> values_;
};

/// Sums the paths of rows [begin, begin + sums.size()) block by block, equal rows but once. `fill(first, place, count)`
/// makes rows first + place(i) ready for i < count; `run(block)` tells the block where its rows are and adds their
/// paths.
template <typename Fill, typename Run>
void sum_blocks(const Matrix& matrix, std::span<const std::uint32_t> sources, std::size_t begin,
                std::span<std::uint64_t> sums, const Fill& fill, const Run& run) {
  TreeBlock block{};
  const auto sum = [&](std::size_t first, std::size_t count) {
    fill(first, [](std::size_t i) { return i; }, count);
    block.rows = count;
    block.paths.fill(0);
    run(block);
  };
  if (sums.size() <= kTreeBlockRows) {
    sum(begin, sums.size());
    std::copy_n(block.paths.begin(), sums.size(), sums.begin());
    return;
  }
  const auto repeated = std::make_unique_for_overwrite<RepeatedRows>();
  for (std::size_t piece = 0; piece < sums.size(); piece += RepeatedRows::kMost) {
    const auto piece_sums = sums.subspan(piece, std::min(RepeatedRows::kMost, sums.size() - piece));
    const std::size_t first = begin + piece;
    repeated->find(matrix, sources, first, piece_sums.size());
    const auto fresh = repeated->fresh();
    for (std::size_t at = 0; at < fresh.size(); at += kTreeBlockRows) {
      const auto rows = fresh.subspan(at, std::min(kTreeBlockRows, fresh.size() - at));
      if (rows.back() - rows.front() + std::size_t{1} == rows.size()) {
        sum(first + rows.front(), rows.size());
      } else {
        fill(first, [=](std::size_t i) { return rows[i]; }, rows.size());
        block.rows = rows.size();
        block.paths.fill(0);
        run(block);
      }
      for (std::size_t i = 0; i < rows.size(); ++i) piece_sums[rows[i]] = block.paths[i];
    }
    repeated->spread(piece_sums);
  }
}

}  // namespace netstray
