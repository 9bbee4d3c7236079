#include "netstray/detect/forest/isolation_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "netstray/detect/forest/tree_columns.h"

namespace netstray {
namespace {

/// The greatest float that is <= value, so that the same floats are <= it.
float rounded_down(double value) noexcept {
  const auto rounded = static_cast<float>(value);
  if (static_cast<double>(rounded) <= value) return rounded;
  return std::nextafter(rounded, -std::numeric_limits<float>::infinity());
}

class Grower {
 public:
  Grower(const Matrix& matrix, std::size_t begin, std::size_t end, Rng& rng)
      : sample_(matrix), rng_(rng), rows_(end - begin), candidates_(varying_columns(matrix, begin, end)) {
    std::iota(rows_.begin(), rows_.end(), static_cast<std::uint32_t>(begin));
  }

  std::vector<IsolationNode> grow() {
    const std::uint32_t limit = isolation_depth_limit(rows_.size());
    std::vector<IsolationNode> nodes{{0, 0, 0, static_cast<std::uint32_t>(rows_.size())}};
    std::vector<Part> waiting{{0, 0, rows_.size(), 0, candidates_.size()}};
    while (!waiting.empty()) {
      Part part = waiting.back();
      waiting.pop_back();
      if (part.depth == limit || part.end - part.begin < 2) continue;
      const auto split = draw_split(part);
      if (!split) continue;
      const std::size_t middle = divide(part, *split);
      IsolationNode& node = nodes[part.node];
      node.column = split->column.dense;
      node.threshold = split->threshold;
      node.left = static_cast<std::uint32_t>(nodes.size());
      waiting.push_back({node.left + 1U, middle, part.end, part.depth + 1, part.candidates});
      waiting.push_back({node.left, part.begin, middle, part.depth + 1, part.candidates});
      nodes.push_back({0, 0, 0, static_cast<std::uint32_t>(middle - part.begin)});
      nodes.push_back({0, 0, 0, static_cast<std::uint32_t>(part.end - middle)});
    }
    return nodes;
  }

 private:
  struct Split {
    TreeColumn column;
    float threshold;
  };
  /// Rows of a node that may yet be split. Only the first `candidates` columns can differ between its rows.
  struct Part {
    std::size_t node, begin, end;
    std::uint32_t depth;
    std::size_t candidates;
  };

  /// A random column among those that differ in the part, and where to split it. Columns found constant here go behind
  /// the others; they are constant in all that comes of this part too, and swaps below here stay within its candidates.
  std::optional<Split> draw_split(Part& part) {
    while (part.candidates > 0) {
      const std::size_t drawn = rng_.below(part.candidates);
      const TreeColumn column = candidates_[drawn];
      if (const auto threshold = draw_threshold(part, column)) return Split{column, *threshold};
      std::swap(candidates_[drawn], candidates_[--part.candidates]);
    }
    return {};
  }

  /// Uniform in [least, greatest) of the part's values, or nothing where they are all the same.
  std::optional<float> draw_threshold(const Part& part, const TreeColumn& column) {
    if (!column.number) {
      const auto& codes = sample_.groups()[column.source].codes;
      const auto with =
          std::count_if(begin_of(part), end_of(part), [&](auto row) { return codes[row] == column.code; });
      const bool constant = with == 0 || with == end_of(part) - begin_of(part);
      return constant ? std::nullopt : std::optional(0.5F);
    }
    const auto values = sample_.numbers(column.source);
    float low = values[rows_[part.begin]];
    float high = low;
    for (std::size_t i = part.begin + 1; i < part.end; ++i) {
      low = std::min(low, values[rows_[i]]);
      high = std::max(high, values[rows_[i]]);
    }
    if (!(low < high)) return {};
    const float threshold = rounded_down(rng_.uniform(low, high));
    return threshold < high ? threshold : low;  // where the sum was rounded up to the greatest
  }

  /// Puts the rows that go left to the front; returns where the others begin.
  std::size_t divide(const Part& part, const Split& split) {
    const TreeColumn& column = split.column;
    const auto middle = column.number
                            ? std::partition(begin_of(part), end_of(part),
                                             [values = sample_.numbers(column.source), threshold = split.threshold](
                                                 std::uint32_t row) { return values[row] <= threshold; })
                            : std::partition(begin_of(part), end_of(part),
                                             [&codes = sample_.groups()[column.source].codes,
                                              code = column.code](std::uint32_t row) { return codes[row] != code; });
    return static_cast<std::size_t>(middle - rows_.begin());
  }

  std::vector<std::uint32_t>::iterator begin_of(const Part& part) {
    return rows_.begin() + static_cast<std::ptrdiff_t>(part.begin);
  }
  std::vector<std::uint32_t>::iterator end_of(const Part& part) {
    return rows_.begin() + static_cast<std::ptrdiff_t>(part.end);
  }

  const Matrix& sample_;
  Rng& rng_;
  std::vector<std::uint32_t> rows_;
  std::vector<TreeColumn> candidates_;
};

/// The same tree, its nodes level by level.
std::vector<IsolationNode> by_level(const std::vector<IsolationNode>& grown) {
  std::vector<IsolationNode> nodes{grown.front()};
  nodes.reserve(grown.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].leaf()) continue;
    const std::size_t left = nodes[i].left;
    nodes[i].left = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back(grown[left]);
    nodes.push_back(grown[left + 1]);
  }
  return nodes;
}

}  // namespace

std::uint32_t isolation_depth_limit(std::uint64_t rows) noexcept {
  return rows < 2 ? 0 : static_cast<std::uint32_t>(std::bit_width(rows - 1));
}

std::vector<IsolationNode> grow_isolation_tree(const Matrix& matrix, std::size_t begin, std::size_t end, Rng& rng) {
  return by_level(Grower(matrix, begin, end, rng).grow());
}

std::vector<IsolationNode> grow_isolation_tree(const Matrix& sample, Rng& rng) {
  return grow_isolation_tree(sample, 0, sample.rows(), rng);
}

}  // namespace netstray
