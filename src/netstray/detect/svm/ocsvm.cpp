#include "netstray/detect/svm/ocsvm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/fit_support.h"
#include "netstray/detect/svm/nystroem.h"
#include "netstray/detect/svm/one_class_linear.h"
#include "netstray/detect/svm/one_class_smo.h"
#include "netstray/maths/distinct_rows.h"

namespace netstray {
namespace {

using Kind = RowKernel::Kind;
using Gamma = OcsvmSettings::Gamma;

constexpr double kLeastGamma = 1e-30;
constexpr double kMostGamma = 1e30;
constexpr double kLeastNu = 1e-9;
constexpr std::uint64_t kMostRows = 1ULL << 31;
constexpr std::uint32_t kMostLandmarks = 5000;
constexpr std::uint32_t kMostApproximateRows = 100'000;
constexpr double kMostNumber = 1e60;  ///< of any coefficient, weight or rho in a file

constexpr std::array<std::string_view, 2> kKernels{"rbf", "linear"};
constexpr std::array kSettings{
    SettingInfo{"nu", "0.05", "above 0, up to 1", "The share of the training rows that may lie outside.",
                "the reference study of OCPP; libsvm has 0.5"},
    SettingInfo{"kernel", "rbf", "rbf or linear", "How rows are compared.", "libsvm"},
    SettingInfo{"gamma", "scale", "scale, auto or a number from 1e-30 to 1e30",
                "How narrow the RBF kernel is: 1 / (columns * variance), 1 / columns, or the number itself.",
                "scikit-learn"},
    SettingInfo{"tolerance", "0.001", "1e-9 to 0.1", "When the solution is good enough.", "libsvm"},
    SettingInfo{"cache_megabytes", "200", "1 to 65536", "Memory for kernel values while learning.", "scikit-learn"},
    SettingInfo{"exact_rows", "20000", "0 to 2147483648",
                "Up to so many distinct training rows the solution is exact, above it approximate.", "netstray"},
    SettingInfo{"landmarks", "300", "2 to 5000", "Rows that stand for all others in the approximate solution.",
                "netstray"},
    SettingInfo{"rows", "0", "0 to 2147483648", "Learns from at most so many rows, drawn at random; 0: from all.",
                "netstray"}};

std::unique_ptr<Detector> fit_ocsvm(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  OcsvmSettings settings;
  settings.nu = values.real("nu", kLeastNu, 1);
  settings.kernel = values.choice("kernel", kKernels) == "rbf" ? Kind::rbf : Kind::linear;
  const std::string& gamma = values.text("gamma");
  if (gamma == "auto") {
    settings.gamma = Gamma::automatic;
  } else if (gamma != "scale") {
    settings.gamma = Gamma::number;
    settings.gamma_number = parse_double(gamma).value_or(0);
    if (!(settings.gamma_number >= kLeastGamma && settings.gamma_number <= kMostGamma)) {
      throw usage_error(fmt::format("ocsvm: gamma: found {}, expected scale, auto or a number from {} to {}",
                                    quoted(gamma), kLeastGamma, kMostGamma));
    }
  }
  settings.tolerance = values.real("tolerance", 1e-9, 0.1);
  settings.cache_megabytes = static_cast<std::uint32_t>(values.whole("cache_megabytes", 1, 65'536));
  settings.exact_rows = values.whole("exact_rows", 0, kMostRows);
  settings.landmarks = static_cast<std::uint32_t>(values.whole("landmarks", 2, kMostLandmarks));
  settings.rows = values.whole("rows", 0, kMostRows);
  return std::make_unique<OcsvmDetector>(OcsvmDetector::fit(matrix, settings, context));
}

void expect_settings(const OcsvmSettings& settings) {
  const bool fits = settings.nu >= kLeastNu && settings.nu <= 1 && settings.gamma_number >= kLeastGamma &&
                    settings.gamma_number <= kMostGamma && settings.tolerance > 0 && settings.landmarks >= 2 &&
                    settings.landmarks <= kMostLandmarks;
  if (!fits) throw usage_error("ocsvm: a setting is out of range");
}

/// Population variance of all dense values, which is what scikit-learn's `scale` takes.
double variance_of_all(const Matrix& matrix) {
  const double values = static_cast<double>(matrix.rows()) * static_cast<double>(matrix.columns());
  const auto ones = static_cast<double>(matrix.rows() * matrix.groups().size());
  const double zeros = values - ones - static_cast<double>(matrix.rows() * matrix.number_columns());
  double sum = ones;
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto numbers = matrix.numbers(column);
    sum = std::accumulate(numbers.begin(), numbers.end(), sum);
  }
  const double mean = sum / values;
  double squares = ones * (1 - mean) * (1 - mean) + zeros * mean * mean;
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    for (const float value : matrix.numbers(column)) squares += (value - mean) * (value - mean);
  }
  return squares / values;
}

float gamma_of(const Matrix& matrix, const OcsvmSettings& settings) {
  const auto columns = static_cast<double>(matrix.columns());
  double gamma = settings.gamma_number;
  if (settings.gamma == Gamma::automatic) gamma = 1 / columns;
  if (settings.gamma == Gamma::scale) {
    const double variance = variance_of_all(matrix);
    gamma = variance > 0 ? 1 / (columns * variance) : 1;
  }
  return static_cast<float>(std::clamp(gamma, kLeastGamma, kMostGamma));
}

/// Mean squared norm of the dense rows; 1 where all are 0.
double mean_square(const Matrix& matrix) {
  double sum = static_cast<double>(matrix.rows() * matrix.groups().size());
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    for (const float value : matrix.numbers(column)) sum += double{value} * value;
  }
  return sum > 0 ? sum / static_cast<double>(matrix.rows()) : 1;
}

std::function<void(std::uint64_t, double)> share_teller(const FitContext& context) {
  return [&context](std::uint64_t thousandths, double share) {
    if (context.progress) context.progress(thousandths, 1000, fmt::format("share outside {}", readable(share, 3)));
  };
}

std::vector<double> column_means(const Matrix& matrix) {
  std::vector<double> means(matrix.columns());
  const auto rows = static_cast<double>(matrix.rows());
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto numbers = matrix.numbers(column);
    means[column] = std::accumulate(numbers.begin(), numbers.end(), 0.0) / rows;
  }
  for (const auto& group : matrix.groups()) {
    for (const std::uint16_t code : group.codes) means[group.first_column + code] += 1 / rows;
  }
  return means;
}

}  // namespace

