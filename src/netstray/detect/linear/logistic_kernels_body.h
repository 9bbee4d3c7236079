#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/detect/linear/logistic_kernels.h"

namespace netstray {

/// The kernels of LogisticKernels, written once over the vectors of `Simd` (as DenseKernelBody, and with its rule: no
/// inline function of a library here).
///
/// Simd: Double and Word64 (vectors of f64 and u64), kDoubles, widened(const float*).
template <class Simd>
class LogisticKernelBody {
 public:
  static constexpr LogisticKernels kernels() noexcept {
    return {add_decisions, add_derivatives, multiply, add_dots, sum, terms};
  }

 private:
  using Double = typename Simd::Double;
  using Word64 = typename Simd::Word64;
  static constexpr std::size_t kDoubles = Simd::kDoubles;
  static constexpr std::size_t kPad = LogisticKernels::kPad;
  static constexpr std::size_t kVectors = kPad / kDoubles;

  [[gnu::always_inline]] static inline void load(Double& to, const double* from) noexcept {
    __builtin_memcpy(&to, from, sizeof to);
  }
  [[gnu::always_inline]] static inline void store(double* to, const Double& value) noexcept {
    __builtin_memcpy(to, &value, sizeof value);
  }
  [[gnu::always_inline]] static inline void widen(Double& to, const float* from) noexcept { to = Simd::widened(from); }

  /// Partial sums as memory has them.
  struct Partial {
    Double sums[kVectors] = {};

    /// The sum of all, halves added to halves. `rest` rows more: their terms, the first for lane 0.
    [[gnu::always_inline]] inline double folded(const double* rest, std::size_t count) const noexcept {
      double lanes[kPad];
      for (std::size_t v = 0; v < kVectors; ++v) store(lanes + v * kDoubles, sums[v]);
      for (std::size_t i = 0; i < count; ++i) lanes[i] += rest[i];
      for (std::size_t half = kPad / 2; half > 0; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
      }
      return lanes[0];
    }
  };

  static void add_decisions(const LogisticColumns& columns, const double* weights, double* out) noexcept {
    std::size_t i = 0;
    for (; i + kDoubles <= columns.rows; i += kDoubles) {
      Double sum;
      load(sum, out + i);
      for (std::size_t k = 0; k < columns.count; ++k) {
        Double value;
        widen(value, columns.columns[k] + columns.begin + i);
        sum += value * weights[k];
      }
      store(out + i, sum);
    }
    for (; i < columns.rows; ++i) {
      for (std::size_t k = 0; k < columns.count; ++k) {
        out[i] += static_cast<double>(columns.columns[k][columns.begin + i]) * weights[k];
      }
    }
  }

