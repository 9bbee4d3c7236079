#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/svm/row_kernel.h"

namespace netstray {

/// A map of rows to few features whose dot products are nearly the kernel's values (Williams, Seeger 2001): the
/// likeness to m landmark rows, turned so that it is exact among the landmarks. Directions with eigenvalues below 1e-6
/// of the greatest are left out: f32 likenesses say nothing about them.
class Nystroem {
 public:
  /// `landmarks`: packed rows, row after row. O(m^3).
  Nystroem(const MatrixShape& shape, const RowKernel& kernel, std::span<const float> landmarks);

  /// Features of a row, rounded up to a multiple of 16 (zeros follow).
  std::size_t width() const noexcept { return width_; }
  /// `out`: width() a row.
  void features(std::span<const float> rows, std::span<float> out) const;
  /// Coefficients of the landmarks' likenesses that add up to weights . features.
  std::vector<double> coefficients(std::span<const double> weights) const;

 private:
  RowKernel kernel_;
  std::size_t packed_;
  std::size_t landmarks_;
  std::size_t width_ = 0;
  PointPanels points_;
  std::vector<double> turn_;  ///< landmarks x width, row after row
};

}  // namespace netstray