/// Distinct training rows.
struct OcsvmDetector::Rows {
  const Matrix& matrix;
  std::vector<std::uint32_t> first;   ///< rows of the matrix
  std::vector<std::uint32_t> copies;  ///< how often each is there

  std::vector<float> packed() const {
    std::vector<float> values(first.size() * (matrix.number_columns() + matrix.groups().size()));
    pack_rows(matrix, first, values);
    return values;
  }
};

OcsvmDetector OcsvmDetector::fit(const Matrix& all, const OcsvmSettings& settings, const FitContext& context) {
  expect_settings(settings);
  expect_fit_for_learning(all, "ocsvm", kMostColumns);
  const TrainingRows drawn("ocsvm", all, settings.rows, context);
  const Matrix& matrix = drawn.matrix();
  OcsvmDetector detector;
  detector.shape_ = MatrixShape(matrix);
  detector.kernel_ = {settings.kernel, gamma_of(matrix, settings), mean_square(matrix)};
  if (settings.kernel == Kind::linear) detector.means_ = column_means(matrix);
  DistinctRows distinct = distinct_rows(matrix);
  const Rows rows{matrix, std::move(distinct.first), std::move(distinct.copies)};
  context.begin("distinct rows");
  if (rows.first.size() <= settings.exact_rows) {
    detector.learn_exactly(rows, settings, context);
  } else {
    detector.learn_approximately(rows, settings, context);
  }
  return detector;
}

