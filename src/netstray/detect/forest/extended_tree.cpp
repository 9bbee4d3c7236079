#include "netstray/detect/forest/extended_tree.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "netstray/detect/forest/tree_columns.h"

namespace netstray {
namespace {

/// Draws of a plane before the first column alone decides.
constexpr int kDraws = 4;

class Grower {
 public:
  Grower(const Matrix& matrix, std::size_t begin, std::size_t end, std::uint32_t extension, Rng& rng)
      : matrix_(matrix),
        extension_(extension),
        rng_(rng),
        candidates_(varying_columns(matrix, begin, end)),
        rows_(end - begin),
        sums_(end - begin) {
    std::iota(rows_.begin(), rows_.end(), static_cast<std::uint32_t>(begin));
  }

  ExtendedTree grow() {
    const std::uint32_t limit = isolation_depth_limit(rows_.size());
    nodes_.push_back({{0, 0, 0, static_cast<std::uint32_t>(rows_.size())}, {}});
    std::vector<Part> waiting{{0, 0, rows_.size(), 0, candidates_.size()}};
    while (!waiting.empty()) {
      Part part = waiting.back();
      waiting.pop_back();
      if (part.depth == limit || part.end - part.begin < 2) continue;
      draw_columns(part);
      if (drawn_.empty()) continue;
      draw_plane(part);
      const std::size_t middle = divide(part, intercept_of(terms_));
      const auto left = static_cast<std::uint32_t>(nodes_.size());
      nodes_[part.node].node.left = left;
      nodes_[part.node].terms = terms_;
      waiting.push_back({left + 1U, middle, part.end, part.depth + 1, part.candidates});
      waiting.push_back({left, part.begin, middle, part.depth + 1, part.candidates});
      nodes_.push_back({{0, 0, 0, static_cast<std::uint32_t>(middle - part.begin)}, {}});
      nodes_.push_back({{0, 0, 0, static_cast<std::uint32_t>(part.end - middle)}, {}});
    }
    return by_level();
  }

 private:
  struct Node {
    IsolationNode node;
    std::vector<HyperplaneTerm> terms;
  };
  /// Rows of a node that may yet be split. Only the first `candidates` columns can differ between its rows.
  struct Part {
    std::size_t node, begin, end;
    std::uint32_t depth;
    std::size_t candidates;
  };

  bool constant(const Part& part, const TreeColumn& column) const noexcept {
    const float first = column.value(matrix_, rows_[part.begin]);
    for (std::size_t i = part.begin + 1; i < part.end; ++i) {
      if (column.value(matrix_, rows_[i]) != first) return false;
    }
    return true;
  }

  /// Random columns that differ in the part, ascending. Those found constant go behind the candidates.
  void draw_columns(Part& part) {
    drawn_.clear();
    for (std::size_t open = part.candidates; open > 0 && drawn_.size() <= extension_;) {
      std::swap(candidates_[rng_.below(open)], candidates_[open - 1]);
      --open;
      if (constant(part, candidates_[open])) {
        std::swap(candidates_[open], candidates_[--part.candidates]);
      } else {
        drawn_.push_back(candidates_[open]);
      }
    }
    std::ranges::sort(drawn_, {}, &TreeColumn::dense);
  }

  /// A plane through the drawn columns with rows on both sides.
  void draw_plane(const Part& part) {
    scales_.clear();
    for (const TreeColumn& column : drawn_) scales_.push_back(1 / deviation(part, column));
    for (int draw = 0; draw < kDraws; ++draw) {
      terms_.clear();
      for (std::size_t i = 0; i < drawn_.size(); ++i) {
        terms_.push_back({drawn_[i].dense, 0, rng_.normal() * scales_[i]});
      }
      if (place(part)) return;
    }
    drawn_.resize(1);
    terms_.assign(1, {drawn_[0].dense, 0, scales_[0]});
    place(part);
  }

  double deviation(const Part& part, const TreeColumn& column) const noexcept {
    const auto count = static_cast<double>(part.end - part.begin);
    double sum = 0;
    for (std::size_t i = part.begin; i < part.end; ++i) sum += static_cast<double>(column.value(matrix_, rows_[i]));
    const double mean = sum / count;
    double squares = 0;
    for (std::size_t i = part.begin; i < part.end; ++i) {
      const double away = static_cast<double>(column.value(matrix_, rows_[i])) - mean;
      squares += away * away;
    }
    return std::sqrt(squares / count);
  }

  /// Where each row of the part lies along the normal, and the plane's point; false where all lie in one place.
  bool place(const Part& part) {
    for (std::size_t i = part.begin; i < part.end; ++i) sums_[i] = along(rows_[i]);
    const auto begin = sums_.begin() + static_cast<std::ptrdiff_t>(part.begin);
    const auto [low, high] = std::minmax_element(begin, sums_.begin() + static_cast<std::ptrdiff_t>(part.end));
    if (!(*low < *high)) return false;
    const std::size_t low_row = rows_[static_cast<std::size_t>(low - sums_.begin())];
    const std::size_t high_row = rows_[static_cast<std::size_t>(high - sums_.begin())];
    const double share = rng_.uniform();
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      const double from = drawn_[i].value(matrix_, low_row);
      const double to = drawn_[i].value(matrix_, high_row);
      terms_[i].point = static_cast<float>(from + share * (to - from));
    }
    const double intercept = intercept_of(terms_);
    if (intercept < *low || intercept >= *high) {  // rounded away: through the lowest row itself
      for (std::size_t i = 0; i < terms_.size(); ++i) terms_[i].point = drawn_[i].value(matrix_, low_row);
    }
    return true;
  }

  double along(std::size_t row) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      sum += terms_[i].normal * static_cast<double>(drawn_[i].value(matrix_, row));
    }
    return sum;
  }

  /// Puts the rows that go left to the front; returns where the others begin.
  std::size_t divide(const Part& part, double intercept) {
    const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(part.begin);
    const auto middle = std::partition(begin, rows_.begin() + static_cast<std::ptrdiff_t>(part.end),
                                       [&](std::uint32_t row) { return along(row) <= intercept; });
    return static_cast<std::size_t>(middle - rows_.begin());
  }

  ExtendedTree by_level() const {
    ExtendedTree tree;
    std::vector<std::size_t> order{0};
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Node& grown = nodes_[order[i]];
      IsolationNode node = grown.node;
      if (!node.leaf()) {
        node.left = static_cast<std::uint32_t>(order.size());
        order.push_back(grown.node.left);
        order.push_back(grown.node.left + std::size_t{1});
      }
      tree.nodes.push_back(node);
      tree.terms.insert(tree.terms.end(), grown.terms.begin(), grown.terms.end());
      tree.term_ends.push_back(tree.terms.size());
    }
    return tree;
  }

  const Matrix& matrix_;
  std::uint32_t extension_;
  Rng& rng_;
  std::vector<TreeColumn> candidates_;
  std::vector<std::uint32_t> rows_;
  std::vector<double> sums_;  ///< as rows_
  std::vector<TreeColumn> drawn_;
  std::vector<double> scales_;
  std::vector<HyperplaneTerm> terms_;
  std::vector<Node> nodes_;
};

}  // namespace

double intercept_of(std::span<const HyperplaneTerm> terms) noexcept {
  double sum = 0;
  for (const auto& term : terms) sum += term.normal * static_cast<double>(term.point);
  return sum;
}

ExtendedTree grow_extended_tree(const Matrix& matrix, std::size_t begin, std::size_t end, std::uint32_t extension,
                                Rng& rng) {
  return Grower(matrix, begin, end, extension, rng).grow();
}

}  // namespace netstray
