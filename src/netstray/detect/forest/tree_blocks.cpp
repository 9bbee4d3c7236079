#include "netstray/detect/forest/tree_blocks.h"

#include <cmath>
#include <limits>

#include "netstray/detect/forest/forest_plan.h"
#include "netstray/detect/forest/isolation_forest.h"

namespace netstray {

ColumnSources::ColumnSources(std::uint32_t number_columns, std::span<const std::uint32_t> group_widths)
    : number_columns_(number_columns) {
  std::uint32_t column = number_columns;
  for (const std::uint32_t width : group_widths) {
    group_columns_.push_back(column);
    column += width;
  }
}

std::uint32_t ColumnSources::of(std::uint32_t column) const noexcept {
  if (column < number_columns_) return column;
  const auto after = std::ranges::upper_bound(group_columns_, column);
  return number_columns_ + static_cast<std::uint32_t>(after - group_columns_.begin()) - 1;
}

LeafPaths::LeafPaths(std::span<const IsolationNode> nodes, std::span<const std::size_t> tree_starts)
    : starts(tree_starts.begin(), tree_starts.end()) {
  paths.reserve(nodes.size());
  std::uint32_t longest = 1;
  for (std::size_t tree = 0; tree + 1 < starts.size(); ++tree) {
    const auto tree_nodes = nodes.subspan(starts[tree], starts[tree + 1] - starts[tree]);
    std::vector<std::uint32_t> depth(tree_nodes.size());
    for (std::size_t i = 0; i < tree_nodes.size(); ++i) {
      const IsolationNode& node = tree_nodes[i];
      if (node.leaf()) {
        const double length = depth[i] + IsolationForest::average_path(node.rows);
        paths.push_back(static_cast<std::uint32_t>(std::llround(length / ForestPlan::kPathUnit)));
        longest = std::max(longest, paths.back());
      } else {
        depth[node.left] = depth[node.left + 1] = depth[i] + 1;
        paths.push_back(0);
      }
    }
    depths.push_back(depth.back());  // nodes lie level by level, so the last is as deep as any
  }
  trees_per_sum = std::numeric_limits<std::uint32_t>::max() / longest;
}

}  // namespace netstray