void OcsvmDetector::learn_exactly(const Rows& rows, const OcsvmSettings& settings, const FitContext& context) {
  const auto packed = rows.packed();
  const OneClassProblem problem{&shape_, packed, rows.copies, settings.nu, settings.tolerance};
  const auto tell = [&](std::uint64_t thousandths, double gap) {
    if (context.progress) context.progress(thousandths, 1000, fmt::format("gap {}", readable(gap, 3)));
  };
  const auto solution = solve_one_class(problem, kernel_, std::size_t{settings.cache_megabytes} << 20, tell);
  if (!solution.converged) {
    add_note(context,
             fmt::format("ocsvm: stopped after {} steps before the tolerance was reached; scale the columns, or "
                         "raise nu or the tolerance",
                         grouped(solution.steps)));
  }
  rho_ = solution.rho;
  if (kernel_.kind == Kind::rbf) return keep_support(packed, solution.alpha);
  rho_ *= kernel_.scale;
  keep_weights(packed, solution.alpha);
}

/// Rows with a coefficient, as they will be compared with.
void OcsvmDetector::keep_support(std::span<const float> packed_rows, std::span<const double> coefficients) {
  std::vector<std::uint32_t> support;
  for (std::uint32_t row = 0; row < coefficients.size(); ++row) {
    if (coefficients[row] != 0) support.push_back(row);
  }
  points_ = PointPanels(shape_, packed_rows, support);
  coefficients_.assign(points_.padded(), 0.0);
  for (std::size_t i = 0; i < support.size(); ++i) coefficients_[i] = coefficients[support[i]];
}

/// A linear machine is one row: the sum of its support vectors.
void OcsvmDetector::keep_weights(std::span<const float> packed_rows, std::span<const double> coefficients) {
  const std::size_t packed = packed_width(shape_);
  weights_.assign(shape_.columns(), 0.0);
  for (std::size_t row = 0; row < coefficients.size(); ++row) {
    const float* values = packed_rows.data() + row * packed;
    for (std::size_t k = 0; k < shape_.number_columns(); ++k) weights_[k] += coefficients[row] * values[k];
    for (std::size_t group = 0; group < shape_.widths().size(); ++group) {
      const auto code = static_cast<std::size_t>(values[shape_.number_columns() + group]);
      weights_[shape_.first_column(group) + code] += coefficients[row];
    }
  }
}

void OcsvmDetector::learn_approximately(const Rows& all, const OcsvmSettings& settings, const FitContext& context) {
  Rng rng = Rng::stream(context.seed, 1);
  const auto count = static_cast<std::uint32_t>(all.first.size());
  Rows rows{all.matrix, {}, {}};
  for (const std::uint32_t each : rng.sample(count, std::min(count, kMostApproximateRows))) {
    rows.first.push_back(all.first[each]);
    rows.copies.push_back(all.copies[each]);
  }
  const std::string way = kernel_.kind == Kind::rbf
                              ? fmt::format("Nystroem, {} landmarks", std::min<std::size_t>(settings.landmarks, count))
                              : "coordinate descent";
  add_note(context,
           fmt::format("ocsvm: an approximate solution ({}) from {} of {} distinct training rows; the exact one is "
                       "for {} at most (setting exact_rows)",
                       way, grouped(rows.first.size()), grouped(count), grouped(settings.exact_rows)));
  if (kernel_.kind == Kind::rbf) {
    approximate_rbf(rows, settings, context);
  } else {
    approximate_linear(rows, settings, context);
  }
}

