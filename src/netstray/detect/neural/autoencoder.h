#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/neural/dense_net.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// Settings of the autoencoder. Where a comment names no other source, the default is Keras'.
struct AutoencoderSettings {
  /// Units of the hidden layers, 1 to 65,536 each, 1 to 16 of them; the output layer is as wide as the rows.
  /// 64,16,64 did best on KDD99's normal rows of the sizes that were tried.
  std::vector<std::uint32_t> layers = {64, 16, 64};
  std::vector<Activation> activations = {Activation::relu};  ///< of the hidden layers: one for all, or one each
  Activation output = Activation::linear;
  std::vector<double> dropout = {0};  ///< of the hidden layers, each in [0, .95]: one for all, or one each
  double learning_rate = 0.001;       ///< (0, 10]
  std::uint32_t batch = 32;           ///< 1 to 2^20 rows a step
  std::uint32_t epochs = 30;          ///< 1 to 100,000
  /// Share of the rows, [0, .9], kept for validation: the last in row order, as Keras takes them, before any shuffle.
  double validation = 0.1;
  std::uint32_t patience = 3;  ///< epochs without a better loss until it stops, 0 to 100,000; 0: never
  bool shuffle = true;         ///< rows in a new order each epoch
  bool restore_best = true;    ///< with patience: keep the weights of the best epoch, else those of the last
  std::uint64_t seed = 0;
};

/// How learning went, one value an epoch. Losses are mean squared errors per value; the training loss is the mean over
/// the batches as they came (dropout on, weights changing), as Keras reports it. R2 = 1 - loss / variance of all
/// values. Those of validation are empty where no rows were kept for it.
struct LearningCurves {
  std::vector<double> loss;
  std::vector<double> r2;
  std::vector<double> validation_loss;
  std::vector<double> validation_r2;
  std::uint32_t best_epoch = 0;  ///< 1-based: the epoch whose weights were kept
};

/// A network that learns to reproduce rows through a narrow middle (Rumelhart, Hinton, Williams 1986; as a detector
/// Hawkins et al. 2002): what it cannot reproduce is unlike the rows that it learnt from. Score = mean over the dense
/// columns of the squared error. Trained as Keras does (Glorot uniform start, Adam, mean squared error), in f32.
///
/// It learns what is frequent: train it on normal rows. Number columns should be scaled (standardise or rank): a column
/// in bytes beside one in 0..1 is all that counts. A relu output cannot reproduce values below 0.
class Autoencoder final : public Detector {
 public:
  /// Fits on all rows of `matrix`, with the threads of a batch's pieces (DenseTrainer); the result does not depend on
  /// their number. `context` gives progress and receives notes; its seed and labels are not used. Throws Error for no
  /// rows or columns, a value that is not finite (naming its column), settings out of range, or learning that diverges
  /// (with what to change). Cost per epoch and row about 6 flops per weight; memory: one copy of the rows, padded.
  static Autoencoder fit(const Matrix& matrix, const AutoencoderSettings& settings, const FitContext& context = {});
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static Autoencoder load(ByteReader& in);

  std::string_view name() const noexcept override { return "autoencoder"; }
  std::size_t columns() const noexcept override { return net_.columns(); }

  /// Throws Error where the matrix has other columns than the one it was fitted on. Rows whose error overflows f32 are
  /// computed again in f64; no score is above 1e300.
  void score(const Matrix& matrix, std::span<double> scores) const override;

  /// Squared error of each column: their mean is the score (but for rounding: these are computed in f64).
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  /// The rows in the latent space: a number column for each unit of the narrowest hidden layer (the first of several),
  /// with dropout off. Finite: what overflows f32 becomes its largest value of that sign. Throws Error where the matrix
  /// has other columns than the one it was fitted on. Uses threads(), same result for any number.
  Matrix latent(const Matrix& matrix) const;

  const AutoencoderSettings& settings() const noexcept { return settings_; }
  const LearningCurves& curves() const noexcept { return curves_; }
  const DenseNet& net() const noexcept { return net_; }

 private:
  Autoencoder(AutoencoderSettings settings, std::size_t number_columns, std::vector<std::uint32_t> group_widths,
              DenseNet net);
  void expect_shape(const Matrix& matrix) const;
  double exact_score(const Matrix& matrix, std::size_t row) const;

  AutoencoderSettings settings_;
  std::size_t number_columns_;
  std::vector<std::uint32_t> group_widths_;
  DenseNet net_;
  LearningCurves curves_;
};

/// "linear", "relu", "elu", "tanh", "sigmoid".
std::string_view activation_name(Activation activation) noexcept;

const DetectorInfo& autoencoder_info();

}  // namespace netstray
