#include "netstray/detect/neural/autoencoder_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/detect/neural/dense_trainer.h"
#include "netstray/detect/neural/shuffled_rows.h"

namespace netstray {
namespace {

constexpr std::size_t kMostLayers = 16;
constexpr std::uint32_t kMostUnits = 1U << 16;
constexpr std::size_t kMostParameters = std::size_t{1} << 28;
constexpr double kMostDropout = 0.95;
constexpr std::size_t kFillRows = 4096;
constexpr std::size_t kProgressRows = std::size_t{1} << 15;
/// Rows of one kind teach no more than this many of them.
constexpr std::size_t kRowsOfOneKind = 4096;
/// A loss this many times that of a network which says 0 for everything (plus 1) has no way back.
constexpr double kExploded = 1000;
/// Keras' epsilon in notebooks' R2, so that constant rows give a number.
constexpr double kR2Epsilon = 1e-7;

void expect(bool holds, const std::string& what) {
  if (!holds) throw usage_error("autoencoder: " + what);
}

template <typename T>
T one_of(const std::vector<T>& values, std::size_t index) {
  return values.size() == 1 ? values.front() : values[index];
}

/// How far the values of some rows are spread.
struct Spread {
  double mean_square = 0;
  double variance = 0;  ///< about the mean of all values of all columns
};

struct Sums {
  double values = 0;
  double squares = 0;
};

/// Added up in eight parts that do not wait for one another.
Sums sums_of(std::span<const float> values) noexcept {
  constexpr std::size_t kParts = 8;
  std::array<double, kParts> sums{};
  std::array<double, kParts> squares{};
  std::size_t i = 0;
  for (; i + kParts <= values.size(); i += kParts) {
    for (std::size_t part = 0; part < kParts; ++part) {
      const auto value = static_cast<double>(values[i + part]);
      sums[part] += value;
      squares[part] += value * value;
    }
  }
  for (; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    sums[i % kParts] += value;
    squares[i % kParts] += value * value;
  }
  return {std::accumulate(sums.begin(), sums.end(), 0.0), std::accumulate(squares.begin(), squares.end(), 0.0)};
}

Spread spread_of(const Matrix& matrix, std::size_t begin, std::size_t end) {
  std::vector<Sums> columns(matrix.number_columns());
  parallel_for(columns.size(), 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) columns[k] = sums_of(matrix.numbers(k).subspan(begin, end - begin));
  });
  const auto rows = static_cast<double>(end - begin);
  const double ones = rows * static_cast<double>(matrix.groups().size());
  Sums total{ones, ones};
  for (const Sums& column : columns) {
    total.values += column.values;
    total.squares += column.squares;
  }
  const double count = rows * static_cast<double>(matrix.columns());
  const double mean = total.values / count;
  return {total.squares / count, std::max(0.0, total.squares / count - mean * mean)};
}

bool rows_are_equal(const Matrix& matrix) {
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto values = matrix.numbers(column);
    if (!std::ranges::all_of(values, [&](float value) { return value == values.front(); })) return false;
  }
  return std::ranges::all_of(matrix.groups(), [](const Matrix::Group& group) {
    return std::ranges::all_of(group.codes, [&](std::uint16_t code) { return code == group.codes.front(); });
  });
}

/// One fit under way.
class Lesson {
 public:
  Lesson(DenseNet& net, const Matrix& matrix, const AutoencoderSettings& settings, const FitContext& context)
      : net_(net), settings_(settings), context_(context), store_(matrix, choose_rows(matrix)) {
    parallel_for(rows_, kFillRows, [&](std::size_t begin, std::size_t end) { store_.fill(matrix, begin, end, begin); });
    training_spread_ = spread_of(matrix, 0, training_rows_);
    validation_spread_ = training_rows_ < rows_ ? spread_of(matrix, training_rows_, rows_) : Spread{};
    order_.resize(training_rows_);
    for (std::size_t i = 0; i < training_rows_; ++i) order_[i] = store_.row(i);
  }