void OcsvmDetector::approximate_rbf(const Rows& rows, const OcsvmSettings& settings, const FitContext& context) {
  const auto packed = rows.packed();
  const std::size_t landmarks =
      std::min<std::size_t>(settings.landmarks, rows.first.size());  // the rows are in random order
  const auto landmark_rows = std::span(packed).first(landmarks * packed_width(shape_));
  const Nystroem map(shape_, kernel_, landmark_rows);
  std::vector<float> features(rows.first.size() * map.width());
  map.features(packed, features);
  const auto solution = solve_linear_one_class(
      {features, map.width(), rows.copies, settings.nu, settings.tolerance, context.seed}, share_teller(context));
  rho_ = solution.rho;
  keep_support(landmark_rows, map.coefficients(solution.weights));
}

void OcsvmDetector::approximate_linear(const Rows& rows, const OcsvmSettings& settings, const FitContext& context) {
  const std::size_t columns = shape_.columns();
  const std::size_t width = (columns + kPanelPoints - 1) / kPanelPoints * kPanelPoints;
  const Matrix chosen = rows.matrix.gather(rows.first);
  std::vector<float> features(chosen.rows() * width);
  std::vector<float> dense(columns);
  for (std::size_t row = 0; row < chosen.rows(); ++row) {
    dense_block(chosen, row, row + 1, dense);
    const auto scaled = [&](float value) { return static_cast<float>(value / std::sqrt(kernel_.scale)); };
    std::ranges::transform(dense, features.begin() + static_cast<std::ptrdiff_t>(row * width), scaled);
  }
  const auto solution = solve_linear_one_class(
      {features, width, rows.copies, settings.nu, settings.tolerance, context.seed}, share_teller(context));
  if (!solution.separates) {
    add_note(
        context,
        "ocsvm: no plane has the training rows on one side of the origin, so all scores are 0; use the RBF kernel");
  }
  weights_.assign(solution.weights.begin(), solution.weights.begin() + static_cast<std::ptrdiff_t>(columns));
  for (double& weight : weights_) weight *= std::sqrt(kernel_.scale);
  rho_ = solution.rho * kernel_.scale;
}

void OcsvmDetector::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, "ocsvm");
  if (kernel_.kind == Kind::linear) return score_linear(matrix, scores);
  score_distinct_rows(matrix, scores, [&](std::span<const float> rows, std::span<double> found) {
    kernel_.sums(points_, coefficients_, rows, found);
    for (double& score : found) score = rho_ - score;
  });
}

void OcsvmDetector::score_linear(const Matrix& matrix, std::span<double> scores) const {
  constexpr std::size_t kPieceRows = 4096;
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    const auto piece = scores.subspan(begin, end - begin);
    std::ranges::fill(piece, rho_);
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const auto values = matrix.numbers(column).subspan(begin, piece.size());
      for (std::size_t i = 0; i < piece.size(); ++i) piece[i] -= weights_[column] * values[i];
    }
    for (const auto& group : matrix.groups()) {
      for (std::size_t i = 0; i < piece.size(); ++i) piece[i] -= weights_[group.first_column + group.codes[begin + i]];
    }
    for (double& score : piece) score = finite_score(score);
  });
}

void OcsvmDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, "ocsvm");
  if (kernel_.kind == Kind::linear) {
    std::vector<float> values(columns());
    matrix.dense_row(row, values);
    for (std::size_t column = 0; column < parts.size(); ++column) {
      parts[column] = weights_[column] * (means_[column] - values[column]);
    }
    return;
  }
  std::vector<float> packed(packed_width(shape_));
  pack_row(matrix, row, packed);
  explain_rbf(packed, parts);
}

