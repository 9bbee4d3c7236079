#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/detect/neural/dense_kernels.h"

namespace netstray {

/// Some units of a layer: the weight of input k to unit u lies at weights[k * width + u].
struct LaneLayer {
  const float* weights;
  const float* biases;  ///< one a unit; null: the sums go on from what `out` holds
  std::size_t inner;
  std::size_t width;
  std::size_t units;
};

/// The arithmetic of small dense networks on rows that lie beside each other: kRows values of one column, then those of
/// the next, as a Matrix has them. So rows are scored where they lie, no lane is spent on padding, and no sum is
/// folded. Sums run over the inner index or the columns in ascending order, each product rounded before it is added, so
/// that every instruction set gives the same bits, and a row's result does not depend on the rows beside it.
struct LaneKernels {
  static constexpr std::size_t kRows = 64;

  /// out(u, :) = biases[u] + sum over k of weights(k, u) * x[k][:]; x[k] has kRows numbers anywhere.
  void (*multiply)(const LaneLayer& layer, const float* const* x, float* out);
  /// sums(:) += (activation(values(c, :)) - targets[c][:])^2 for c < columns.
  void (*add_errors)(Activation activation, const float* values, const float* const* targets, std::size_t columns,
                     float* sums);
  /// The same where the target of row r in column first + c is 1 if codes[r] is that, else 0.
  void (*add_coded_errors)(Activation activation, const float* values, const std::uint32_t* codes, std::uint32_t first,
                           std::size_t columns, float* sums);
};

/// Those of instruction_set().
const LaneKernels& lane_kernels() noexcept;

const LaneKernels& portable_lane_kernels() noexcept;
#if defined(__x86_64__)
const LaneKernels& avx2_lane_kernels() noexcept;
const LaneKernels& avx512_lane_kernels() noexcept;
#endif

}  // namespace netstray