  template <std::size_t Count>
  [[gnu::always_inline]] static inline void derivatives_of(const LogisticColumns& columns, const double* residuals,
                                                           const double* curvatures, double* gradient,
                                                           double* hessian) noexcept {
    Partial first[Count + 1];
    Partial second[Count + 1][Count + 1];
    for (std::size_t i = 0; i < columns.rows; i += kPad) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        Double residual;
        Double curvature;
        load(residual, residuals + i + v * kDoubles);
        load(curvature, curvatures + i + v * kDoubles);
        Double values[Count];
#pragma GCC unroll 4
        for (std::size_t k = 0; k < Count; ++k) {
          widen(values[k], columns.columns[k] + columns.begin + i + v * kDoubles);
          first[k].sums[v] += values[k] * residual;
          const Double curved = values[k] * curvature;
#pragma GCC unroll 4
          for (std::size_t l = 0; l <= k; ++l) second[k][l].sums[v] += values[l] * curved;
          second[Count][k].sums[v] += curved;
        }
        first[Count].sums[v] += residual;
        second[Count][Count].sums[v] += curvature;
      }
    }
    for (std::size_t k = 0; k <= Count; ++k) {
      gradient[k] += first[k].folded(nullptr, 0);
      for (std::size_t l = 0; l <= k; ++l) hessian[k * (Count + 1) + l] += second[k][l].folded(nullptr, 0);
    }
  }

  static void add_derivatives(const LogisticColumns& columns, const double* residuals, const double* curvatures,
                              double* gradient, double* hessian) noexcept {
    switch (columns.count) {
      case 1:
        return derivatives_of<1>(columns, residuals, curvatures, gradient, hessian);
      case 2:
        return derivatives_of<2>(columns, residuals, curvatures, gradient, hessian);
      case 3:
        return derivatives_of<3>(columns, residuals, curvatures, gradient, hessian);
      default:
        return derivatives_of<4>(columns, residuals, curvatures, gradient, hessian);
    }
  }

  static void multiply(const double* factors, const float* column, std::size_t rows, double* out) noexcept {
    std::size_t i = 0;
    for (; i + kDoubles <= rows; i += kDoubles) {
      Double value;
      Double factor;
      widen(value, column + i);
      load(factor, factors + i);
      store(out + i, value * factor);
    }
    for (; i < rows; ++i) out[i] = static_cast<double>(column[i]) * factors[i];
  }

  /// `Count` columns at a time, so that their sums do not wait for one another.
  template <std::size_t Count>
  [[gnu::always_inline]] static inline void dots_of(const double* factors, const float* const* columns,
                                                    std::size_t begin, std::size_t rows, double* sums) noexcept {
    Partial partial[Count];
    std::size_t i = 0;
    for (; i + kPad <= rows; i += kPad) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        Double factor;
        load(factor, factors + i + v * kDoubles);
#pragma GCC unroll 4
        for (std::size_t k = 0; k < Count; ++k) {
          Double value;
          widen(value, columns[k] + begin + i + v * kDoubles);
          partial[k].sums[v] += value * factor;
        }
      }
    }
    for (std::size_t k = 0; k < Count; ++k) {
      double rest[kPad];
      for (std::size_t at = i; at < rows; ++at)
        rest[at - i] = static_cast<double>(columns[k][begin + at]) * factors[at];
      sums[k] += partial[k].folded(rest, rows - i);
    }
  }

  static void add_dots(const double* factors, const float* const* columns, std::size_t count, std::size_t begin,
                       std::size_t rows, double* sums) noexcept {
    std::size_t k = 0;
    for (; k + 4 <= count; k += 4) dots_of<4>(factors, columns + k, begin, rows, sums + k);
    for (; k + 2 <= count; k += 2) dots_of<2>(factors, columns + k, begin, rows, sums + k);
    if (k < count) dots_of<1>(factors, columns + k, begin, rows, sums + k);
  }

  static double sum(const double* values, std::size_t rows) noexcept {
    Partial partial;
    std::size_t i = 0;
    for (; i + kPad <= rows; i += kPad) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        Double value;
        load(value, values + i + v * kDoubles);
        partial.sums[v] += value;
      }
    }
    return partial.folded(values + i, rows - i);
  }

  /// e^x for x in [-700, 0], by the Taylor series of the remainder of x / ln 2 up to r^13: about 1e-16 relative.
  [[gnu::always_inline]] static inline void exponential(const Double& x, Double& result) noexcept {
    const Double rounded = x * 1.4426950408889634 + 6755399441055744.0;  // 1.5 * 2^52: the whole number lies lowest
    const Double whole = rounded - 6755399441055744.0;
    Double r = x - whole * 0.693147180369123816490;  // ln 2 in two parts: the first is exact in 32 bits
    r = r - whole * 1.90821492927058770002e-10;
    Double series = r * (1.0 / 6227020800) + (1.0 / 479001600);
    series = series * r + (1.0 / 39916800);
    series = series * r + (1.0 / 3628800);
    series = series * r + (1.0 / 362880);
    series = series * r + (1.0 / 40320);
    series = series * r + (1.0 / 5040);
    series = series * r + (1.0 / 720);
    series = series * r + (1.0 / 120);
    series = series * r + (1.0 / 24);
    series = series * r + (1.0 / 6);
    series = series * r + 0.5;
    series = 1.0 + (r + r * r * series);
    Word64 bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    bits = (bits << 52U) + 0x3ff0000000000000U;  // the upper bits of `rounded` leave by the shift
    Double power;
    __builtin_memcpy(&power, &bits, sizeof power);
    result = series * power;
  }

  /// The loss of a row is log(1 + e^-|decision|), plus |decision| where the decision has the wrong sign. The factors
  /// 1 + e^-|decision| are at most 2, so those of 512 rows are multiplied before one logarithm is taken.
  static double terms(const LogisticBlock& block) noexcept {
    Double products[2][kVectors];
    Double wrong[2][kVectors] = {};
    for (std::size_t v = 0; v < kVectors; ++v) products[0][v] = products[1][v] = Double{} + 1.0;
    for (std::size_t i = 0; i < block.rows; i += kPad) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::size_t at = i + v * kDoubles;
        Double decision;
        Double label;
        load(decision, block.decisions + at);
        widen(label, block.labels + at);
        const Double size = decision < 0.0 ? -decision : decision;
        Double small;
        exponential(size > 700.0 ? Double{} - 700.0 : -size, small);
        const Double whole = 1.0 + small;
        const Double likely = 1.0 / whole;
        const Double unlikely = small * likely;
        const Double probability = decision < 0.0 ? unlikely : likely;
        const Double weight = label > 0.5 ? Double{} + block.weights[1] : Double{} + block.weights[0];
        // 1 - probability, without cancelling, is the other of the two.
        const Double residual = label > 0.5 ? (decision < 0.0 ? -likely : -unlikely) : probability;
        store(block.residuals + at, weight * residual);
        store(block.curvatures + at, weight * (likely * unlikely));
        const Double miss = label > 0.5 ? (decision < 0.0 ? size : Double{}) : (decision < 0.0 ? Double{} : size);
        products[1][v] *= label > 0.5 ? whole : Double{} + 1.0;
        products[0][v] *= label > 0.5 ? Double{} + 1.0 : whole;
        wrong[1][v] += label > 0.5 ? miss : Double{};
        wrong[0][v] += label > 0.5 ? Double{} : miss;
      }
    }
    double total = 0;
    for (std::size_t kind = 0; kind < 2; ++kind) {
      double loss = 0;
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t lane = 0; lane < kDoubles; ++lane) {
          loss += __builtin_log(products[kind][v][lane]) + wrong[kind][v][lane];
        }
      }
      total += block.weights[kind] * loss;
    }
    return total;
  }
};

}  // namespace netstray
