#pragma once

#include <cstdint>
#include <span>

#include "netstray/maths/dense.h"
#include "netstray/maths/point_panels.h"

namespace netstray {

/// How alike two rows are, for the one-class SVM: exp(-gamma |a - b|^2), or the dot product of the dense rows divided
/// by `scale`. The same two rows give the same f32, whichever way round and however many are compared at once.
struct RowKernel {
  enum class Kind : std::uint8_t { rbf, linear };
  Kind kind = Kind::rbf;
  float gamma = 1;   ///< rbf
  double scale = 1;  ///< linear; the mean squared norm of the training rows keeps the values near 1

  /// Likeness of one packed row to all points: points.padded() places. Spread over threads() where that is worth it.
  void likeness(const PointPanels& points, std::span<const float> query, std::span<float> out) const;
  /// For each packed row of `queries`: the sum of coefficient times likeness over the points (points.padded()
  /// coefficients, 0 behind the last point), added up in f64. In the calling thread.
  void sums(const PointPanels& points, std::span<const double> coefficients, std::span<const float> queries,
            std::span<double> out) const;

 private:
  void likeness_of_panels(const PanelView& points, std::span<const float> queries, std::size_t count,
                          std::span<float> out) const;
};

}  // namespace netstray
