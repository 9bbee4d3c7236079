#include "netstray/detect/linear/logistic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/fit_support.h"
#include "netstray/detect/linear/logistic_fit.h"
#include "netstray/detect/linear/logistic_kernels.h"
#include "netstray/maths/dense.h"

namespace netstray {
namespace {

/// Up to so many dense columns a pass over all pairs of them costs less than the steps that it saves.
constexpr std::size_t kNewtonColumns = 64;
/// From so many rows on, the search begins where some of them have their minimum.
constexpr std::size_t kManyRows = 1U << 16;
constexpr std::size_t kSomeStride = 16;
constexpr std::size_t kPieceRows = 8192;
constexpr std::uint32_t kMostSteps = 100'000;
constexpr double kLeastC = 1e-6;
constexpr double kMostC = 1e6;

constexpr std::array<SettingInfo, 3> kSettings = {{
    {"c", "1", "0.000001 to 1000000",
     "How little the weights are pulled towards 0: the inverse strength of the L2 penalty.", "scikit-learn"},
    {"class_weight", "balanced", "balanced or none",
     "balanced: both classes weigh the same, however many rows each of them has.", "King, Zeng 2001"},
    {"steps", "500", "1 to 100000", "Steps at most.", "netstray; a few suffice on scaled columns"},
}};

void expect_settings(const LogisticSettings& settings) {
  const bool good = settings.c >= kLeastC && settings.c <= kMostC;
  if (!good) {
    throw usage_error(fmt::format("logistic: c is {}; from {} to {} is possible", settings.c, kLeastC, kMostC));
  }
  if (settings.steps < 1 || settings.steps > kMostSteps) {
    throw usage_error(fmt::format("logistic: {} steps; from 1 to {} are possible", settings.steps, kMostSteps));
  }
}

/// Rows of class 0 and 1.
std::array<std::size_t, 2> count_classes(std::span<const std::uint8_t> labels, std::size_t rows) {
  if (labels.empty()) {
    throw Error(
        "logistic: it needs labels (1 anomaly, 0 normal), and these rows have none; the other detectors do without");
  }
  if (labels.size() != rows) throw Error(fmt::format("logistic: {} labels for {} rows", labels.size(), rows));
  if (std::ranges::any_of(labels, [](std::uint8_t label) { return label > 1; })) {
    throw Error("logistic: a label is neither 0 nor 1");
  }
  const auto anomalies = static_cast<std::size_t>(std::ranges::count(labels, std::uint8_t{1}));
  if (anomalies == 0 || anomalies == rows) {
    throw Error(fmt::format("logistic: all {} rows are labelled {}; it needs some of each to tell them apart",
                            grouped(rows), anomalies == 0 ? "normal" : "anomalies"));
  }
  return {rows - anomalies, anomalies};
}

std::vector<std::uint32_t> widths_of(const Matrix& matrix) {
  std::vector<std::uint32_t> widths;
  for (const auto& group : matrix.groups()) widths.push_back(group.width);
  return widths;
}

/// Means of the rows labelled 0, per dense column.
std::vector<double> normal_means(const Matrix& matrix, std::span<const std::uint8_t> labels, std::size_t normals) {
  std::vector<double> means(matrix.columns());
  parallel_for(matrix.number_columns(), 1, [&](std::size_t first, std::size_t last) {
    std::array<double, LogisticKernels::kMostRows> normal{};
    for (std::size_t column = first; column < last; ++column) {
      const float* values = matrix.numbers(column).data();
      for (std::size_t begin = 0; begin < labels.size(); begin += normal.size()) {
        const std::size_t rows = std::min(normal.size(), labels.size() - begin);
        for (std::size_t i = 0; i < rows; ++i) normal[i] = labels[begin + i] == 0 ? 1 : 0;
        logistic_kernels().add_dots(normal.data(), &values, 1, begin, rows, &means[column]);
      }
    }
  });
  for (const auto& group : matrix.groups()) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      if (labels[row] == 0) means[group.first_column + group.codes[row]] += 1;
    }
  }
  for (double& mean : means) mean /= static_cast<double>(normals);
  return means;
}

/// The minimum for every kSomeStride-th row, which stand for all: near that of all, for a fraction of the work.
LogisticMinimum minimum_of_some(const Matrix& matrix, std::span<const std::uint8_t> labels,
                                const LogisticSettings& settings, std::span<const double, 2> class_weights) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint8_t> own_labels;
  for (std::size_t row = 0; row < matrix.rows(); row += kSomeStride) {
    rows.push_back(static_cast<std::uint32_t>(row));
    own_labels.push_back(labels[row]);
  }
  const Matrix some = matrix.gather(rows);
  const LogisticLoss loss(some, own_labels, settings.c * kSomeStride, class_weights);
  return newton_minimum(loss, settings.steps, [](std::uint32_t, double) {});
}

std::unique_ptr<Detector> fit(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  constexpr std::array<std::string_view, 2> kWeights = {"balanced", "none"};
  LogisticSettings settings;
  settings.c = values.real("c", kLeastC, kMostC);
  settings.balanced = values.choice("class_weight", kWeights) == "balanced";
  settings.steps = static_cast<std::uint32_t>(values.whole("steps", 1, kMostSteps));
  return std::make_unique<Logistic>(Logistic::fit(matrix, settings, context));
}

std::unique_ptr<Detector> load(ByteReader& in) { return std::make_unique<Logistic>(Logistic::load(in)); }

