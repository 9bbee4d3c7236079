#include "netstray/detect/forest/plane_plan.h"

#include <algorithm>

namespace netstray {
namespace {

/// From so few rows on each goes alone.
constexpr int kFewRows = 4;

void sort_distinct(std::vector<std::uint32_t>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

PlanePlan::PlanePlan(std::span<const IsolationNode> nodes, std::span<const std::size_t> starts,
                     std::span<const std::size_t> term_ends, std::span<const HyperplaneTerm> terms,
                     std::uint32_t number_columns, std::span<const std::uint32_t> group_widths)
    : sources_(number_columns, group_widths), leaves_(nodes, starts) {
  std::vector<std::uint32_t> columns;
  columns.reserve(terms.size());
  for (const auto& term : terms) columns.push_back(term.column);
  sort_distinct(columns);
  used_sources_.reserve(columns.size());
  slots_.reserve(columns.size());
  for (const std::uint32_t column : columns) {
    const std::uint32_t source = sources_.of(column);
    used_sources_.push_back(source);
    slots_.push_back({source, source < number_columns ? 0 : sources_.code_of(column)});
  }
  sort_distinct(used_sources_);
  terms_.reserve(terms.size());
  for (const auto& term : terms) {
    const auto slot = std::ranges::lower_bound(columns, term.column) - columns.begin();
    terms_.push_back({term.normal, static_cast<std::uint32_t>(slot)});
  }
  steps_.reserve(nodes.size());
  std::size_t first = 0;
  for (std::size_t tree = 0; tree + 1 < starts.size(); ++tree) {
    for (std::size_t i = starts[tree]; i < starts[tree + 1]; ++i) {
      const std::size_t count = term_ends[i] - first;
      const std::uint32_t ahead = nodes[i].leaf() ? 0 : nodes[i].left - static_cast<std::uint32_t>(i - starts[tree]);
      steps_.push_back({intercept_of(terms.subspan(first, count)), first, static_cast<std::uint32_t>(count), ahead});
      first = term_ends[i];
    }
  }
}

void PlanePlan::sum_paths(const Matrix& matrix, std::size_t begin, std::span<std::uint64_t> sums) const {
  const BlockValues<float> values(slots_.size());
  const PlaneForest forest{leaves_.view(kFewRows), steps_.data(), terms_.data()};
  const auto fill = [&](std::size_t first, const auto& place, std::size_t count) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const Slot& slot = slots_[i];
      float* to = values.slot(i);
      if (slot.source < sources_.number_columns()) {
        const float* from = matrix.numbers(slot.source).data() + first;
        for (std::size_t row = 0; row < count; ++row) to[row] = from[place(row)];
      } else {
        const auto* from = matrix.groups()[slot.source - sources_.number_columns()].codes.data() + first;
        for (std::size_t row = 0; row < count; ++row) to[row] = from[place(row)] == slot.code ? 1.0F : 0.0F;
      }
      std::fill(to + count, to + kTreeBlockRows, 0.0F);
    }
  };
  const std::size_t trees = leaves_.depths.size();
  sum_blocks(matrix, used_sources_, begin, sums, fill, [&](TreeBlock& block) {
    block.values = values.slot(0);
    tree_kernels().walk_planes(forest, 0, trees, block);
  });
}

}  // namespace netstray