  LearningCurves run() {
    net_.initialise(settings_.seed);
    const std::size_t batch = std::min<std::size_t>(settings_.batch, training_rows_);
    DenseTrainer trainer(net_, store_, settings_.learning_rate, batch, settings_.seed);
    for (std::uint32_t epoch = 1; epoch <= settings_.epochs; ++epoch) {
      if (settings_.shuffle) shuffle_rows(order_, room_, Rng::stream(settings_.seed ^ 0x5f0f, epoch).next());
      note_epoch(epoch, train(trainer, batch, epoch));
      if (settings_.patience > 0 && epoch - curves_.best_epoch >= settings_.patience) break;
    }
    if (settings_.patience > 0 && settings_.restore_best) {
      std::ranges::copy(best_, net_.parameters().begin());
      net_.changed();
    } else {
      curves_.best_epoch = static_cast<std::uint32_t>(curves_.loss.size());
    }
    return std::move(curves_);
  }

 private:
  void note(const std::string& text) const {
    if (context_.notes != nullptr) context_.notes->push_back("autoencoder: " + text);
  }

  /// How many rows are used, and how many of them to learn from.
  std::size_t choose_rows(const Matrix& matrix) {
    rows_ = matrix.rows();
    if (rows_ > kRowsOfOneKind && rows_are_equal(matrix)) {
      rows_ = kRowsOfOneKind;
      note(fmt::format("all {} rows are equal; it learnt from {} of them", grouped(matrix.rows()), grouped(rows_)));
    }
    training_rows_ = static_cast<std::size_t>(std::floor(static_cast<double>(rows_) * (1 - settings_.validation)));
    if (training_rows_ == 0) {
      training_rows_ = rows_;
      note("too few rows to keep any for validation");
    }
    return rows_;
  }

  /// One epoch; returns its loss.
  double train(DenseTrainer& trainer, std::size_t batch, std::uint32_t epoch) {
    const std::span<const float* const> order = order_;
    const double limit = kExploded * (1 + training_spread_.mean_square) * static_cast<double>(net_.columns());
    double squares = 0;
    std::size_t reported = 0;
    for (std::size_t begin = 0; begin < training_rows_; begin += batch) {
      const std::size_t count = std::min(batch, training_rows_ - begin);
      const double step = trainer.step(order.subspan(begin, count), training_rows_ - begin - count);
      if (!std::isfinite(step)) throw diverged(epoch, "a batch's loss is no longer a finite number");
      squares += step;
      if (begin + count - reported >= kProgressRows) {
        reported = begin + count;
        check_interrupt();
        report(epoch, reported, squares / (static_cast<double>(reported) * static_cast<double>(net_.columns())));
      }
    }
    if (!(squares <= limit * static_cast<double>(training_rows_))) {
      throw diverged(epoch, fmt::format("the loss is over {} times that of a network which only says 0", kExploded));
    }
    return squares / (static_cast<double>(training_rows_) * static_cast<double>(net_.columns()));
  }

  Error diverged(std::uint32_t epoch, const std::string& why) const {
    return Error(
        fmt::format("autoencoder: learning diverged in epoch {}: {}. Use a smaller learning_rate (now {}), or "
                    "scale the number columns (standardise or rank)",
                    epoch, why, settings_.learning_rate));
  }

  void report(std::uint32_t epoch, std::size_t rows, double loss) const {
    if (!context_.progress) return;
    const std::string validation =
        curves_.validation_loss.empty() ? "" : fmt::format(", validation {}", readable(curves_.validation_loss.back()));
    context_.progress(std::uint64_t{epoch - 1} * training_rows_ + rows,
                      std::uint64_t{settings_.epochs} * training_rows_,
                      fmt::format("epoch {}: loss {}{}", epoch, readable(loss), validation));
  }

