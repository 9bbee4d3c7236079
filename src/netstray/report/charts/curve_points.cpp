#include "netstray/report/charts/curve_points.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace netstray {
namespace {

struct Rates {
  double tpr, fpr;
};

Rates rates(const CurvePoint& point, const CurvePoint& all) {
  return {static_cast<double>(point.tp) / static_cast<double>(all.tp),
          static_cast<double>(point.fp) / static_cast<double>(all.fp)};
}

}  // namespace

bool has_both_classes(std::span<const CurvePoint> curve) noexcept {
  return !curve.empty() && curve.back().tp > 0 && curve.back().fp > 0;
}

std::vector<Point> roc_points(std::span<const CurvePoint> curve, double fpr_limit, const Scale& x, const Scale& y) {
  std::vector<Point> points;
  Rates before{0, 0};
  for (const CurvePoint& corner : curve) {
    const Rates here = rates(corner, curve.back());
    if (here.fpr > fpr_limit) {
      const double share = (fpr_limit - before.fpr) / (here.fpr - before.fpr);
      points.push_back({x(fpr_limit), y(before.tpr + share * (here.tpr - before.tpr))});
      break;
    }
    points.push_back({x(here.fpr), y(here.tpr)});
    before = here;
  }
  return points;
}

std::vector<Point> precision_points(std::span<const CurvePoint> curve, const Scale& x, const Scale& y) {
  constexpr double kFinestRecall = 0.004;
  const auto all = static_cast<double>(curve.back().tp);
  std::vector<Point> points;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const auto tp = static_cast<double>(curve[i - 1].tp);
    const auto fp = static_cast<double>(curve[i - 1].fp);
    const double more_tp = static_cast<double>(curve[i].tp) - tp;
    const double more_fp = static_cast<double>(curve[i].fp) - fp;
    const double steps = std::max(1.0, std::ceil(more_tp / all / kFinestRecall));
    for (double step = tp + fp == 0 ? 0 : 1; step <= steps; ++step) {
      const double share = tp + fp == 0 ? std::max(step / steps, 1e-9) : step / steps;
      const double found = tp + share * more_tp;
      points.push_back({x(found / all), y(found / (found + fp + share * more_fp))});
    }
  }
  return points;
}

}  // namespace netstray
