#include "netstray/maths/nearest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace netstray {
namespace {

constexpr std::size_t kFan = kPanelPoints;
constexpr std::size_t kLeafPanels = 4;
constexpr std::size_t kLeafPoints = kLeafPanels * kPanelPoints;
/// Panels compared in one go with every query of a block: 16 panels of 40 columns fill a first-level cache.
constexpr std::size_t kRunPanels = 16;
/// A box's distance and a point's distance are rounded differently: a box is passed over only where it is further by
/// more than that.
constexpr float kRoundingSlack = 1.0F - 1e-4F;
constexpr std::size_t kTrials = 32;

std::size_t leaves_of(std::size_t points) noexcept { return (points + kLeafPoints - 1) / kLeafPoints; }

}  // namespace

/// The best so far of one query, ascending, in the places of the result.
class NearestPoints::Search {
 public:
  Search(std::span<float> squared, std::span<std::uint32_t> indices) : squared_(squared), indices_(indices) {}

  /// There are k points that are no further than this.
  void start_at(float limit) noexcept { limit_ = limit; }
  /// Nothing further than this can still be among the k nearest.
  float limit() const noexcept { return limit_; }

  void offer(float squared, std::uint32_t index) noexcept {
    std::size_t place = count_;
    if (count_ == squared_.size()) {
      if (squared == squared_[count_ - 1] && index > indices_[count_ - 1]) return;
      place = count_ - 1;
    } else {
      ++count_;
    }
    for (; place > 0; --place) {
      const float before = squared_[place - 1];
      if (before < squared || (before == squared && indices_[place - 1] < index)) break;
      squared_[place] = before;
      indices_[place] = indices_[place - 1];
    }
    squared_[place] = squared;
    indices_[place] = index;
    if (count_ == squared_.size()) limit_ = squared_[count_ - 1];
  }

  /// The distances of some panels' points, and the least of each lane over the panels.
  void offer_panels(const float* squared, const float* least, std::size_t panels, std::span<const std::uint32_t> ids) {
    visited_panels += panels;
    if (*std::min_element(least, least + kPanelPoints) > limit_) return;
    for (std::size_t lane = 0; lane < kPanelPoints; ++lane) {
      if (least[lane] > limit_) continue;
      for (std::size_t place = lane; place < ids.size(); place += kPanelPoints) {
        if (squared[place] <= limit_) offer(squared[place], ids[place]);
      }
    }
  }

  std::size_t visited_panels = 0;

 private:
  std::span<float> squared_;
  std::span<std::uint32_t> indices_;
  std::size_t count_ = 0;
  float limit_ = std::numeric_limits<float>::max();
};

NearestPoints::NearestPoints(MatrixShape shape, std::span<const float> rows, std::size_t typical_k, Method method)
    : shape_(std::move(shape)) {
  const std::size_t count = packed_width(shape_) == 0 ? 0 : rows.size() / packed_width(shape_);
  ids_.resize(count);
  slots_.resize(count);
  std::iota(ids_.begin(), ids_.end(), 0U);
  if (count == 0) return;
  arrange(rows, ids_, leaves_of(count));
  for (std::uint32_t slot = 0; slot < count; ++slot) slots_[ids_[slot]] = slot;
  points_ = PointPanels(shape_, rows, ids_);
  build_boxes();
  uses_tree_ = method == Method::tree ||
               (method == Method::automatic && tree_pays(std::clamp<std::size_t>(typical_k, 1, count)));
}

