#pragma once

#include <span>
#include <vector>

#include "netstray/metric/metric.h"
#include "netstray/report/svg.h"

namespace netstray {

/// Whether a curve (metric.h) has rows of both classes, without which there is none to draw.
bool has_both_classes(std::span<const CurvePoint> curve) noexcept;

/// True-positive rate against false-positive rate: the curve's corners up to a false-positive rate, the last one
/// interpolated at it.
std::vector<Point> roc_points(std::span<const CurvePoint> curve, double fpr_limit, const Scale& x, const Scale& y);

/// Precision against recall. Between two corners rows are taken at random among the equal scores, so that precision
/// follows from counts that grow together (Davis and Goadrich 2006).
std::vector<Point> precision_points(std::span<const CurvePoint> curve, const Scale& x, const Scale& y);

}  // namespace netstray
