#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/neural/dense_kernels.h"
#include "netstray/detect/neural/row_store.h"
#include "netstray/maths/float_buffer.h"

namespace netstray {

/// One layer: `units` sums of all values before it, each through `activation`.
struct DenseLayer {
  std::uint32_t units = 0;
  Activation activation = Activation::linear;
  double dropout = 0;  ///< share of units set to 0 while learning, the others times 1 / (1 - dropout)
};

/// Where dropout's random numbers of one batch come from.
struct DropoutKey {
  std::uint64_t seed;
  std::uint64_t step;
  std::size_t first_row;  ///< place in the batch of the block's first row
};

class DenseNet;

/// Room for the sums and derivatives of one block of rows. One per thread (or per piece of work).
class DenseWorkspace {
 public:
  explicit DenseWorkspace(const DenseNet& net);

 private:
  friend class DenseNet;
  std::size_t rows_ = 0;                            ///< of the block under way
  std::vector<const float*> inputs_;                ///< its rows, padded to a multiple of kRowTile with its first
  std::vector<FloatBuffer> outputs_;                ///< per layer
  std::vector<FloatBuffer> slopes_;                 ///< per hidden layer: derivative of output by sum
  std::vector<std::vector<const float*>> rows_of_;  ///< per layer: where the rows of outputs_ begin
  std::vector<const float*> targets_;
  FloatBuffer dense_targets_;  ///< only where there are one-hot groups
};

/// A chain of dense layers whose input is a row of a RowStore and whose last layer is as wide as the dense row, with
/// mean squared error between the two. Weights are f32; blocks of kBlockRows rows go through all layers at once, so
/// that everything but the rows stays in the nearest cache. One-hot columns are never made: a group adds one row of the
/// first layer's weights. Const members are thread-safe.
class DenseNet {
 public:
  static constexpr std::size_t kBlockRows = 32;

  /// All weights 0. `layers` ends with the output layer, whose units are the dense columns.
  DenseNet(std::size_t number_columns, std::size_t groups, std::span<const DenseLayer> layers);

  /// Glorot and Bengio 2010, as Keras: weights uniform within +-sqrt(6 / (inputs + units)), biases 0.
  void initialise(std::uint64_t seed);

  std::size_t layers() const noexcept { return layers_.size(); }
  std::size_t columns() const noexcept { return layers_.back().shape.units; }
  std::size_t number_columns() const noexcept { return number_columns_; }
  std::size_t groups() const noexcept { return groups_; }
  const DenseLayer& layer(std::size_t index) const noexcept { return layers_[index].shape; }

  /// All numbers that are learnt, each layer's inputs x units weights (rows padded to a multiple of 16) and biases;
  /// call `changed` after writing to them.
  std::span<float> parameters() noexcept { return parameters_.span(); }
  std::span<const float> parameters() const noexcept { return parameters_.span(); }
  void changed();
  /// One layer's weights (inputs x units, unpadded) or biases, for files and tests.
  std::vector<float> weights(std::size_t layer) const;
  std::vector<float> biases(std::size_t layer) const;
  void set_layer(std::size_t layer, std::span<const float> weights, std::span<const float> biases);
  /// From one input's weights to the next one's in parameters(): the units, made up to a multiple of 16.
  std::size_t width(std::size_t index) const noexcept { return layers_[index].width; }
  /// How many values layer `index` takes.
  std::size_t inputs(std::size_t index) const noexcept { return layers_[index].inputs; }
  /// Where in parameters() the weight from `input` to `unit` lies, and the bias of `unit` as input = inputs(layer).
  std::size_t place(std::size_t layer, std::size_t input, std::size_t unit) const noexcept {
    return layers_[layer].weights + input * layers_[layer].width + unit;
  }

  /// Puts up to kBlockRows rows of a store before the network.
  void begin(DenseWorkspace& work, const RowStore& store, std::span<const float* const> rows) const;
  /// Squared error of each row of the block, summed over columns; infinite or NaN where f32 overflows.
  void errors(DenseWorkspace& work, std::span<float> sums) const;
  /// Adds the gradient of scale / 2 * (sum of squared errors of the block) to `gradient` (as parameters()). Returns
  /// that sum of squares. `dropout` may be null: nothing is dropped.
  double add_gradient(DenseWorkspace& work, float scale, const DropoutKey* dropout, float* gradient) const;

  /// What one dense row becomes, in f64, one sum after the other: slow, for single rows and as the naive twin.
  void reconstruct(std::span<const float> row, std::span<double> out) const;

 private:
  friend class DenseWorkspace;
  struct Layer {
    DenseLayer shape;
    std::size_t inputs = 0;
    std::size_t width = 0;       ///< units, padded
    std::size_t weights = 0;     ///< where they begin in parameters_; the biases follow them
    std::size_t transposed = 0;  ///< where they begin in transposed_ (not for the first layer)
    float* biases(FloatBuffer& from) const noexcept { return from.data() + weights + inputs * width; }
    const float* biases(const FloatBuffer& from) const noexcept { return from.data() + weights + inputs * width; }
  };

  void forward(DenseWorkspace& work, bool learning, const DropoutKey* dropout) const;
  void drop(DenseWorkspace& work, std::size_t layer, const DropoutKey& key) const;
  void backward(DenseWorkspace& work, float* gradient) const;
  InputRows inputs_of(const DenseWorkspace& work, std::size_t layer, std::size_t count) const noexcept;
  CodedRows codes_of(const DenseWorkspace& work) const noexcept;

  std::size_t number_columns_;
  std::size_t groups_;
  std::vector<Layer> layers_;
  FloatBuffer parameters_;
  FloatBuffer transposed_;
  std::vector<float> output_mask_;
};

}  // namespace netstray