/// Orders the ids so that each run of 64, of 16 such runs and so on, holds points that lie together: halves them at the
/// median of the column with the widest spread, at places that are whole subtrees.
void NearestPoints::arrange(std::span<const float> rows, std::span<std::uint32_t> ids, std::size_t leaves) const {
  if (leaves <= 1) return;
  std::size_t subtree = 1;
  while (subtree * kFan < leaves) subtree *= kFan;
  const std::size_t packed = packed_width(shape_);
  std::vector<float> low(rows.begin() + static_cast<std::ptrdiff_t>(ids[0] * packed),
                         rows.begin() + static_cast<std::ptrdiff_t>((ids[0] + 1) * packed));
  std::vector<float> high = low;
  for (const std::uint32_t id : ids) {
    const float* row = rows.data() + id * packed;
    for (std::size_t k = 0; k < packed; ++k) {
      low[k] = std::min(low[k], row[k]);
      high[k] = std::max(high[k], row[k]);
    }
  }
  std::size_t widest = 0;
  double most = -1;
  for (std::size_t k = 0; k < packed; ++k) {
    double spread = double{high[k]} - double{low[k]};
    if (k >= shape_.number_columns() && spread > 0) spread = 1.5;  // codes that differ are sqrt(2) apart
    if (spread > most) {
      most = spread;
      widest = k;
    }
  }
  const std::size_t subtrees = (leaves + subtree - 1) / subtree;
  const std::size_t left = subtrees / 2 * subtree;
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>(left * kLeafPoints);
  std::nth_element(ids.begin(), middle, ids.end(), [&](std::uint32_t a, std::uint32_t b) {
    const float value_a = rows[a * packed + widest];
    const float value_b = rows[b * packed + widest];
    return value_a < value_b || (value_a == value_b && a < b);
  });
  arrange(rows, ids.first(left * kLeafPoints), left);
  arrange(rows, ids.subspan(left * kLeafPoints), leaves - left);
}

void NearestPoints::build_boxes() {
  for (std::size_t nodes = leaves_of(size()), below = size(), fan = kLeafPoints;; fan = kFan) {
    Level level{PointPanels(shape_, nodes), PointPanels(shape_, nodes)};
    const PointPanels& low = levels_.empty() ? points_ : levels_.back().low;
    const PointPanels& high = levels_.empty() ? points_ : levels_.back().high;
    for (std::size_t node = 0; node < nodes; ++node) {
      for (std::size_t k = 0; k < packed_width(shape_); ++k) {
        float least = low.at(node * fan, k);
        float most = high.at(node * fan, k);
        for (std::size_t child = node * fan; child < std::min(below, (node + 1) * fan); ++child) {
          least = std::min(least, low.at(child, k));
          most = std::max(most, high.at(child, k));
        }
        level.low.set(node, k, least);
        level.high.set(node, k, most);
      }
    }
    levels_.push_back(std::move(level));
    if (nodes <= kFan) return;
    below = nodes;
    nodes = (nodes + kFan - 1) / kFan;
  }
}

bool NearestPoints::tree_pays(std::size_t k) const {
  constexpr std::size_t kWorthTrying = 16 * kLeafPoints;
  if (size() < kWorthTrying) return false;
  std::vector<float> query(packed_width(shape_));
  std::vector<float> squared(k);
  std::vector<std::uint32_t> indices(k);
  std::size_t visited = 0;
  for (std::size_t trial = 0; trial < kTrials; ++trial) {
    points_.read(size() * trial / kTrials, query);
    Search search(squared, indices);
    search_tree(query, search);
    visited += search.visited_panels;
  }
  // Comparing all costs less per panel, and strangers, which are what we look for, visit more than the points do.
  return visited * 3 < kTrials * points_.panels();
}

void NearestPoints::search_tree(std::span<const float> query, Search& search) const {
  const std::size_t top = levels_.size() - 1;
  visit(top, 0, query, search);
}

/// Children of one node: the boxes of 16 nodes of `level` from 16 * node on, nearest first.
void NearestPoints::visit(std::size_t level, std::size_t node, std::span<const float> query, Search& search) const {
  const Level& boxes = levels_[level];
  std::array<float, kFan> bounds{};
  box_distances(boxes.low.view(node, 1), boxes.high.view(node, 1).data, query.data(), bounds.data());
  ++search.visited_panels;
  const std::size_t first = node * kFan;
  const std::size_t children = std::min(kFan, boxes.low.size() - first);
  std::array<std::uint8_t, kFan> order{};
  for (std::size_t i = 0; i < children; ++i) {
    std::size_t place = i;
    for (; place > 0 && bounds[order[place - 1]] > bounds[i]; --place) order[place] = order[place - 1];
    order[place] = static_cast<std::uint8_t>(i);
  }
  for (std::size_t i = 0; i < children; ++i) {
    if (bounds[order[i]] * kRoundingSlack > search.limit()) return;
    const std::size_t child = first + order[i];
    if (level > 0) {
      visit(level - 1, child, query, search);
      continue;
    }
    std::array<float, kLeafPoints> squared{};
    std::array<float, kPanelPoints> least{};
    const std::size_t panels = std::min(kLeafPanels, points_.panels() - child * kLeafPanels);
    squared_distances(points_.view(child * kLeafPanels, panels), query.data(), 1, squared.data(), least.data());
    const std::size_t begin = child * kLeafPoints;
    search.offer_panels(squared.data(), least.data(), panels,
                        std::span(ids_).subspan(begin, std::min(kLeafPoints, size() - begin)));
  }
}

