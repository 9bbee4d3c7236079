#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>

#include <fmt/format.h>

#include "netstray/base/error.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double share(std::uint64_t part, std::uint64_t whole) noexcept {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Where a point of the curve lies in a picture, both axes in [0, 1].
struct Place {
  double x, y;
};
Place roc_place(const CurvePoint& point, const CurvePoint& last) noexcept {
  return {last.fp == 0 ? 0 : share(point.fp, last.fp), last.tp == 0 ? 0 : share(point.tp, last.tp)};
}
Place precision_recall_place(const CurvePoint& point, const CurvePoint& last) noexcept {
  const auto flagged = point.tp + point.fp;
  return {last.tp == 0 ? 0 : share(point.tp, last.tp), flagged == 0 ? 1 : share(point.tp, flagged)};
}

double triangle(Place a, Place b, Place c) noexcept {
  return std::abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y));
}

/// Visvalingam and Whyatt 1993: again and again the point is dropped whose absence changes the line least, here in the
/// worse of the two pictures that are drawn from a curve.
class Thinner {
 public:
  explicit Thinner(std::span<const CurvePoint> curve)
      : curve_(curve), before_(curve.size()), after_(curve.size()), version_(curve.size(), 0) {
    for (std::size_t i = 0; i < curve.size(); ++i) {
      before_[i] = i - 1;
      after_[i] = i + 1;
    }
    for (std::size_t i = 1; i + 1 < curve.size(); ++i) queue_.push({loss(i), i, 0});
  }

  std::vector<CurvePoint> thin(std::size_t limit) {
    for (std::size_t left = curve_.size(); left > limit; --left) drop_least();
    std::vector<CurvePoint> kept;
    kept.reserve(limit);
    for (std::size_t i = 0; i < curve_.size(); i = after_[i]) kept.push_back(curve_[i]);
    return kept;
  }

 private:
  struct Candidate {
    double loss;
    std::size_t point;
    std::uint32_t version;

    bool operator>(const Candidate& other) const noexcept {
      return loss != other.loss ? loss > other.loss : point > other.point;
    }
  };

  double loss(std::size_t i) const noexcept {
    const auto& a = curve_[before_[i]];
    const auto& b = curve_[i];
    const auto& c = curve_[after_[i]];
    const auto& end = curve_.back();
    return std::max(
        triangle(roc_place(a, end), roc_place(b, end), roc_place(c, end)),
        triangle(precision_recall_place(a, end), precision_recall_place(b, end), precision_recall_place(c, end)));
  }

  void drop_least() {
    while (queue_.top().version != version_[queue_.top().point]) queue_.pop();
    const auto [dropped_loss, dropped, version] = queue_.top();
    queue_.pop();
    const auto left = before_[dropped];
    const auto right = after_[dropped];
    after_[left] = right;
    before_[right] = left;
    for (const auto neighbour : {left, right}) {
      if (neighbour == 0 || neighbour + 1 == curve_.size()) continue;
      // Never less than what was dropped just now: losses only grow along the way.
      queue_.push({std::max(dropped_loss, loss(neighbour)), neighbour, ++version_[neighbour]});
    }
  }

  std::span<const CurvePoint> curve_;
  std::vector<std::size_t> before_, after_;
  std::vector<std::uint32_t> version_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

}  // namespace

std::vector<CurvePoint> curve(std::span<const std::uint8_t> labels, std::span<const double> scores) {
  if (labels.size() != scores.size())
    throw Error(fmt::format("{} labels, but {} scores", labels.size(), scores.size()));
  std::array<std::vector<double>, 2> by_label;
  const auto anomaly_count = labels.size() - static_cast<std::size_t>(std::ranges::count(labels, std::uint8_t{0}));
  by_label[1].reserve(anomaly_count);
  by_label[0].reserve(labels.size() - anomaly_count);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (std::isnan(scores[row])) throw Error(fmt::format("the score of row {} is not a number", row + 1));
    by_label[labels[row] != 0 ? 1 : 0].push_back(scores[row] + 0.0);  // -0 becomes 0: they are equal scores
  }
  for (auto& part : by_label) std::ranges::sort(part, std::greater<>());

  const auto& normal = by_label[0];
  const auto& anomalies = by_label[1];
  std::vector<CurvePoint> points{{std::numeric_limits<double>::infinity(), 0, 0}};
  points.reserve(labels.size() + 1);
  std::size_t fp = 0;
  std::size_t tp = 0;
  while (fp < normal.size() || tp < anomalies.size()) {
    const double threshold = fp == normal.size()      ? anomalies[tp]
                             : tp == anomalies.size() ? normal[fp]
                                                      : std::max(normal[fp], anomalies[tp]);
    while (fp < normal.size() && normal[fp] == threshold) ++fp;
    while (tp < anomalies.size() && anomalies[tp] == threshold) ++tp;
    points.push_back({threshold, tp, fp});
  }
  return points;
}

double auc(std::span<const CurvePoint> curve) noexcept {
  if (curve.empty() || curve.back().tp == 0 || curve.back().fp == 0) return kNan;
  std::uint64_t twice_area = 0;  // in pairs of rows, exact: at most 2^63 for 2^32 rows
  for (std::size_t i = 1; i < curve.size(); ++i)
    twice_area += (curve[i].fp - curve[i - 1].fp) * (curve[i].tp + curve[i - 1].tp);
  return static_cast<double>(twice_area) /
         (2 * static_cast<double>(curve.back().tp) * static_cast<double>(curve.back().fp));
}

double average_precision(std::span<const CurvePoint> curve) noexcept {
  if (curve.empty() || curve.back().tp == 0) return kNan;
  double sum = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    sum += static_cast<double>(curve[i].tp - curve[i - 1].tp) * share(curve[i].tp, curve[i].tp + curve[i].fp);
  return sum / static_cast<double>(curve.back().tp);
}

double recall_at_fpr(std::span<const CurvePoint> curve, double fpr) noexcept {
  if (curve.empty() || curve.back().tp == 0 || curve.back().fp == 0) return kNan;
  const auto beyond = std::ranges::partition_point(
      curve, [&](const CurvePoint& point) { return share(point.fp, curve.back().fp) <= fpr; });
  return beyond == curve.begin() ? 0 : share((beyond - 1)->tp, curve.back().tp);
}

std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, std::size_t limit) {
  limit = std::max<std::size_t>(limit, 2);
  if (curve.size() <= limit) return {curve.begin(), curve.end()};
  return Thinner(curve).thin(limit);
}

}  // namespace netstray
