#include "netstray/detect/neural/dense_net.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

std::size_t padded(std::size_t count, std::size_t step) noexcept { return (count + step - 1) / step * step; }

double activated(Activation activation, double x) noexcept {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::elu:
      return x > 0 ? x : std::expm1(x);
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return x;
}

}  // namespace

DenseWorkspace::DenseWorkspace(const DenseNet& net) : inputs_(DenseNet::kBlockRows), targets_(DenseNet::kBlockRows) {
  for (std::size_t i = 0; i < net.layers_.size(); ++i) {
    const std::size_t width = net.layers_[i].width;
    outputs_.emplace_back(DenseNet::kBlockRows * width);
    slopes_.emplace_back(i + 1 < net.layers_.size() ? DenseNet::kBlockRows * width : 0);
    rows_of_.emplace_back(DenseNet::kBlockRows);
    for (std::size_t r = 0; r < DenseNet::kBlockRows; ++r) rows_of_[i][r] = outputs_[i].data() + r * width;
  }
  if (net.groups_ > 0) dense_targets_ = FloatBuffer(DenseNet::kBlockRows * net.layers_.back().width);
}

DenseNet::DenseNet(std::size_t number_columns, std::size_t groups, std::span<const DenseLayer> layers)
    : number_columns_(number_columns), groups_(groups) {
  std::size_t inputs = layers.back().units;
  std::size_t parameters = 0;
  std::size_t transposed = 0;
  for (const DenseLayer& shape : layers) {
    const std::size_t width = padded(shape.units, DenseKernels::kPad);
    layers_.push_back({shape, inputs, width, parameters, transposed});
    parameters += (inputs + 1) * width;
    if (layers_.size() > 1) transposed += shape.units * padded(inputs, DenseKernels::kPad);
    inputs = shape.units;
  }
  parameters_ = FloatBuffer(parameters);
  transposed_ = FloatBuffer(transposed);
  output_mask_.assign(layers_.back().width, 0.0F);
  std::fill_n(output_mask_.begin(), columns(), 1.0F);
}

void DenseNet::initialise(std::uint64_t seed) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    Rng rng = Rng::stream(seed, i);
    const double limit = std::sqrt(6.0 / static_cast<double>(layer.inputs + layer.shape.units));
    for (std::size_t input = 0; input < layer.inputs; ++input) {
      float* line = parameters_.data() + layer.weights + input * layer.width;
      for (std::size_t unit = 0; unit < layer.shape.units; ++unit) {
        line[unit] = static_cast<float>(rng.uniform(-limit, limit));
      }
    }
    std::fill_n(layer.biases(parameters_), layer.width, 0.0F);
  }
  changed();
}

void DenseNet::changed() {
  const DenseKernels& kernels = dense_kernels();
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    kernels.transpose(parameters_.data() + layer.weights, layer.inputs, layer.shape.units, layer.width,
                      transposed_.data() + layer.transposed, layers_[i - 1].width);
  }
}

std::vector<float> DenseNet::weights(std::size_t layer) const {
  const Layer& from = layers_[layer];
  std::vector<float> result;
  result.reserve(from.inputs * from.shape.units);
  for (std::size_t input = 0; input < from.inputs; ++input) {
    const float* line = parameters_.data() + from.weights + input * from.width;
    result.insert(result.end(), line, line + from.shape.units);
  }
  return result;
}

std::vector<float> DenseNet::biases(std::size_t layer) const {
  const float* from = layers_[layer].biases(parameters_);
  return {from, from + layers_[layer].shape.units};
}

void DenseNet::set_layer(std::size_t layer, std::span<const float> weights, std::span<const float> biases) {
  const Layer& to = layers_[layer];
  for (std::size_t input = 0; input < to.inputs; ++input) {
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(input * to.shape.units), to.shape.units,
                parameters_.data() + to.weights + input * to.width);
  }
  std::copy(biases.begin(), biases.end(), to.biases(parameters_));
  changed();
}

void DenseNet::begin(DenseWorkspace& work, const RowStore& store, std::span<const float* const> rows) const {
  work.rows_ = rows.size();
  std::copy(rows.begin(), rows.end(), work.inputs_.begin());
  std::fill(work.inputs_.begin() + static_cast<std::ptrdiff_t>(rows.size()), work.inputs_.end(), rows.front());
  if (groups_ == 0) {
    work.targets_ = work.inputs_;
    return;
  }
  const std::size_t width = layers_.back().width;
  float* to = work.dense_targets_.data();
  std::fill_n(to, rows.size() * width, 0.0F);
  for (std::size_t r = 0; r < rows.size(); ++r, to += width) {
    std::copy_n(rows[r], number_columns_, to);
    for (std::size_t group = 0; group < groups_; ++group) {
      std::uint32_t column = 0;
      std::memcpy(&column, rows[r] + store.code_offset() + group, sizeof column);
      to[column] = 1;
    }
    work.targets_[r] = to;
  }
}

