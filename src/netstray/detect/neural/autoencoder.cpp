#include "netstray/detect/neural/autoencoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/neural/autoencoder_fit.h"
#include "netstray/detect/neural/lane_forward.h"
#include "netstray/maths/dense.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 4096;
constexpr std::size_t kMostColumns = std::size_t{1} << 24;

std::vector<std::uint32_t> widths_of(const Matrix& matrix) {
  std::vector<std::uint32_t> widths;
  for (const auto& group : matrix.groups()) widths.push_back(group.width);
  return widths;
}

Activation read_activation(ByteReader& in) {
  const auto value = in.get<std::uint8_t>();
  if (value > static_cast<std::uint8_t>(Activation::sigmoid)) in.fail("the autoencoder has an unknown activation");
  return static_cast<Activation>(value);
}

bool read_flag(ByteReader& in) {
  const auto value = in.get<std::uint8_t>();
  if (value > 1) in.fail("a setting of the autoencoder is out of range");
  return value == 1;
}

void save_settings(const AutoencoderSettings& settings, ByteWriter& out) {
  out.put_vector(settings.layers);
  out.put<std::uint64_t>(settings.activations.size());
  for (const Activation activation : settings.activations) out.put(static_cast<std::uint8_t>(activation));
  out.put(static_cast<std::uint8_t>(settings.output));
  out.put_vector(settings.dropout);
  out.put(settings.learning_rate);
  out.put(settings.batch);
  out.put(settings.epochs);
  out.put(settings.validation);
  out.put(settings.patience);
  out.put<std::uint8_t>(settings.shuffle ? 1 : 0);
  out.put<std::uint8_t>(settings.restore_best ? 1 : 0);
  out.put(settings.seed);
}

AutoencoderSettings load_settings(ByteReader& in) {
  AutoencoderSettings settings;
  settings.layers = in.get_vector<std::uint32_t>();
  settings.activations.clear();
  const std::size_t activations = in.get_count(1);
  for (std::size_t i = 0; i < activations; ++i) settings.activations.push_back(read_activation(in));
  settings.output = read_activation(in);
  settings.dropout = in.get_vector<double>();
  settings.learning_rate = in.get<double>();
  settings.batch = in.get<std::uint32_t>();
  settings.epochs = in.get<std::uint32_t>();
  settings.validation = in.get<double>();
  settings.patience = in.get<std::uint32_t>();
  settings.shuffle = read_flag(in);
  settings.restore_best = read_flag(in);
  settings.seed = in.get<std::uint64_t>();
  return settings;
}

void save_curves(const LearningCurves& curves, ByteWriter& out) {
  out.put_vector(curves.loss);
  out.put_vector(curves.r2);
  out.put_vector(curves.validation_loss);
  out.put_vector(curves.validation_r2);
  out.put(curves.best_epoch);
}

LearningCurves load_curves(ByteReader& in) {
  LearningCurves curves;
  curves.loss = in.get_vector<double>();
  curves.r2 = in.get_vector<double>();
  curves.validation_loss = in.get_vector<double>();
  curves.validation_r2 = in.get_vector<double>();
  curves.best_epoch = in.get<std::uint32_t>();
  const std::size_t epochs = curves.loss.size();
  const std::size_t validated = curves.validation_loss.size();
  const bool sizes = epochs > 0 && curves.r2.size() == epochs && (validated == 0 || validated == epochs) &&
                     curves.validation_r2.size() == validated && curves.best_epoch >= 1 && curves.best_epoch <= epochs;
  bool finite = true;
  for (const auto* curve : {&curves.loss, &curves.r2, &curves.validation_loss, &curves.validation_r2}) {
    finite = finite && std::ranges::all_of(*curve, [](double value) { return std::isfinite(value); });
  }
  if (!sizes || !finite) in.fail("a learning curve of the autoencoder is out of range");
  return curves;
}

/// The layers that the settings name, refused before any memory is taken for them unless the bytes hold as many
/// weights.
std::vector<DenseLayer> expected_layers(const AutoencoderSettings& settings, std::size_t columns,
                                        const ByteReader& in) {
  std::vector<DenseLayer> layers;
  try {
    layers = autoencoder_layers(settings, columns);
  } catch (const Error&) {
    in.fail("a setting of the autoencoder is out of range");
  }
  std::size_t inputs = columns;
  std::size_t parameters = 0;
  for (const DenseLayer& layer : layers) {
    parameters += (inputs + 1) * layer.units;
    inputs = layer.units;
  }
  if (parameters > in.left() / sizeof(float)) in.fail("it ends early, or a length in it is wrong");
  return layers;
}

}  // namespace

std::string_view activation_name(Activation activation) noexcept {
  switch (activation) {
    case Activation::linear:
      return "linear";
    case Activation::relu:
      return "relu";
    case Activation::elu:
      return "elu";
    case Activation::tanh:
      return "tanh";
    case Activation::sigmoid:
      return "sigmoid";
  }
  return "linear";
}

Autoencoder::Autoencoder(AutoencoderSettings settings, std::size_t number_columns,
                         std::vector<std::uint32_t> group_widths, DenseNet net)
    : settings_(std::move(settings)),
      number_columns_(number_columns),
      group_widths_(std::move(group_widths)),
      net_(std::move(net)) {}

