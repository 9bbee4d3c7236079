#include <array>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/neural/autoencoder.h"

namespace netstray {
namespace {

constexpr std::array<std::string_view, 5> kActivations = {"linear", "relu", "elu", "tanh", "sigmoid"};

constexpr std::array<SettingInfo, 11> kSettings = {{
    {"layers", "64,16,64", "1 to 16 numbers from 1 to 65536",
     "Units of each hidden layer; the output layer is as wide as the rows.", "netstray"},
    {"activations", "relu", "linear, relu, elu, tanh or sigmoid; one, or one per hidden layer",
     "What the hidden layers do to their sums.", "Glorot, Bordes, Bengio 2011"},
    {"output", "linear", "linear, relu, elu, tanh or sigmoid",
     "What the output layer does; relu and sigmoid cannot reproduce values below 0.", "Keras"},
    {"dropout", "0", "0 to 0.95; one, or one per hidden layer", "The share of units that are set to 0 while learning.",
     "Keras"},
    {"learning_rate", "0.001", "above 0, up to 10", "Adam's step size.", "Kingma, Ba 2015; Keras"},
    {"batch", "32", "1 to 1048576", "Rows per step; larger ones make an epoch faster, and less is learned in it.",
     "Keras"},
    {"epochs", "30", "1 to 100000", "How many times all rows are gone through, at most.", "netstray"},
    {"validation", "0.1", "0 to 0.9", "The share of the rows, the last ones, that is set aside to watch the loss on.",
     "Keras' validation_split"},
    {"patience", "3", "0 to 100000", "Stops after so many epochs without a better loss; 0: never.",
     "Keras' EarlyStopping"},
    {"shuffle", "yes", "yes or no", "Whether the rows come in a new order each epoch.", "Keras"},
    {"restore_best", "yes", "yes or no", "With patience: whether the weights of the best epoch are kept.",
     "Keras' restore_best_weights"},
}};

Activation activation_of(std::string_view name) {
  std::size_t index = 0;
  while (kActivations[index] != name) ++index;
  return static_cast<Activation>(index);
}

std::vector<double> shares_of(const SettingValues& values) {
  std::vector<double> shares;
  for (const auto& part : split(values.text("dropout"), ',')) {
    const auto share = parse_double(trim(part));
    const bool good = share && *share >= 0 && *share <= 0.95;
    if (!good) {
      throw usage_error(fmt::format("autoencoder: dropout: found {}, expected a number from 0 to 0.95", quoted(part)));
    }
    shares.push_back(*share);
  }
  return shares;
}

AutoencoderSettings settings_of(const SettingValues& values, std::uint64_t seed) {
  AutoencoderSettings settings;
  settings.layers.clear();
  for (const std::uint64_t units : values.wholes("layers", 1, 65'536)) {
    settings.layers.push_back(static_cast<std::uint32_t>(units));
  }
  settings.activations.clear();
  for (const auto& word : values.words("activations", kActivations))
    settings.activations.push_back(activation_of(word));
  settings.output = activation_of(values.choice("output", kActivations));
  settings.dropout = shares_of(values);
  settings.learning_rate = values.real("learning_rate", 1e-12, 10);
  settings.batch = static_cast<std::uint32_t>(values.whole("batch", 1, 1U << 20));
  settings.epochs = static_cast<std::uint32_t>(values.whole("epochs", 1, 100'000));
  settings.validation = values.real("validation", 0, 0.9);
  settings.patience = static_cast<std::uint32_t>(values.whole("patience", 0, 100'000));
  settings.shuffle = values.yes("shuffle");
  settings.restore_best = values.yes("restore_best");
  settings.seed = seed;
  return settings;
}

std::unique_ptr<Detector> fit(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  return std::make_unique<Autoencoder>(Autoencoder::fit(matrix, settings_of(values, context.seed), context));
}

std::unique_ptr<Detector> load(ByteReader& in) { return std::make_unique<Autoencoder>(Autoencoder::load(in)); }

constexpr DetectorInfo kInfo = {
    .name = "autoencoder",
    .title = "Autoencoder",
    .summary = "how badly a network trained on normal rows reproduces it",
    .how =
        "A network learns to reproduce the training rows through a narrow middle layer; the score is the mean squared "
        "error of what it makes of a row.",
    .good_for = "Many columns that hang together, and enough normal rows to learn how: some ten thousand.",
    .not_for =
        "Training rows of which attacks are a large part (it learns what is frequent), columns that are not scaled, "
        "and few rows.",
    .source = "Rumelhart, Hinton, Williams 1986; Hawkins et al. 2002; Keras",
    .encoding = "standardise",
    .supervised = false,
    .settings = kSettings,
    .fit = fit,
    .load = load,
};

}  // namespace

const DetectorInfo& autoencoder_info() { return kInfo; }

}  // namespace netstray
