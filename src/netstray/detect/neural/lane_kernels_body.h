#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/detect/neural/dense_kernels_body.h"
#include "netstray/detect/neural/lane_kernels.h"

namespace netstray {

/// The kernels of LaneKernels, written once over the vectors of `Simd` (see DenseKernelBody, whose rules hold here
/// too). Simd besides: kLaneUnits and kLaneVectors, the product tile.
template <class Simd>
class LaneKernelBody : DenseKernelBody<Simd> {
 public:
  static constexpr LaneKernels kernels() noexcept { return {multiply, add_errors, add_coded_errors}; }

 private:
  using Base = DenseKernelBody<Simd>;
  using Float = typename Simd::Float;
  using Word = typename Simd::Word;
  static constexpr std::size_t kLanes = Simd::kLanes;
  static constexpr std::size_t kRows = LaneKernels::kRows;
  static constexpr std::size_t kVectors = Simd::kLaneVectors;
  static_assert(kRows % (kVectors * kLanes) == 0);

  template <std::size_t Units>
  [[gnu::always_inline]] static inline void product_tile(const LaneLayer& layer, const float* const* x, std::size_t row,
                                                         std::size_t unit, float* out) noexcept {
    Float sums[Units][kVectors];
#pragma GCC unroll 8
    for (std::size_t u = 0; u < Units; ++u) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) {
        if (layer.biases != nullptr) {
          Base::spread(sums[u][v], layer.biases[unit + u]);
        } else {
          Base::load(sums[u][v], out + (unit + u) * kRows + row + v * kLanes);
        }
      }
    }
    const float* weights = layer.weights + unit;
    for (std::size_t k = 0; k < layer.inner; ++k, weights += layer.width) {
      Float values[kVectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) Base::load(values[v], x[k] + row + v * kLanes);
#pragma GCC unroll 8
      for (std::size_t u = 0; u < Units; ++u) {
        Float weight;
        Base::spread(weight, weights[u]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) sums[u][v] += values[v] * weight;
      }
    }
#pragma GCC unroll 8
    for (std::size_t u = 0; u < Units; ++u) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) {
        Base::store(out + (unit + u) * kRows + row + v * kLanes, sums[u][v]);
      }
    }
  }

  /// The units from `unit` on, in tiles of `Units`, then in narrower ones.
  template <std::size_t Units>
  static void product_units(const LaneLayer& layer, const float* const* x, std::size_t unit, float* out) noexcept {
    for (; unit + Units <= layer.units; unit += Units) {
      for (std::size_t row = 0; row < kRows; row += kVectors * kLanes) product_tile<Units>(layer, x, row, unit, out);
    }
    if constexpr (Units > 1) {
      if (unit < layer.units) product_units<Units - 1>(layer, x, unit, out);
    }
  }

  static void multiply(const LaneLayer& layer, const float* const* x, float* out) noexcept {
    product_units<Simd::kLaneUnits>(layer, x, 0, out);
  }

  template <Activation Kind>
  [[gnu::always_inline]] static inline void add_error(const float* values, const Float& target, Float& sum) noexcept {
    Float value;
    Float slope;
    Base::load(value, values);
    Base::template apply<Kind>(value, slope);
    const Float error = value - target;
    sum += error * error;
  }

  template <Activation Kind>
  static void errors_of(const float* values, const float* const* targets, std::size_t columns, float* sums) noexcept {
    for (std::size_t row = 0; row < kRows; row += kVectors * kLanes) {
      Float total[kVectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) Base::load(total[v], sums + row + v * kLanes);
      for (std::size_t column = 0; column < columns; ++column) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) {
          Float target;
          Base::load(target, targets[column] + row + v * kLanes);
          add_error<Kind>(values + column * kRows + row + v * kLanes, target, total[v]);
        }
      }
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) Base::store(sums + row + v * kLanes, total[v]);
    }
  }

  template <Activation Kind>
  static void coded_errors_of(const float* values, const std::uint32_t* codes, std::uint32_t first, std::size_t columns,
                              float* sums) noexcept {
    for (std::size_t row = 0; row < kRows; row += kLanes) {
      Float total;
      Base::load(total, sums + row);
      Word code;
      __builtin_memcpy(&code, codes + row, sizeof code);
      for (std::size_t column = 0; column < columns; ++column) {
        const Float target = code == first + static_cast<std::uint32_t>(column) ? Float{} + 1.0F : Float{};
        add_error<Kind>(values + column * kRows + row, target, total);
      }
      Base::store(sums + row, total);
    }
  }

  static void add_errors(Activation activation, const float* values, const float* const* targets, std::size_t columns,
                         float* sums) noexcept {
    switch (activation) {
      case Activation::linear:
        return errors_of<Activation::linear>(values, targets, columns, sums);
      case Activation::relu:
        return errors_of<Activation::relu>(values, targets, columns, sums);
      case Activation::elu:
        return errors_of<Activation::elu>(values, targets, columns, sums);
      case Activation::tanh:
        return errors_of<Activation::tanh>(values, targets, columns, sums);
      case Activation::sigmoid:
        return errors_of<Activation::sigmoid>(values, targets, columns, sums);
    }
  }

  static void add_coded_errors(Activation activation, const float* values, const std::uint32_t* codes,
                               std::uint32_t first, std::size_t columns, float* sums) noexcept {
    switch (activation) {
      case Activation::linear:
        return coded_errors_of<Activation::linear>(values, codes, first, columns, sums);
      case Activation::relu:
        return coded_errors_of<Activation::relu>(values, codes, first, columns, sums);
      case Activation::elu:
        return coded_errors_of<Activation::elu>(values, codes, first, columns, sums);
      case Activation::tanh:
        return coded_errors_of<Activation::tanh>(values, codes, first, columns, sums);
      case Activation::sigmoid:
        return coded_errors_of<Activation::sigmoid>(values, codes, first, columns, sums);
    }
  }
};

}  // namespace netstray