Autoencoder Autoencoder::fit(const Matrix& matrix, const AutoencoderSettings& settings, const FitContext& context) {
  expect_fit_for_learning(matrix, "autoencoder", kMostColumns);
  const std::vector<DenseLayer> layers = autoencoder_layers(settings, matrix.columns());
  Autoencoder result(settings, matrix.number_columns(), widths_of(matrix),
                     DenseNet(matrix.number_columns(), matrix.groups().size(), layers));
  result.curves_ = teach_autoencoder(result.net_, matrix, settings, context);
  return result;
}

void Autoencoder::expect_shape(const Matrix& matrix) const {
  if (matrix.number_columns() != number_columns_ || widths_of(matrix) != group_widths_) {
    throw Error(fmt::format("autoencoder: it was fitted on {} columns of other kinds than these {}", columns(),
                            matrix.columns()));
  }
}

void Autoencoder::score(const Matrix& matrix, std::span<double> scores) const {
  expect_shape(matrix);
  const auto width = static_cast<double>(columns());
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    LaneForward forward(net_);
    std::array<float, LaneForward::kRows> sums{};
    for (std::size_t first = piece_begin; first < piece_end; first += LaneForward::kRows) {
      const std::size_t end = std::min(piece_end, first + LaneForward::kRows);
      forward.errors(matrix, first, end, sums);
      for (std::size_t row = first; row < end; ++row) {
        const float sum = sums[row - first];
        scores[row] = std::isfinite(sum) ? static_cast<double>(sum) / width : exact_score(matrix, row);
      }
    }
  });
}

Matrix Autoencoder::latent(const Matrix& matrix) const {
  expect_shape(matrix);
  std::size_t narrowest = 0;
  for (std::size_t layer = 1; layer + 1 < net_.layers(); ++layer) {
    if (net_.layer(layer).units < net_.layer(narrowest).units) narrowest = layer;
  }
  std::vector<std::vector<float>> units(net_.layer(narrowest).units, std::vector<float>(matrix.rows()));
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    LaneForward forward(net_);
    for (std::size_t first = piece_begin; first < piece_end; first += LaneForward::kRows) {
      forward.hidden(matrix, first, std::min(piece_end, first + LaneForward::kRows), narrowest, units);
    }
  });
  constexpr float kMost = std::numeric_limits<float>::max();
  Matrix latent(matrix.rows());
  for (auto& values : units) {
    for (float& value : values) value = std::isnan(value) ? 0 : std::clamp(value, -kMost, kMost);
    latent.add_numbers(std::move(values));
  }
  return latent;
}

double Autoencoder::exact_score(const Matrix& matrix, std::size_t row) const {
  std::vector<double> parts(columns());
  explain(matrix, row, parts);
  double sum = 0;
  for (const double part : parts) sum += part / static_cast<double>(parts.size());
  return finite_score(sum);
}

void Autoencoder::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  expect_shape(matrix);
  std::vector<float> dense(columns());
  matrix.dense_row(row, dense);
  net_.reconstruct(dense, parts);
  for (std::size_t column = 0; column < parts.size(); ++column) {
    const double error = parts[column] - static_cast<double>(dense[column]);
    parts[column] = finite_score(error * error);
  }
}

void Autoencoder::save(ByteWriter& out) const {
  save_settings(settings_, out);
  out.put<std::uint64_t>(number_columns_);
  out.put_vector(group_widths_);
  for (std::size_t i = 0; i < net_.layers(); ++i) {
    out.put_vector(net_.weights(i));
    out.put_vector(net_.biases(i));
  }
  save_curves(curves_, out);
}

Autoencoder Autoencoder::load(ByteReader& in) {
  AutoencoderSettings settings = load_settings(in);
  const auto number_columns = in.get<std::uint64_t>();
  auto widths = in.get_vector<std::uint32_t>();
  if (number_columns > kMostColumns) in.fail("the autoencoder has too many columns");
  std::uint64_t columns = number_columns;
  for (const std::uint32_t width : widths) {
    if (width == 0) in.fail("a category of the autoencoder has no levels");
    columns += width;
  }
  if (columns == 0 || columns > kMostColumns) in.fail("the autoencoder has no columns, or too many");
  const std::vector<DenseLayer> layers = expected_layers(settings, static_cast<std::size_t>(columns), in);
  DenseNet net(static_cast<std::size_t>(number_columns), widths.size(), layers);
  const auto finite = [](float value) { return std::isfinite(value); };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto weights = in.get_vector<float>();
    const auto biases = in.get_vector<float>();
    if (weights.size() != net.inputs(i) * layers[i].units || biases.size() != layers[i].units) {
      in.fail("a layer of the autoencoder has another size than its settings say");
    }
    if (!std::ranges::all_of(weights, finite) || !std::ranges::all_of(biases, finite)) {
      in.fail("a weight of the autoencoder is not a finite number");
    }
    net.set_layer(i, weights, biases);
  }
  Autoencoder result(std::move(settings), static_cast<std::size_t>(number_columns), std::move(widths), std::move(net));
  result.curves_ = load_curves(in);
  return result;
}

}  // namespace netstray
