#include "netstray/detect/marginal/deviation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/fit_support.h"
#include "netstray/maths/quantile.h"

namespace netstray {
namespace {

using Kind = DeviationSettings::Kind;
using Join = DeviationSettings::Join;

constexpr std::size_t kPieceRows = 4096;
/// What is further, or not a number, counts so much; the sum of squares of many is finite still.
constexpr double kMostDeviation = 1e140;
constexpr double kMostConstant = 1e6;
constexpr double kMostValue = 1e39;
/// Normal rows have a MAD of .6745 and a mean absolute deviation of 1 / 1.253314 standard deviations.
constexpr double kMadOfNormal = 0.6745;
constexpr double kMeanDeviationToSd = 1.253314;
/// The least spread that is not taken for rounding: no two different floats lie closer.
constexpr double kLeastSpread = 1e-60;

constexpr std::array<std::string_view, 2> kJoins{"max", "rms"};
constexpr std::array kZscoreSettings{
    SettingInfo{"join", "max", "max or rms",
                "The greatest deviation of a row's columns counts, or the root of their mean square.", "netstray"},
    SettingInfo{"constant", "10", "0 to 1000000",
                "What another value counts in a column that was constant in training; 0 leaves such columns out.",
                "netstray"}};

std::string_view name_of(Kind kind) noexcept { return kind == Kind::zscore ? "zscore" : "mad"; }

template <Kind kKind>
std::unique_ptr<Detector> fit_deviation(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  context.begin("middles of the columns");
  DeviationSettings settings;
  settings.kind = kKind;
  settings.join = values.choice("join", kJoins) == "max" ? Join::max : Join::rms;
  settings.constant = values.real("constant", 0, kMostConstant);
  return std::make_unique<DeviationDetector>(DeviationDetector::fit(matrix, settings, context));
}

template <Kind kKind>
std::unique_ptr<Detector> load_deviation(ByteReader& in) {
  return std::make_unique<DeviationDetector>(DeviationDetector::load(in, kKind));
}

double mean_distance(std::span<const double> values, double from) noexcept {
  double sum = 0;
  for (const double value : values) sum += std::abs(value - from);
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::string_view DeviationDetector::name() const noexcept { return name_of(settings_.kind); }

DeviationDetector DeviationDetector::fit(const Matrix& matrix, const DeviationSettings& settings,
                                         const FitContext& context) {
  const auto name = name_of(settings.kind);
  if (!(settings.constant >= 0 && settings.constant <= kMostConstant)) {
    throw usage_error(
        fmt::format("{}: constant: found {}, expected a number from 0 to 1000000", name, settings.constant));
  }
  expect_fit_for_learning(matrix, name, kMostColumns);
  DeviationDetector detector;
  detector.settings_ = settings;
  detector.shape_ = MatrixShape(matrix);
  detector.middle_.resize(matrix.columns());
  detector.spread_.resize(matrix.columns());
  parallel_for(matrix.number_columns(), 1, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    for (std::size_t column = begin; column < end; ++column) detector.learn(column, matrix.numbers(column));
  });
  for (const auto& group : matrix.groups()) {
    std::vector<std::uint64_t> counts(group.width);
    for (const std::uint16_t code : group.codes) ++counts[code];
    for (std::size_t code = 0; code < counts.size(); ++code) {
      detector.learn_code(group.first_column + code, counts[code], matrix.rows());
    }
  }
  detector.prepare_groups();
  const auto constant = std::ranges::count_if(detector.spread_, [](double spread) { return spread == 0; });
  if (constant > 0) {
    add_note(context,
             fmt::format("{}: {} of {} columns are constant in the training rows; another value there counts as a "
                         "deviation of {} (setting constant)",
                         name, constant, detector.columns(), settings.constant));
  }
  return detector;
}

void DeviationDetector::learn(std::size_t column, std::span<const float> floats) {
  std::vector<double> values(floats.begin(), floats.end());
  if (std::ranges::all_of(values, [&](double value) { return value == values[0]; })) {
    middle_[column] = values[0];
    return;
  }
  if (settings_.kind == Kind::zscore) {
    const auto [mean, sd] = mean_sd(values);
    middle_[column] = mean;
    spread_[column] = std::max(sd, kLeastSpread);
    return;
  }
  middle_[column] = quantile(values, 0.5);
  const double mad = median_absolute_deviation(values);
  const double spread = mad > 0 ? mad / kMadOfNormal : kMeanDeviationToSd * mean_distance(values, middle_[column]);
  spread_[column] = std::max(spread, kLeastSpread);
}

/// A one-hot column: 1 in `with` of the rows.
void DeviationDetector::learn_code(std::size_t column, std::uint64_t with, std::uint64_t rows) {
  const double share = static_cast<double>(with) / static_cast<double>(rows);
  if (settings_.kind == Kind::zscore) {
    middle_[column] = share;
    spread_[column] = std::sqrt(share * (1 - share));
    return;
  }
  const bool half = 2 * with == rows;
  middle_[column] = half ? 0.5 : (2 * with > rows ? 1 : 0);
  spread_[column] = half ? 0.5 / kMadOfNormal : kMeanDeviationToSd * std::min(share, 1 - share);
}

/// A row's one code decides all columns of its group: their deviations are joined once per code.
void DeviationDetector::prepare_groups() {
  for (std::size_t group = 0; group < shape_.widths().size(); ++group) {
    const std::size_t width = shape_.widths()[group];
    const std::size_t first = shape_.first_column(group);
    std::vector<double> before(width + 1);  // of the columns up to each, none of them set
    std::vector<double> after(width + 1);   // of the columns from each on
    for (std::size_t k = 0; k < width; ++k) before[k + 1] = joined(before[k], deviation(first + k, 0));
    for (std::size_t k = width; k-- > 0;) after[k] = joined(after[k + 1], deviation(first + k, 0));
    auto& codes = code_deviation_.emplace_back();
    for (std::size_t k = 0; k < width; ++k) {
      const double others = settings_.join == Join::max ? std::max(before[k], after[k + 1]) : before[k] + after[k + 1];
      codes.push_back(joined(others, deviation(first + k, 1)));
    }
  }
}

double DeviationDetector::deviation(std::size_t column, double value) const noexcept {
  const double distance = std::abs(value - middle_[column]);
  if (spread_[column] == 0) return distance == 0 ? 0 : settings_.constant;
  const double deviation = distance / spread_[column];
  return deviation <= kMostDeviation ? deviation : kMostDeviation;
}

/// Greatest deviation, or sum of squares.
double DeviationDetector::joined(double so_far, double deviation) const noexcept {
  return settings_.join == Join::max ? std::max(so_far, deviation) : so_far + deviation * deviation;
}

void DeviationDetector::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, name());
  const auto columns = static_cast<double>(shape_.columns());
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    const auto piece = scores.subspan(begin, end - begin);
    std::ranges::fill(piece, 0.0);
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const auto values = matrix.numbers(column).subspan(begin, piece.size());
      for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = joined(piece[i], deviation(column, values[i]));
    }
    for (std::size_t group = 0; group < code_deviation_.size(); ++group) {
      const auto* codes = matrix.groups()[group].codes.data() + begin;
      for (std::size_t i = 0; i < piece.size(); ++i) {
        const double each = code_deviation_[group][codes[i]];
        piece[i] = settings_.join == Join::max ? std::max(piece[i], each) : piece[i] + each;
      }
    }
    if (settings_.join == Join::max) return;
    for (double& score : piece) score = std::sqrt(score / columns);
  });
}

void DeviationDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, name());
  std::vector<float> values(columns());
  matrix.dense_row(row, values);
  for (std::size_t column = 0; column < parts.size(); ++column) parts[column] = deviation(column, values[column]);
}

void DeviationDetector::save(ByteWriter& out) const {
  out.put<std::uint8_t>(settings_.join == Join::max ? 0 : 1);
  out.put(settings_.constant);
  shape_.save(out);
  out.put_vector(middle_);
  out.put_vector(spread_);
}

DeviationDetector DeviationDetector::load(ByteReader& in, Kind kind) {
  DeviationDetector detector;
  detector.settings_.kind = kind;
  const auto join = in.get<std::uint8_t>();
  if (join > 1) in.fail("a setting is out of range");
  detector.settings_.join = join == 0 ? Join::max : Join::rms;
  detector.settings_.constant = load_number(in, 0, kMostConstant);
  detector.shape_ = MatrixShape::load(in, kMostColumns);
  detector.middle_ = load_numbers(in, detector.columns(), -kMostValue, kMostValue);
  detector.spread_ = load_numbers(in, detector.columns(), 0, kMostValue);
  const auto tiny = [](double spread) { return spread > 0 && spread < kLeastSpread; };
  if (std::ranges::any_of(detector.spread_, tiny)) in.fail("a column's spread is out of range");
  detector.prepare_groups();
  return detector;
}

const DetectorInfo& zscore_info() {
  static const DetectorInfo info{
      .name = "zscore",
      .title = "Z-score per column",
      .summary = "most standard deviations from a column's mean",
      .how = "How many standard deviations each value lies from its column's mean; the greatest of a row counts.",
      .good_for = "A yardstick that anyone can check, and single columns that go far beyond the usual.",
      .not_for =
          "Columns with long tails (scale them by log), and anomalies that only the combination of columns shows.",
      .source = "Shewhart 1931",
      .encoding = "log",
      .settings = kZscoreSettings,
      .fit = fit_deviation<Kind::zscore>,
      .load = load_deviation<Kind::zscore>};
  return info;
}

const DetectorInfo& mad_info() {
  static const DetectorInfo info{
      .name = "mad",
      .title = "Modified z-score per column",
      .summary = "most deviations from a column's median",
      .how =
          "How far each value lies from its column's median, in units of the median such distance; the greatest of a "
          "row counts.",
      .good_for = "As zscore, where the training rows hold anomalies: these hardly move a median.",
      .not_for =
          "Columns where most values are equal (there it takes the mean distance instead), and anomalies that only the "
          "combination of columns shows.",
      .source = "Iglewicz, Hoaglin 1993",
      .encoding = "log",
      .settings = kZscoreSettings,
      .fit = fit_deviation<Kind::mad>,
      .load = load_deviation<Kind::mad>};
  return info;
}

}  // namespace netstray
