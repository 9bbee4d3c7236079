#pragma once

#include <cstddef>

namespace netstray {

/// Points stand in panels of this many: first value 0 of each, then value 1 of each, and so on.
constexpr std::size_t kPanelPoints = 16;

/// Packed points (packed_rows.h) in panels; what follows the last point is filled with zeros.
struct PanelView {
  const float* data;  ///< panels * packed * kPanelPoints
  std::size_t panels;
  std::size_t numbers;  ///< the first so many values are numbers, the others codes
  std::size_t packed;   ///< values of a point
};

// The inner loops of what compares rows with many others. Each value is made by the same additions in the same order,
// whatever the instruction set and however many points are compared at once.

/// Squared Euclidean distances of the dense rows (codes that differ count 2) of `queries` (packed, row after row) to
/// all points, query after query into `out` (queries * panels * kPanelPoints places), and for each query the least of
/// each of the kPanelPoints lanes over the panels into `least` (queries * kPanelPoints). f32; overflow is cut at
/// FLT_MAX.
void squared_distances(const PanelView& points, const float* queries, std::size_t count, float* out,
                       float* least) noexcept;
/// Least squared distance of one query to anything in each of kPanelPoints boxes: one panel of low corners, one of
/// high.
void box_distances(const PanelView& low, const float* high, const float* query, float* out) noexcept;
/// exp(-gamma v) of each, in place; error below 2 units in the last place, 0 below exp(-87). `count` is a multiple of
/// kPanelPoints.
void gaussian(float gamma, float* values, std::size_t count) noexcept;
/// Dot products of the dense rows with one query, added up in f64: one per point into `out`.
void dot_products(const PanelView& points, const float* query, double* out) noexcept;
/// Sum of weights[i] * values[i], added up in f64 in kPanelPoints lanes. `count` is a multiple of kPanelPoints.
double weighted_sum(const double* weights, const float* values, std::size_t count) noexcept;

}  // namespace netstray
