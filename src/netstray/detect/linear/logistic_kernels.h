#pragma once

#include <cstddef>

#include "netstray/base/instruction_set.h"

namespace netstray {

/// What a block of rows adds to logistic regression's loss and to its derivatives by the decision values.
struct LogisticBlock {
  const double* decisions;
  const float* labels;  ///< 0 or 1
  double weights[2];    ///< of a row of class 0 and 1
  double* residuals;    ///< out: weight * (probability - label)
  double* curvatures;   ///< out: weight * probability * (1 - probability)
  std::size_t rows;     ///< a multiple of LogisticKernels::kPad; at most kMostRows
};

/// Some rows of some columns: the values of row i of column k are columns[k][begin + i].
struct LogisticColumns {
  const float* const* columns;
  std::size_t count;
  std::size_t begin;
  std::size_t rows;
};

/// Loops over rows of f32 columns in f64. A sum over rows is kept as kPad partial sums, row i in the one of i modulo
/// kPad, folded in halves at the end: so all instruction sets give the same bits (no fused multiply-add either).
struct LogisticKernels {
  static constexpr std::size_t kPad = 8;
  static constexpr std::size_t kMostRows = 512;
  /// Up to so many columns have all their derivatives in one pass.
  static constexpr std::size_t kFewColumns = 4;

  /// out(i) += sum over k of weights(k) * column k.
  void (*add_decisions)(const LogisticColumns& columns, const double* weights, double* out);
  /// For 1 to kFewColumns columns, and a column of ones that stands behind them: gradient(k) += sum of residuals *
  /// column k; hessian(k * (count + 1) + l) += sum of curvatures * column k * column l, for l <= k. rows is a multiple
  /// of kPad.
  void (*add_derivatives)(const LogisticColumns& columns, const double* residuals, const double* curvatures,
                          double* gradient, double* hessian);
  /// out = factors * column.
  void (*multiply)(const double* factors, const float* column, std::size_t rows, double* out);
  /// sums(k) += sum of factors(i) * columns(k)(begin + i), for k < count.
  void (*add_dots)(const double* factors, const float* const* columns, std::size_t count, std::size_t begin,
                   std::size_t rows, double* sums);
  double (*sum)(const double* values, std::size_t rows);
  /// Fills residuals and curvatures; returns the sum of weight * log(1 + e^-(+-decision)).
  double (*terms)(const LogisticBlock& block);
};

/// Those of instruction_set().
const LogisticKernels& logistic_kernels() noexcept;

const LogisticKernels& portable_logistic_kernels() noexcept;
#if defined(__x86_64__)
const LogisticKernels& avx2_logistic_kernels() noexcept;
const LogisticKernels& avx512_logistic_kernels() noexcept;
#endif

}  // namespace netstray
