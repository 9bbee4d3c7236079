#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/detect/neural/dense_kernels.h"

namespace netstray {

/// The kernels of DenseKernels, written once over the vectors of `Simd` and compiled per instruction set, each in a
/// file of its own with its own compiler options. Nothing here may call an inline function of a library: the linker
/// keeps one copy of those for the whole program, perhaps the one with instructions that this machine lacks.
///
/// Simd: Float and Word (vectors of f32 and u32), kLanes, kTileVectors (widest product tile), tile_rows(vectors),
/// kGradientRows, kGradientVectors, sqrt(Float).
template <class Simd>
class DenseKernelBody {
 public:
  static constexpr DenseKernels kernels() noexcept {
    return {multiply_rows, add_coded,     add_gradient, add_coded_gradient, add_bias_gradient, activate, drop, multiply,
            output_deltas, output_errors, adam,         transpose};
  }

 protected:
  using Float = typename Simd::Float;
  using Word = typename Simd::Word;
  static constexpr std::size_t kLanes = Simd::kLanes;
  static constexpr std::size_t kPad = DenseKernels::kPad;
  static constexpr std::size_t kPadVectors = kPad / kLanes;

  [[gnu::always_inline]] static inline void load(Float& to, const float* from) noexcept {
    __builtin_memcpy(&to, from, sizeof to);
  }
  [[gnu::always_inline]] static inline void store(float* to, const Float& value) noexcept {
    __builtin_memcpy(to, &value, sizeof value);
  }
  /// The same number in all lanes; 0 + value would turn -0 into 0, value - 0 keeps all.
  [[gnu::always_inline]] static inline void spread(Float& to, float value) noexcept { to = value - Float{}; }

  // ---- products

  template <std::size_t Rows, std::size_t Vectors>
  [[gnu::always_inline]] static inline void product_tile(const float* const* x, std::size_t inner, const float* weights,
                                                         std::size_t width, const float* start, float* out) noexcept {
    Float sums[Rows][Vectors];
    const float* rows[Rows];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
      rows[r] = x[r];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) {
        sums[r][v] = Float{};
        if (start != nullptr) load(sums[r][v], start + v * kLanes);
      }
    }
#pragma GCC unroll 4
    for (std::size_t k = 0; k < inner; ++k) {
      Float line[Vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) load(line[v], weights + k * width + v * kLanes);
#pragma GCC unroll 8
      for (std::size_t r = 0; r < Rows; ++r) {
        Float value;
        spread(value, rows[r][k]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) sums[r][v] += value * line[v];
      }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) store(out + r * width + v * kLanes, sums[r][v]);
    }
  }

  /// Weights of some inputs to `width` units, and what the units' sums begin with (or null: 0).
  struct Lines {
    const float* weights;
    std::size_t inner;
    std::size_t width;
    const float* start;
  };

  /// The columns from `column` on, in tiles of `Vectors` vectors, then in narrower ones.
  template <std::size_t Vectors>
  static void product_columns(const InputRows& x, const Lines& lines, float* out, std::size_t column) noexcept {
    constexpr std::size_t kRows = Simd::tile_rows(Vectors);
    static_assert(DenseKernels::kRowTile % kRows == 0);
    for (; column + Vectors * kLanes <= lines.width; column += Vectors * kLanes) {
      const float* start = lines.start == nullptr ? nullptr : lines.start + column;
      for (std::size_t r = 0; r < x.count; r += kRows) {
        product_tile<kRows, Vectors>(x.rows + r, lines.inner, lines.weights + column, lines.width, start,
                                     out + r * lines.width + column);
      }
    }
    if constexpr (Vectors > 1) {
      if (column < lines.width) product_columns<Vectors / 2>(x, lines, out, column);
    }
  }

  static void multiply_rows(const InputRows& x, std::size_t inner, const float* weights, std::size_t width,
                            const float* start, float* out) noexcept {
    product_columns<Simd::kTileVectors>(x, Lines{weights, inner, width, start}, out, 0);
  }

  // ---- one-hot inputs

  [[gnu::always_inline]] static inline std::uint32_t code_at(const CodedRows& codes, std::size_t row,
                                                             std::size_t group) noexcept {
    std::uint32_t code = 0;
    __builtin_memcpy(&code, codes.rows[row] + codes.offset + group, sizeof code);
    return code;
  }

  [[gnu::always_inline]] static inline void add_row(float* to, const float* from, std::size_t width) noexcept {
    for (std::size_t column = 0; column < width; column += kLanes) {
      Float sum;
      Float value;
      load(sum, to + column);
      load(value, from + column);
      store(to + column, sum + value);
    }
  }

  static void add_coded(const CodedRows& codes, const float* weights, std::size_t width, float* out) noexcept {
    for (std::size_t row = 0; row < codes.count; ++row) {
      for (std::size_t group = 0; group < codes.groups; ++group) {
        add_row(out + row * width, weights + code_at(codes, row, group) * width, width);
      }
    }
  }

  static void add_coded_gradient(const CodedRows& codes, const float* deltas, std::size_t width,
                                 float* gradient) noexcept {
    for (std::size_t row = 0; row < codes.count; ++row) {
      for (std::size_t group = 0; group < codes.groups; ++group) {
        add_row(gradient + code_at(codes, row, group) * width, deltas + row * width, width);
      }
    }
  }

  // ---- gradients

  template <std::size_t Rows, std::size_t Vectors>
  [[gnu::always_inline]] static inline void gradient_tile(const InputRows& x, std::size_t first, const float* deltas,
                                                          std::size_t width, float* gradient) noexcept {
    Float sums[Rows][Vectors];
#pragma GCC unroll 16
    for (std::size_t k = 0; k < Rows; ++k) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) load(sums[k][v], gradient + k * width + v * kLanes);
    }
    for (std::size_t r = 0; r < x.count; ++r) {
      const float* row = x.rows[r] + first;
      Float line[Vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) load(line[v], deltas + r * width + v * kLanes);
#pragma GCC unroll 16
      for (std::size_t k = 0; k < Rows; ++k) {
        Float value;
        spread(value, row[k]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) sums[k][v] += value * line[v];
      }
    }