/// Goes down to the leaf whose boxes are the nearest on the way, and says how far the k-th of its points is. So most
/// points are too far from the first on.
float NearestPoints::first_limit(std::span<const float> query, std::size_t k) const {
  std::size_t node = 0;
  for (std::size_t level = levels_.size(); level-- > 0;) {
    const Level& boxes = levels_[level];
    std::array<float, kFan> bounds{};
    box_distances(boxes.low.view(node, 1), boxes.high.view(node, 1).data, query.data(), bounds.data());
    const auto children = static_cast<std::ptrdiff_t>(std::min(kFan, boxes.low.size() - node * kFan));
    node = node * kFan +
           static_cast<std::size_t>(std::min_element(bounds.begin(), bounds.begin() + children) - bounds.begin());
  }
  const std::size_t points = std::min(kLeafPoints, size() - node * kLeafPoints);
  if (points < k) return std::numeric_limits<float>::max();
  std::array<float, kLeafPoints> squared{};
  std::array<float, kPanelPoints> least{};
  const std::size_t panels = std::min(kLeafPanels, points_.panels() - node * kLeafPanels);
  squared_distances(points_.view(node * kLeafPanels, panels), query.data(), 1, squared.data(), least.data());
  const auto last = squared.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(squared.begin(), last, squared.begin() + static_cast<std::ptrdiff_t>(points));
  return *last;
}

void NearestPoints::search_every(std::span<const float> queries, std::span<Search> searches) const {
  constexpr std::size_t kTogether = 4;
  std::array<float, kTogether * kRunPanels * kPanelPoints> squared{};
  std::array<float, kTogether * kPanelPoints> least{};
  for (std::size_t panel = 0; panel < points_.panels(); panel += kRunPanels) {
    const std::size_t panels = std::min(kRunPanels, points_.panels() - panel);
    const std::size_t begin = panel * kPanelPoints;
    const auto ids = std::span(ids_).subspan(begin, std::min(panels * kPanelPoints, size() - begin));
    for (std::size_t first = 0; first < searches.size(); first += kTogether) {
      const std::size_t count = std::min(kTogether, searches.size() - first);
      squared_distances(points_.view(panel, panels), queries.data() + first * packed_width(shape_), count,
                        squared.data(), least.data());
      for (std::size_t q = 0; q < count; ++q) {
        searches[first + q].offer_panels(squared.data() + q * panels * kPanelPoints, least.data() + q * kPanelPoints,
                                         panels, ids);
      }
    }
  }
}

void NearestPoints::search(std::span<const float> queries, std::size_t k, std::span<float> squared,
                           std::span<std::uint32_t> indices) const {
  const std::size_t packed = packed_width(shape_);
  const std::size_t count = packed == 0 ? 0 : queries.size() / packed;
  std::vector<Search> searches;
  searches.reserve(count);
  for (std::size_t q = 0; q < count; ++q) searches.emplace_back(squared.subspan(q * k, k), indices.subspan(q * k, k));
  if (!uses_tree_) {
    for (std::size_t q = 0; q < count; ++q) searches[q].start_at(first_limit(queries.subspan(q * packed, packed), k));
    return search_every(queries, searches);
  }
  for (std::size_t q = 0; q < count; ++q) search_tree(queries.subspan(q * packed, packed), searches[q]);
}

}  // namespace netstray