InputRows DenseNet::inputs_of(const DenseWorkspace& work, std::size_t layer, std::size_t count) const noexcept {
  return {layer == 0 ? work.inputs_.data() : work.rows_of_[layer - 1].data(), count};
}

CodedRows DenseNet::codes_of(const DenseWorkspace& work) const noexcept {
  return {work.inputs_.data(), work.rows_, padded(number_columns_, DenseKernels::kPad), groups_};
}

void DenseNet::forward(DenseWorkspace& work, bool learning, const DropoutKey* dropout) const {
  const DenseKernels& kernels = dense_kernels();
  const std::size_t tiled = padded(work.rows_, DenseKernels::kRowTile);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    float* out = work.outputs_[i].data();
    const float* weights = parameters_.data() + layer.weights;
    kernels.multiply_rows(inputs_of(work, i, tiled), i == 0 ? number_columns_ : layer.inputs, weights, layer.width,
                          layer.biases(parameters_), out);
    if (i == 0 && groups_ > 0) kernels.add_coded(codes_of(work), weights, layer.width, out);
    if (i + 1 == layers_.size()) break;
    kernels.activate(layer.shape.activation, out, learning ? work.slopes_[i].data() : nullptr, tiled * layer.width);
    if (dropout != nullptr && layer.shape.dropout > 0) drop(work, i, *dropout);
  }
}

void DenseNet::drop(DenseWorkspace& work, std::size_t layer, const DropoutKey& key) const {
  const Layer& from = layers_[layer];
  const double share = from.shape.dropout;
  const DropRule rule{static_cast<std::uint32_t>(Rng::stream(key.seed + layer, key.step).next() >> 32),
                      static_cast<std::uint32_t>(share * 0x1.0p24), static_cast<float>(1 / (1 - share))};
  dense_kernels().drop(rule, static_cast<std::uint32_t>(key.first_row * from.width), work.outputs_[layer].data(),
                       work.slopes_[layer].data(), padded(work.rows_, DenseKernels::kRowTile) * from.width);
}

void DenseNet::errors(DenseWorkspace& work, std::span<float> sums) const {
  forward(work, false, nullptr);
  const Layer& last = layers_.back();
  dense_kernels().output_errors({last.shape.activation, work.outputs_.back().data(), work.targets_.data(), work.rows_,
                                 last.width, output_mask_.data()},
                                sums.data());
}

double DenseNet::add_gradient(DenseWorkspace& work, float scale, const DropoutKey* dropout, float* gradient) const {
  forward(work, true, dropout);
  const Layer& last = layers_.back();
  float* deltas = work.outputs_.back().data();
  const double squares = dense_kernels().output_deltas(
      {last.shape.activation, deltas, work.targets_.data(), work.rows_, last.width, output_mask_.data()}, scale);
  const std::size_t tiled = padded(work.rows_, DenseKernels::kRowTile);
  std::fill_n(deltas + work.rows_ * last.width, (tiled - work.rows_) * last.width, 0.0F);
  backward(work, gradient);
  return squares;
}

/// The last layer's outputs hold the derivatives by its sums; each layer's become the same on the way down.
void DenseNet::backward(DenseWorkspace& work, float* gradient) const {
  const DenseKernels& kernels = dense_kernels();
  const std::size_t tiled = padded(work.rows_, DenseKernels::kRowTile);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    const float* deltas = work.outputs_[i].data();
    float* to = gradient + layer.weights;
    const InputRows inputs = inputs_of(work, i, work.rows_);
    kernels.add_gradient(inputs, i == 0 ? number_columns_ : layer.inputs, deltas, layer.width, to);
    kernels.add_bias_gradient(deltas, work.rows_, layer.width, to + layer.inputs * layer.width);
    if (i == 0) {
      if (groups_ > 0) kernels.add_coded_gradient(codes_of(work), deltas, layer.width, to);
      break;
    }
    float* below = work.outputs_[i - 1].data();
    const std::size_t width = layers_[i - 1].width;
    kernels.multiply_rows({work.rows_of_[i].data(), tiled}, layer.shape.units, transposed_.data() + layer.transposed,
                          width, nullptr, below);
    kernels.multiply(below, work.slopes_[i - 1].data(), tiled * width);
  }
}

void DenseNet::reconstruct(std::span<const float> row, std::span<double> out) const {
  std::vector<double> values(row.begin(), row.end());
  for (const Layer& layer : layers_) {
    const float* biases = layer.biases(parameters_);
    std::vector<double> sums(biases, biases + layer.shape.units);
    for (std::size_t input = 0; input < layer.inputs; ++input) {
      const float* line = parameters_.data() + layer.weights + input * layer.width;
      for (std::size_t unit = 0; unit < sums.size(); ++unit)
        sums[unit] += values[input] * static_cast<double>(line[unit]);
    }
    for (double& sum : sums) sum = activated(layer.shape.activation, sum);
    values = std::move(sums);
  }
  std::copy(values.begin(), values.end(), out.begin());
}

}  // namespace netstray