/// Parts in the likeness are taken by logarithms: far away all likenesses are 0 in any float.
void OcsvmDetector::explain_rbf(std::span<const float> packed_row, std::span<double> parts) const {
  std::ranges::fill(parts, 0.0);
  if (points_.size() == 0) return;
  const double gamma = kernel_.gamma;
  std::vector<float> squared(points_.padded());
  std::array<float, kPanelPoints> least{};
  squared_distances(points_.view(), packed_row.data(), 1, squared.data(), least.data());
  std::vector<double> logs(points_.size());
  for (std::size_t i = 0; i < logs.size(); ++i) logs[i] = std::log(std::abs(coefficients_[i])) - gamma * squared[i];
  const double most = *std::ranges::max_element(logs);
  double sum = 0;
  for (const double each : logs) sum += std::exp(each - most);
  std::vector<float> point(packed_row.size());
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const double weight = std::exp(logs[i] - most) / sum;
    if (weight < 1e-6) continue;
    points_.read(i, point);
    add_squared_difference(shape_, packed_row, point, gamma * weight, parts);
  }
}

void OcsvmDetector::save(ByteWriter& out) const {
  out.put(static_cast<std::uint8_t>(kernel_.kind));
  shape_.save(out);
  out.put(rho_);
  if (kernel_.kind == Kind::linear) {
    out.put_vector(weights_);
    out.put_vector(means_);
    return;
  }
  out.put(kernel_.gamma);
  const std::size_t packed = packed_width(shape_);
  std::vector<float> rows(points_.size() * packed);
  for (std::size_t i = 0; i < points_.size(); ++i) points_.read(i, std::span(rows).subspan(i * packed, packed));
  out.put_vector(rows);
  out.put_vector(
      std::vector<double>(coefficients_.begin(), coefficients_.begin() + static_cast<std::ptrdiff_t>(points_.size())));
}

OcsvmDetector OcsvmDetector::load(ByteReader& in) {
  OcsvmDetector detector;
  const auto kind = in.get<std::uint8_t>();
  if (kind > 1) in.fail("unknown kernel");
  detector.kernel_.kind = static_cast<Kind>(kind);
  detector.shape_ = MatrixShape::load(in, kMostColumns);
  detector.rho_ = load_number(in, -kMostNumber, kMostNumber);
  if (detector.kernel_.kind == Kind::linear) {
    detector.weights_ = load_numbers(in, detector.columns(), -kMostNumber, kMostNumber);
    detector.means_ = load_numbers(in, detector.columns(), -kMostNumber, kMostNumber);
    return detector;
  }
  detector.kernel_.gamma = in.get<float>();
  if (!(detector.kernel_.gamma >= 0 && double{detector.kernel_.gamma} <= 2 * kMostGamma))
    in.fail("gamma is out of range");
  const auto rows = load_packed_rows(in, detector.shape_);
  const std::size_t count = rows.size() / packed_width(detector.shape_);
  const auto coefficients = load_numbers(in, count, -kMostNumber, kMostNumber);
  if (std::ranges::find(coefficients, 0.0) != coefficients.end()) in.fail("a support vector has no coefficient");
  detector.keep_support(rows, coefficients);
  return detector;
}

const DetectorInfo& ocsvm_info() {
  static const DetectorInfo info{
      .name = "ocsvm",
      .title = "One-class SVM",
      .summary = "how far outside the region of most training rows",
      .how =
          "It draws a smooth border round all but a share nu of the training rows; the score is how far outside of it "
          "a "
          "row lies.",
      .good_for =
          "Up to some 20,000 distinct rows that are mostly normal, in scaled columns, where the border of what is "
          "normal matters.",
      .not_for =
          "Columns of very different scales (the widest decides alone: standardise them), and a ranking of far "
          "anomalies: with the RBF kernel all that is far scores the same.",
      .source =
          "Schoelkopf, Platt, Shawe-Taylor, Smola, Williamson 2001; libsvm and scikit-learn's "
          "OneClassSVM",
      .encoding = "standardise",
      .settings = kSettings,
      .fit = fit_ocsvm,
      .load = [](ByteReader& in) -> std::unique_ptr<Detector> {
        return std::make_unique<OcsvmDetector>(OcsvmDetector::load(in));
      }};
  return info;
}

}  // namespace netstray