#pragma GCC unroll 16
    for (std::size_t k = 0; k < Rows; ++k) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) store(gradient + k * width + v * kLanes, sums[k][v]);
    }
  }

  /// All columns of the weight rows first .. first + Rows - 1.
  template <std::size_t Rows>
  static void gradient_rows(const InputRows& x, std::size_t first, const float* deltas, std::size_t width,
                            float* gradient) noexcept {
    constexpr std::size_t kVectors = Simd::kGradientVectors;
    std::size_t column = 0;
    float* to = gradient + first * width;
    for (; column + kVectors * kLanes <= width; column += kVectors * kLanes) {
      gradient_tile<Rows, kVectors>(x, first, deltas + column, width, to + column);
    }
    for (; column < width; column += kLanes) gradient_tile<Rows, 1>(x, first, deltas + column, width, to + column);
  }

  /// The last weight rows, fewer than a full tile has.
  template <std::size_t Rows>
  static void last_gradient_rows(const InputRows& x, std::size_t first, const float* deltas, std::size_t width,
                                 float* gradient, std::size_t count) noexcept {
    if (count == Rows) {
      gradient_rows<Rows>(x, first, deltas, width, gradient);
    } else if constexpr (Rows > 1) {
      last_gradient_rows<Rows - 1>(x, first, deltas, width, gradient, count);
    }
  }

  static void add_gradient(const InputRows& x, std::size_t inner, const float* deltas, std::size_t width,
                           float* gradient) noexcept {
    constexpr std::size_t kRows = Simd::kGradientRows;
    std::size_t first = 0;
    for (; first + kRows <= inner; first += kRows) gradient_rows<kRows>(x, first, deltas, width, gradient);
    if (first < inner) last_gradient_rows<kRows - 1>(x, first, deltas, width, gradient, inner - first);
  }

  static void add_bias_gradient(const float* deltas, std::size_t rows, std::size_t width, float* gradient) noexcept {
    for (std::size_t column = 0; column < width; column += kLanes) {
      Float sum;
      load(sum, gradient + column);
      for (std::size_t r = 0; r < rows; ++r) {
        Float delta;
        load(delta, deltas + r * width + column);
        sum += delta;
      }
      store(gradient + column, sum);
    }
  }

  // ---- activations

  /// e^x = power * (1 + rest), rest = e^r - 1 for the remainder r of x / ln 2, by its Taylor series up to r^7 (error
  /// below 2e-8 relative). x is cut to [-87, 88].
  [[gnu::always_inline]] static inline void split_exponential(const Float& x, Float& power, Float& rest) noexcept {
    Float cut = x;
    cut = cut < -87.0F ? Float{} - 87.0F : cut;
    cut = cut > 88.0F ? Float{} + 88.0F : cut;
    const Float rounded = cut * 1.44269504F + 12582912.0F;  // 1.5 * 2^23: the whole number is in the lowest bits
    const Float whole = rounded - 12582912.0F;
    Float r = cut - whole * 0.693359375F;  // ln 2 in two parts: the first is exact in 10 bits
    r = r - whole * -2.12194440e-4F;
    Float series = r * (1.0F / 5040) + (1.0F / 720);
    series = series * r + (1.0F / 120);
    series = series * r + (1.0F / 24);
    series = series * r + (1.0F / 6);
    series = series * r + 0.5F;
    rest = r + r * r * series;
    Word bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    bits = (bits << 23U) + 0x3f800000U;  // the upper bits of `rounded` leave by the shift
    __builtin_memcpy(&power, &bits, sizeof bits);
  }

  /// e^x - 1, a few units in the last place.
  [[gnu::always_inline]] static inline void exponential_minus_one(const Float& x, Float& result) noexcept {
    Float power;
    Float rest;
    split_exponential(x, power, rest);
    result = power * rest + (power - 1.0F);
  }

  [[gnu::always_inline]] static inline void tanh_of(const Float& x, Float& result) noexcept {
    Float twice = x < 0.0F ? x * -2.0F : x * 2.0F;
    twice = twice > 20.0F ? Float{} + 20.0F : twice;
    Float e;
    exponential_minus_one(twice, e);
    const Float positive = e / (e + 2.0F);
    result = x < 0.0F ? -positive : positive;
  }

  [[gnu::always_inline]] static inline void sigmoid_of(const Float& x, Float& result) noexcept {
    Float power;
    Float rest;
    split_exponential(x < 0.0F ? x : -x, power, rest);
    const Float e = power + power * rest;
    result = (x < 0.0F ? e : Float{} + 1.0F) / (1.0F + e);
  }

  template <Activation Kind>
  [[gnu::always_inline]] static inline void apply(Float& value, Float& slope) noexcept {
    if constexpr (Kind == Activation::linear) {
      slope = Float{} + 1.0F;
    } else if constexpr (Kind == Activation::relu) {
      slope = value > 0.0F ? Float{} + 1.0F : Float{};
      value = value < 0.0F ? Float{} : value;
    } else if constexpr (Kind == Activation::elu) {
      Float below;
      exponential_minus_one(value, below);
      slope = value > 0.0F ? Float{} + 1.0F : below + 1.0F;
      value = value > 0.0F ? value : below;
    } else if constexpr (Kind == Activation::tanh) {
      tanh_of(value, value);
      slope = 1.0F - value * value;
    } else {
      sigmoid_of(value, value);
      slope = value * (1.0F - value);
    }
  }

  template <Activation Kind>
  static void activate_all(float* values, float* slopes, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += kLanes) {
      Float value;
      Float slope;
      load(value, values + i);
      apply<Kind>(value, slope);
      store(values + i, value);
      if (slopes != nullptr) store(slopes + i, slope);
    }
  }

  static void activate(Activation activation, float* values, float* slopes, std::size_t count) noexcept {
    switch (activation) {
      case Activation::linear:
        return activate_all<Activation::linear>(values, slopes, count);
      case Activation::relu:
        return activate_all<Activation::relu>(values, slopes, count);
      case Activation::elu:
        return activate_all<Activation::elu>(values, slopes, count);
      case Activation::tanh:
        return activate_all<Activation::tanh>(values, slopes, count);
      case Activation::sigmoid:
        return activate_all<Activation::sigmoid>(values, slopes, count);
    }
  }

  /// The finisher of hash functions with the least known bias of its length (two rounds of shift and multiply).
  static void drop(const DropRule& rule, std::uint32_t first, float* values, float* slopes,
                   std::size_t count) noexcept {
    Word number;
    for (std::size_t lane = 0; lane < kLanes; ++lane) number[lane] = first + static_cast<std::uint32_t>(lane);
    for (std::size_t i = 0; i < count; i += kLanes) {
      Word hash = number * 0x9e3779b9U + rule.key;
      hash = (hash ^ (hash >> 16U)) * 0x7feb352dU;
      hash = (hash ^ (hash >> 15U)) * 0x846ca68bU;
      hash = (hash ^ (hash >> 16U)) >> 8U;
      const Float factor = hash >= rule.threshold ? Float{} + rule.scale : Float{};
      Float value;
      Float slope;
      load(value, values + i);
      load(slope, slopes + i);
      store(values + i, value * factor);
      store(slopes + i, slope * factor);
      number += static_cast<std::uint32_t>(kLanes);
    }
  }

  static void multiply(float* values, const float* factors, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += kLanes) {
      Float value;
      Float factor;
      load(value, values + i);
      load(factor, factors + i);
      store(values + i, value * factor);
    }
  }

  // ---- the last layer

  /// The sum of kPad partial sums, halves added to halves.
  [[gnu::always_inline]] static inline float folded(const Float (&parts)[kPadVectors]) noexcept {
    float lanes[kPad];
    for (std::size_t v = 0; v < kPadVectors; ++v) store(lanes + v * kLanes, parts[v]);
    for (std::size_t half = kPad / 2; half > 0; half /= 2) {
      for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    }
    return lanes[0];
  }

  template <Activation Kind>
  [[gnu::always_inline]] static inline void output_error(const OutputBlock& block, std::size_t row, std::size_t column,
                                                         Float& value, Float& slope, Float& error) noexcept {
    Float target;
    Float mask;
    load(value, block.values + row * block.width + column);
    load(target, block.targets[row] + column);
    load(mask, block.mask + column);
    apply<Kind>(value, slope);
    error = (value - target) * mask;
  }

  template <Activation Kind>
  static double deltas_of(const OutputBlock& block, float scale) noexcept {
    Float parts[kPadVectors] = {};
    for (std::size_t row = 0; row < block.rows; ++row) {
      for (std::size_t column = 0; column < block.width; column += kPad) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < kPadVectors; ++v) {
          Float value;
          Float slope;
          Float error;
          const std::size_t at = column + v * kLanes;
          output_error<Kind>(block, row, at, value, slope, error);
          parts[v] += error * error;
          store(block.values + row * block.width + at, error * slope * scale);
        }
      }
    }
    return static_cast<double>(folded(parts));
  }

  static double output_deltas(const OutputBlock& block, float scale) noexcept {
    switch (block.activation) {
      case Activation::linear:
        return deltas_of<Activation::linear>(block, scale);
      case Activation::relu:
        return deltas_of<Activation::relu>(block, scale);
      case Activation::elu:
        return deltas_of<Activation::elu>(block, scale);
      case Activation::tanh:
        return deltas_of<Activation::tanh>(block, scale);
      case Activation::sigmoid:
        return deltas_of<Activation::sigmoid>(block, scale);
    }
    return 0;
  }

  template <Activation Kind>
  static void errors_of(const OutputBlock& block, float* sums) noexcept {
    for (std::size_t row = 0; row < block.rows; ++row) {
      Float parts[kPadVectors] = {};
      for (std::size_t column = 0; column < block.width; column += kPad) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < kPadVectors; ++v) {
          Float value;
          Float slope;
          Float error;
          const std::size_t at = column + v * kLanes;
          output_error<Kind>(block, row, at, value, slope, error);
          parts[v] += error * error;
          store(block.values + row * block.width + at, value);
        }
      }
      sums[row] = folded(parts);
    }
  }

  static void output_errors(const OutputBlock& block, float* sums) noexcept {
    switch (block.activation) {
      case Activation::linear:
        return errors_of<Activation::linear>(block, sums);
      case Activation::relu:
        return errors_of<Activation::relu>(block, sums);
      case Activation::elu:
        return errors_of<Activation::elu>(block, sums);
      case Activation::tanh:
        return errors_of<Activation::tanh>(block, sums);
      case Activation::sigmoid:
        return errors_of<Activation::sigmoid>(block, sums);
    }
  }

  // ---- learning

  static void adam(const AdamState& state, std::size_t count, const AdamStep& step) noexcept {
    for (std::size_t i = 0; i < count; i += kLanes) {
      Float value;
      Float first;
      Float second;
      Float gradient;
      load(value, state.values + i);
      load(first, state.first + i);
      load(second, state.second + i);
      load(gradient, state.gradient + i);
      first += (gradient - first) * (1.0F - step.beta1);
      second += (gradient * gradient - second) * (1.0F - step.beta2);
      value -= first * step.rate / (Simd::sqrt(second) + step.epsilon);
      store(state.values + i, value);
      store(state.first + i, first);
      store(state.second + i, second);
      store(state.gradient + i, Float{});
    }
  }

  static void transpose(const float* weights, std::size_t inner, std::size_t columns, std::size_t width, float* out,
                        std::size_t out_width) noexcept {
    constexpr std::size_t kBlock = 16;
    for (std::size_t first = 0; first < columns; first += kBlock) {
      const std::size_t end = first + kBlock < columns ? first + kBlock : columns;
      for (std::size_t k = 0; k < inner; ++k) {
        for (std::size_t column = first; column < end; ++column) {
          out[column * out_width + k] = weights[k * width + column];
        }
      }
    }
  }
};

}  // namespace netstray