  void note_epoch(std::uint32_t epoch, double loss) {
    if (!std::ranges::all_of(net_.parameters(), [](float value) { return std::isfinite(value); })) {
      throw diverged(epoch, "a weight is no longer a finite number");
    }
    curves_.loss.push_back(loss);
    curves_.r2.push_back(1 - loss / (training_spread_.variance + kR2Epsilon));
    double watched = loss;
    if (training_rows_ < rows_) {
      watched = dense_loss(net_, store_, training_rows_, rows_);
      if (!std::isfinite(watched)) throw diverged(epoch, "the validation loss is no longer a finite number");
      curves_.validation_loss.push_back(watched);
      curves_.validation_r2.push_back(1 - watched / (validation_spread_.variance + kR2Epsilon));
    }
    if (watched < best_loss_) {
      best_loss_ = watched;
      curves_.best_epoch = epoch;
      if (settings_.patience > 0) best_.assign(net_.parameters().begin(), net_.parameters().end());
    }
    check_interrupt();
    report(epoch, training_rows_, loss);
  }

  DenseNet& net_;
  const AutoencoderSettings& settings_;
  const FitContext& context_;
  std::size_t rows_ = 0;
  std::size_t training_rows_ = 0;
  RowStore store_;
  Spread training_spread_;
  Spread validation_spread_;
  std::vector<const float*> order_;
  std::vector<const float*> room_;
  LearningCurves curves_;
  std::vector<float> best_;
  double best_loss_ = std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<DenseLayer> autoencoder_layers(const AutoencoderSettings& settings, std::size_t columns) {
  const std::size_t hidden = settings.layers.size();
  expect(hidden >= 1 && hidden <= kMostLayers,
         fmt::format("{} hidden layers; from 1 to {} are possible", hidden, kMostLayers));
  expect(
      settings.activations.size() == 1 || settings.activations.size() == hidden,
      fmt::format("{} activations for {} hidden layers; give one, or one each", settings.activations.size(), hidden));
  expect(settings.dropout.size() == 1 || settings.dropout.size() == hidden,
         fmt::format("{} dropout shares for {} hidden layers; give one, or one each", settings.dropout.size(), hidden));
  expect(settings.learning_rate > 0 && settings.learning_rate <= 10,
         "the learning_rate must be above 0 and at most 10");
  expect(settings.batch >= 1 && settings.batch <= (1U << 20), "a batch has from 1 to 1,048,576 rows");
  expect(settings.epochs >= 1 && settings.epochs <= 100'000, "from 1 to 100,000 epochs are possible");
  expect(settings.validation >= 0 && settings.validation <= 0.9, "the validation share must be from 0 to 0.9");
  expect(settings.patience <= 100'000, "patience must be at most 100,000 epochs");
  std::vector<DenseLayer> layers;
  std::size_t inputs = columns;
  std::size_t parameters = 0;
  for (std::size_t i = 0; i <= hidden; ++i) {
    const bool last = i == hidden;
    const std::size_t units = last ? columns : settings.layers[i];
    const double dropout = last ? 0 : one_of(settings.dropout, i);
    expect(units >= 1 && (last || units <= kMostUnits),
           fmt::format("a layer of {} units; from 1 to {} are possible", units, kMostUnits));
    expect(dropout >= 0 && dropout <= kMostDropout, fmt::format("dropout must be from 0 to {}", kMostDropout));
    parameters += (inputs + 1) * units;
    layers.push_back(
        {static_cast<std::uint32_t>(units), last ? settings.output : one_of(settings.activations, i), dropout});
    inputs = units;
  }
  expect(parameters <= kMostParameters,
         fmt::format("{} weights; at most {} are possible", grouped(parameters), grouped(kMostParameters)));
  return layers;
}

LearningCurves teach_autoencoder(DenseNet& net, const Matrix& matrix, const AutoencoderSettings& settings,
                                 const FitContext& context) {
  return Lesson(net, matrix, settings, context).run();
}

}  // namespace netstray