constexpr DetectorInfo kInfo = {
    .name = "logistic",
    .title = "Logistic regression",
    .summary = "odds of an anomaly, learned from labels (a yardstick)",
    .how = "It learns from labels which columns raise the odds of an anomaly; the score is the logarithm of the odds.",
    .good_for = "A yardstick: how far one gets with labels and straight lines.",
    .not_for = "Finding what the labels do not show: it is supervised, and refused without labels.",
    .source = "Cox 1958; scikit-learn's LogisticRegression(class_weight=\"balanced\")",
    .encoding = "standardise",
    .supervised = true,
    .settings = kSettings,
    .fit = fit,
    .load = load,
};

}  // namespace

Logistic Logistic::fit(const Matrix& matrix, const LogisticSettings& settings, const FitContext& context) {
  expect_settings(settings);
  expect_fit_for_learning(matrix, "logistic", kMostColumns);
  const auto counts = count_classes(context.labels, matrix.rows());
  std::array<double, 2> class_weights = {1, 1};
  if (settings.balanced) {
    for (std::size_t i = 0; i < 2; ++i) {
      class_weights[i] = static_cast<double>(matrix.rows()) / (2 * static_cast<double>(counts[i]));
    }
  }
  const LogisticLoss loss(matrix, context.labels, settings.c, class_weights);
  const double total = settings.c * static_cast<double>(matrix.rows());
  const auto report = [&](std::uint32_t step, double value) {
    if (context.progress)
      context.progress(step, settings.steps, fmt::format("step {}: loss {}", step, readable(value / total)));
  };
  const bool newton = matrix.columns() <= kNewtonColumns;
  std::optional<LogisticMinimum> nearby;
  if (newton && matrix.rows() >= kManyRows) {
    nearby = minimum_of_some(matrix, context.labels, settings, class_weights);
  }
  LogisticMinimum minimum = newton ? newton_minimum(loss, settings.steps, report, nearby ? &*nearby : nullptr)
                                   : lbfgs_minimum(loss, settings.steps, report);
  if (!std::ranges::all_of(minimum.weights, [](double weight) { return std::isfinite(weight); })) {
    throw Error("logistic: the weights grow beyond all bounds; scale the number columns (standardise or rank)");
  }
  if (!minimum.converged && context.notes != nullptr) {
    context.notes->push_back(
        fmt::format("logistic: after {} steps its weights are still not the best; more steps, or "
                    "scaled number columns (standardise or rank), would help",
                    minimum.steps));
  }
  Logistic result;
  result.settings_ = settings;
  result.number_columns_ = matrix.number_columns();
  result.group_widths_ = widths_of(matrix);
  result.means_ = normal_means(matrix, context.labels, counts[0]);
  result.intercept_ = minimum.weights.back();
  minimum.weights.pop_back();
  result.weights_ = std::move(minimum.weights);
  result.steps_ = minimum.steps;
  return result;
}

void Logistic::expect_shape(const Matrix& matrix) const {
  if (matrix.number_columns() != number_columns_ || widths_of(matrix) != group_widths_) {
    throw Error(
        fmt::format("logistic: it was fitted on {} columns of other kinds than these {}", columns(), matrix.columns()));
  }
}

void Logistic::score(const Matrix& matrix, std::span<double> scores) const {
  expect_shape(matrix);
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    const auto piece = scores.subspan(begin, end - begin);
    std::ranges::fill(piece, intercept_);
    add_decisions(matrix, begin, weights_, piece);
    for (double& score : piece) score = finite_score(score);
  });
}

void Logistic::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  expect_shape(matrix);
  std::vector<float> dense(columns());
  matrix.dense_row(row, dense);
  for (std::size_t column = 0; column < parts.size(); ++column) {
    parts[column] = finite_score(weights_[column] * (static_cast<double>(dense[column]) - means_[column]));
  }
}

void Logistic::save(ByteWriter& out) const {
  out.put(settings_.c);
  out.put<std::uint8_t>(settings_.balanced ? 1 : 0);
  out.put(settings_.steps);
  out.put(steps_);
  out.put<std::uint64_t>(number_columns_);
  out.put_vector(group_widths_);
  out.put(intercept_);
  out.put_vector(weights_);
  out.put_vector(means_);
}

Logistic Logistic::load(ByteReader& in) {
  Logistic result;
  result.settings_.c = in.get<double>();
  const auto balanced = in.get<std::uint8_t>();
  result.settings_.balanced = balanced == 1;
  result.settings_.steps = in.get<std::uint32_t>();
  result.steps_ = in.get<std::uint32_t>();
  const auto& settings = result.settings_;
  const bool good = settings.c >= kLeastC && settings.c <= kMostC && balanced <= 1 && settings.steps >= 1 &&
                    settings.steps <= kMostSteps && result.steps_ <= settings.steps;
  if (!good) {
    in.fail("a setting of the logistic regression is out of range");
  }
  const auto number_columns = in.get<std::uint64_t>();
  result.group_widths_ = in.get_vector<std::uint32_t>();
  result.intercept_ = in.get<double>();
  result.weights_ = in.get_vector<double>();
  result.means_ = in.get_vector<double>();
  const auto& widths = result.group_widths_;
  const std::uint64_t coded = std::accumulate(widths.begin(), widths.end(), std::uint64_t{0});
  const std::size_t columns = result.weights_.size();
  if (columns == 0 || coded > columns || number_columns != columns - coded || result.means_.size() != columns ||
      std::ranges::count(widths, 0U) > 0) {
    in.fail("the logistic regression has other weights than columns");
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!finite(result.intercept_) || !std::ranges::all_of(result.weights_, finite) ||
      !std::ranges::all_of(result.means_, finite)) {
    in.fail("a weight of the logistic regression is not a finite number");
  }
  result.number_columns_ = static_cast<std::size_t>(number_columns);
  return result;
}

const DetectorInfo& logistic_info() { return kInfo; }

}  // namespace netstray
