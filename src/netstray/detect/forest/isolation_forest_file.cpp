#include <cmath>

#include "netstray/detect/forest/isolation_forest.h"

namespace netstray {
namespace {

constexpr std::uint32_t kLeafMark = 0xffffffffU;
/// Over any normal: at most 10 standard ones over a deviation of the least float among 2^20 rows. Sums stay finite.
constexpr double kMostNormal = 1e60;

}  // namespace

void IsolationForest::save(ByteWriter& out) const {
  out.put(settings_.trees);
  out.put(settings_.sample);
  out.put(settings_.seed);
  out.put(settings_.extension);
  out.put(sample_);
  out.put(number_columns_);
  out.put_vector(group_widths_);
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    out.put<std::uint64_t>(starts_[tree + 1] - starts_[tree]);
    for (std::size_t i = starts_[tree]; i < starts_[tree + 1]; ++i) save_node(i, out);
  }
}

void IsolationForest::save_node(std::size_t index, ByteWriter& out) const {
  const IsolationNode& node = nodes_[index];
  if (settings_.extension == 0) {
    out.put(node.leaf() ? kLeafMark : node.column);
    out.put(node.threshold);
    out.put(node.rows);
    return;
  }
  const auto terms = terms_of(index);
  out.put(static_cast<std::uint32_t>(terms.size()));
  out.put(node.rows);
  for (const auto& term : terms) {
    out.put(term.column);
    out.put(term.point);
    out.put(term.normal);
  }
}

IsolationForest IsolationForest::load(ByteReader& in) {
  IsolationForest forest;
  auto& settings = forest.settings_;
  settings.trees = in.get<std::uint32_t>();
  settings.sample = in.get<std::uint32_t>();
  settings.seed = in.get<std::uint64_t>();
  settings.extension = in.get<std::uint32_t>();
  forest.sample_ = in.get<std::uint32_t>();
  forest.number_columns_ = in.get<std::uint32_t>();
  forest.group_widths_ = in.get_vector<std::uint32_t>();
  if (settings.trees < 1 || settings.trees > kMostTrees || settings.sample < 2 || settings.sample > kMostSample ||
      settings.extension > kMostExtension || forest.sample_ < 1 || forest.sample_ > settings.sample) {
    in.fail("a setting of the isolation forest is out of range");
  }
  const std::size_t node_bytes = (settings.extension == 0 ? 3 : 2) * sizeof(std::uint32_t);
  for (std::uint32_t tree = 0; tree < settings.trees; ++tree) {
    forest.starts_.push_back(forest.nodes_.size());
    const std::size_t count = in.get_count(node_bytes);
    std::uint32_t next = 1;
    for (std::size_t i = 0; i < count; ++i) {
      if (!forest.load_node(in)) continue;
      forest.nodes_.back().left = next;
      next += 2;
    }
    if (next != count) in.fail("a tree of the isolation forest has more or fewer nodes than its splits make");
  }
  forest.starts_.push_back(forest.nodes_.size());
  forest.check_nodes(in);
  forest.prepare();
  return forest;
}

/// Whether it is a split.
bool IsolationForest::load_node(ByteReader& in) {
  IsolationNode& node = nodes_.emplace_back();
  if (settings_.extension == 0) {
    node.column = in.get<std::uint32_t>();
    node.threshold = in.get<float>();
    node.rows = in.get<std::uint32_t>();
    if (node.column != kLeafMark) return true;
    node.column = 0;
    return false;
  }
  const auto terms = in.get<std::uint32_t>();
  if (terms > settings_.extension + 1) in.fail("a split of the isolation forest has too many columns");
  node.rows = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < terms; ++i) {
    HyperplaneTerm& term = terms_.emplace_back();
    term.column = in.get<std::uint32_t>();
    term.point = in.get<float>();
    term.normal = in.get<double>();
  }
  term_ends_.push_back(terms_.size());
  return terms > 0;
}

/// Splits' children were laid out by load, so each tree is one; what else the walks and the sums rely on.
void IsolationForest::check_nodes(const ByteReader& in) const {
  std::uint64_t columns = number_columns_;
  for (const std::uint32_t width : group_widths_) columns += width;
  if (columns == 0 || columns > kMostColumns) in.fail("the isolation forest has no columns, or too many");
  const std::uint32_t limit = isolation_depth_limit(sample_);
  for (std::size_t tree = 0; tree < settings_.trees; ++tree) {
    const std::size_t start = starts_[tree];
    const auto nodes = std::span(nodes_).subspan(start, starts_[tree + 1] - start);
    if (nodes.front().rows != sample_) in.fail("a tree of the isolation forest was grown on another number of rows");
    std::vector<std::uint32_t> depth(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const IsolationNode& node = nodes[i];
      if (node.leaf()) continue;
      const IsolationNode& left = nodes[node.left];
      const IsolationNode& right = nodes[node.left + 1];
      const bool adds_up = left.rows > 0 && right.rows > 0 && std::uint64_t{left.rows} + right.rows == node.rows;
      if (!adds_up || !valid_split(start + i, columns) || depth[i] == limit) {
        in.fail("a split of the isolation forest is out of range");
      }
      depth[node.left] = depth[node.left + 1] = depth[i] + 1;
    }
  }
}

bool IsolationForest::valid_split(std::size_t index, std::uint64_t columns) const noexcept {
  const IsolationNode& node = nodes_[index];
  if (settings_.extension == 0) {
    const bool threshold = node.column < number_columns_ ? std::isfinite(node.threshold) : node.threshold == 0.5F;
    return threshold && node.column < columns;
  }
  std::uint64_t next = 0;
  for (const auto& term : terms_of(index)) {
    if (term.column < next || term.column >= columns || !std::isfinite(term.point)) return false;
    if (!(std::abs(term.normal) <= kMostNormal)) return false;
    next = std::uint64_t{term.column} + 1;
  }
  return true;
}

}  // namespace netstray
