#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/base/instruction_set.h"

namespace netstray {

/// What a layer does to its sums.
enum class Activation : std::uint8_t { linear, relu, elu, tanh, sigmoid };

/// Rows of inputs that lie anywhere: row r begins at rows[r]. `count` is a multiple of DenseKernels::kRowTile; the
/// number of values used of each is the kernel's `inner`.
struct InputRows {
  const float* const* rows;
  std::size_t count;
};

/// One-hot columns of a block of rows: behind each input row, `offset` floats from its begin, lie `groups` u32 numbers
/// of weight rows.
struct CodedRows {
  const float* const* rows;
  std::size_t count;
  std::size_t offset;
  std::size_t groups;
};

/// The last layer's sums beside what they ought to become. Rows of `values` and of `mask` are `width` long.
struct OutputBlock {
  Activation activation;
  float* values;  ///< in: sums; out: what the kernel says
  const float* const* targets;
  std::size_t rows;
  std::size_t width;
  const float* mask;  ///< 1 for columns that count, 0 for padding
};

/// One step of Adam (Kingma, Ba 2015) in Keras' order of operations.
struct AdamStep {
  float rate;  ///< learning rate * sqrt(1 - beta2^t) / (1 - beta1^t)
  float beta1;
  float beta2;
  float epsilon;
};

struct AdamState {
  float* values;
  float* first;   ///< running mean of the gradient
  float* second;  ///< and of its square
  float* gradient;
};

/// Which units are dropped: a hash of `key` and the unit's number says so. A unit is kept where the hash's upper 24
/// bits are >= `threshold`; kept ones are multiplied by `scale`.
struct DropRule {
  std::uint32_t key;
  std::uint32_t threshold;
  float scale;
};

/// The arithmetic of small dense networks, on f32 row-major blocks whose rows are `width` floats, a multiple of kPad,
/// of which those behind the layer's own are 0 or do not matter. Sums run over the inner index or the rows in
/// ascending order, each product rounded before it is added (no fused multiply-add), so that every instruction set
/// gives the same bits. Loops are unrolled over lanes that are different outputs, never over terms of one sum.
struct DenseKernels {
  static constexpr std::size_t kPad = 16;
  static constexpr std::size_t kRowTile = 8;

  /// out(r, :) = start(:) + sum over k of x(r, k) * weights(k, :), weights being inner x width. `start` null: 0.
  void (*multiply_rows)(const InputRows& x, std::size_t inner, const float* weights, std::size_t width,
                        const float* start, float* out);
  /// out(r, :) += the weight rows that the codes of r name.
  void (*add_coded)(const CodedRows& codes, const float* weights, std::size_t width, float* out);
  /// gradient(k, :) += sum over r of x(r, k) * deltas(r, :).
  void (*add_gradient)(const InputRows& x, std::size_t inner, const float* deltas, std::size_t width, float* gradient);
  /// gradient(code, :) += deltas(r, :) for each code of r.
  void (*add_coded_gradient)(const CodedRows& codes, const float* deltas, std::size_t width, float* gradient);
  /// gradient(:) += sum over r of deltas(r, :).
  void (*add_bias_gradient)(const float* deltas, std::size_t rows, std::size_t width, float* gradient);
  /// values = activation(values); slopes = its derivative there, where not null.
  void (*activate)(Activation activation, float* values, float* slopes, std::size_t count);
  /// Dropout: values and slopes *= 0 or scale; the unit numbers are first, first + 1, ...
  void (*drop)(const DropRule& rule, std::uint32_t first, float* values, float* slopes, std::size_t count);
  /// values *= factors.
  void (*multiply)(float* values, const float* factors, std::size_t count);
  /// values become scale * error * slope, the gradient of scale / 2 * (sum of squared errors); returns that sum.
  double (*output_deltas)(const OutputBlock& block, float scale);
  /// sums(r) = sum over columns of the squared error of row r, in f32: infinite where it overflows. values become the
  /// outputs.
  void (*output_errors)(const OutputBlock& block, float* sums);
  /// One Adam step on `count` values (a multiple of kPad); the gradient becomes 0.
  void (*adam)(const AdamState& state, std::size_t count, const AdamStep& step);
  /// out(c, k) = weights(k, c) for k < inner, c < columns.
  void (*transpose)(const float* weights, std::size_t inner, std::size_t columns, std::size_t width, float* out,
                    std::size_t out_width);
};

/// Those of instruction_set().
const DenseKernels& dense_kernels() noexcept;

const DenseKernels& portable_dense_kernels() noexcept;
#if defined(__x86_64__)
const DenseKernels& avx2_dense_kernels() noexcept;
const DenseKernels& avx512_dense_kernels() noexcept;
#endif

}  // namespace netstray
