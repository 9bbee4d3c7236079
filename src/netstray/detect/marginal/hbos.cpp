#include "netstray/detect/marginal/hbos.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/fit_support.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostBins = 10'000;
constexpr double kLeastAlpha = 1e-9;
constexpr std::size_t kPieceRows = 4096;

constexpr std::array kSettings{
    SettingInfo{"bins", "10", "2 to 10000", "Bins of equal width for each column.", "pyod"},
    SettingInfo{"alpha", "0.1", "1e-9 to 1", "Added to each density, so that an empty bin has a finite score.", "pyod"},
    SettingInfo{"tolerance", "0.5", "0 to 1",
                "A value at most so many bin widths outside still belongs to the last bin.", "pyod"}};

std::unique_ptr<Detector> fit_hbos(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  context.begin("histograms of the columns");
  HbosSettings settings;
  settings.bins = static_cast<std::uint32_t>(values.whole("bins", 2, kMostBins));
  settings.alpha = values.real("alpha", kLeastAlpha, 1);
  settings.tolerance = values.real("tolerance", 0, 1);
  return std::make_unique<HbosDetector>(HbosDetector::fit(matrix, settings));
}

bool in_range(const HbosSettings& settings) {
  return settings.bins >= 2 && settings.bins <= kMostBins && settings.alpha >= kLeastAlpha && settings.alpha <= 1 &&
         settings.tolerance >= 0 && settings.tolerance <= 1;
}

std::vector<double> equal_bins(double low, double high, std::size_t bins) {
  std::vector<double> edges(bins + 1);
  const double step = (high - low) / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i) edges[i] = static_cast<double>(i) * step + low;
  edges.back() = high;
  return edges;
}

/// A guess by division, set right where rounding led to the neighbour: edges[bin] <= value < edges[bin + 1], the last
/// bin with its upper edge.
std::size_t bin_of(std::span<const double> edges, double value) noexcept {
  const std::size_t bins = edges.size() - 1;
  const double guess = (value - edges.front()) / (edges.back() - edges.front()) * static_cast<double>(bins);
  std::size_t bin = std::min(bins - 1, static_cast<std::size_t>(guess));
  while (bin > 0 && value < edges[bin]) --bin;
  while (bin + 1 < bins && value >= edges[bin + 1]) ++bin;
  return bin;
}

}  // namespace

HbosDetector HbosDetector::fit(const Matrix& matrix, const HbosSettings& settings) {
  if (!in_range(settings)) throw usage_error("hbos: a setting is out of range");
  expect_fit_for_learning(matrix, "hbos", kMostColumns);
  HbosDetector detector;
  detector.settings_ = settings;
  detector.shape_ = MatrixShape(matrix);
  detector.histograms_.resize(matrix.columns());
  parallel_for(matrix.number_columns(), 1, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    for (std::size_t column = begin; column < end; ++column) {
      detector.learn(detector.histograms_[column], matrix.numbers(column));
    }
  });
  for (const auto& group : matrix.groups()) {
    std::vector<std::uint32_t> counts(group.width);
    for (const std::uint16_t code : group.codes) ++counts[code];
    for (std::size_t code = 0; code < group.width; ++code) {
      detector.learn_code(detector.histograms_[group.first_column + code], counts[code],
                          static_cast<std::uint32_t>(matrix.rows()) - counts[code]);
    }
  }
  detector.prepare_groups();
  return detector;
}

void HbosDetector::learn(Histogram& histogram, std::span<const float> values) const {
  const auto [least, most] = std::ranges::minmax(values);
  histogram.low = least;
  histogram.high = most;
  if (least == most) {
    histogram.low -= 0.5;
    histogram.high += 0.5;
  }
  histogram.counts.assign(settings_.bins, 0);
  const auto edges = equal_bins(histogram.low, histogram.high, settings_.bins);
  for (const float value : values) ++histogram.counts[bin_of(edges, value)];
  prepare(histogram);
}

/// A one-hot column: 1 in `with` rows and 0 in `without`.
void HbosDetector::learn_code(Histogram& histogram, std::uint32_t with, std::uint32_t without) const {
  histogram.low = without > 0 ? (with > 0 ? 0 : -0.5) : 0.5;
  histogram.high = with > 0 ? (without > 0 ? 1 : 1.5) : 0.5;
  histogram.counts.assign(settings_.bins, 0);
  const auto edges = equal_bins(histogram.low, histogram.high, settings_.bins);
  if (without > 0) histogram.counts[bin_of(edges, 0)] += without;
  if (with > 0) histogram.counts[bin_of(edges, 1)] += with;
  prepare(histogram);
}

void HbosDetector::prepare(Histogram& histogram) const {
  const auto& counts = histogram.counts;
  const double rows = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  histogram.edges = equal_bins(histogram.low, histogram.high, counts.size());
  histogram.unusual.resize(counts.size());
  double sum = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    const double width = histogram.edges[bin + 1] - histogram.edges[bin];
    const double density = counts[bin] == 0 ? 0 : counts[bin] / width / rows;
    histogram.unusual[bin] = -std::log2(density + settings_.alpha);
    sum += counts[bin] * histogram.unusual[bin];
  }
  histogram.most_unusual = *std::ranges::max_element(histogram.unusual);
  histogram.usual = sum / rows;
}

/// A row's one code decides all columns of its group: their sum is known per code.
void HbosDetector::prepare_groups() {
  for (std::size_t group = 0; group < shape_.widths().size(); ++group) {
    const auto columns = std::span(histograms_).subspan(shape_.first_column(group), shape_.widths()[group]);
    double none = 0;
    for (const auto& column : columns) none += unusual(column, 0);
    auto& codes = code_unusual_.emplace_back();
    for (const auto& column : columns) codes.push_back(none - unusual(column, 0) + unusual(column, 1));
  }
}

double HbosDetector::unusual(const Histogram& histogram, double value) const noexcept {
  const auto& edges = histogram.edges;
  const std::size_t bins = edges.size() - 1;
  if (value < edges.front()) {
    const bool near = edges.front() - value <= (edges[1] - edges[0]) * settings_.tolerance;
    return near ? histogram.unusual.front() : histogram.most_unusual;
  }
  if (value > edges.back()) {
    const bool near = value - edges.back() <= (edges[bins] - edges[bins - 1]) * settings_.tolerance;
    return near ? histogram.unusual.back() : histogram.most_unusual;
  }
  return histogram.unusual[bin_of(edges, value)];
}

void HbosDetector::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, "hbos");
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::fill(scores.begin() + static_cast<std::ptrdiff_t>(begin), scores.begin() + static_cast<std::ptrdiff_t>(end),
              0.0);
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const auto values = matrix.numbers(column);
      for (std::size_t row = begin; row < end; ++row) scores[row] += unusual(histograms_[column], values[row]);
    }
    for (std::size_t group = 0; group < code_unusual_.size(); ++group) {
      const auto& codes = matrix.groups()[group].codes;
      for (std::size_t row = begin; row < end; ++row) scores[row] += code_unusual_[group][codes[row]];
    }
  });
}

void HbosDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, "hbos");
  std::vector<float> values(columns());
  matrix.dense_row(row, values);
  for (std::size_t column = 0; column < parts.size(); ++column) {
    const auto& histogram = histograms_[column];
    const double value = values[column];
    const double outside = std::max({0.0, histogram.low - value, value - histogram.high});
    const double bins_outside = outside / (histogram.edges[1] - histogram.edges[0]);
    parts[column] = unusual(histogram, value) - histogram.usual + std::log2(1 + bins_outside);
  }
}

void HbosDetector::save(ByteWriter& out) const {
  out.put(settings_.bins);
  out.put(settings_.alpha);
  out.put(settings_.tolerance);
  shape_.save(out);
  for (const auto& histogram : histograms_) {
    out.put(histogram.low);
    out.put(histogram.high);
    out.put_vector(histogram.counts);
  }
}

HbosDetector HbosDetector::load(ByteReader& in) {
  constexpr double kMostValue = 1e39;
  HbosDetector detector;
  detector.settings_.bins = in.get<std::uint32_t>();
  detector.settings_.alpha = in.get<double>();
  detector.settings_.tolerance = in.get<double>();
  if (!in_range(detector.settings_)) in.fail("a setting of hbos is out of range");
  detector.shape_ = MatrixShape::load(in, kMostColumns);
  for (std::size_t column = 0; column < detector.shape_.columns(); ++column) {
    Histogram histogram;
    histogram.low = load_number(in, -kMostValue, kMostValue);
    histogram.high = load_number(in, histogram.low, kMostValue);
    histogram.counts = in.get_vector<std::uint32_t>();
    const auto& counts = histogram.counts;
    const bool counted = std::ranges::any_of(counts, [](auto count) { return count > 0; });
    if (!(histogram.low < histogram.high) || counts.size() != detector.settings_.bins || !counted) {
      in.fail("a histogram is out of range");
    }
    const auto edges = equal_bins(histogram.low, histogram.high, counts.size());
    if (std::ranges::adjacent_find(edges, std::greater_equal<>()) != edges.end())
      in.fail("a histogram's bins are too narrow");
    detector.prepare(histogram);
    if (!std::isfinite(histogram.usual) || !std::isfinite(histogram.most_unusual) ||
        !std::isfinite(*std::ranges::min_element(histogram.unusual))) {
      in.fail("a histogram's densities are out of range");
    }
    detector.histograms_.push_back(std::move(histogram));
  }
  detector.prepare_groups();
  return detector;
}

const DetectorInfo& hbos_info() {
  static const DetectorInfo info{
      .name = "hbos",
      .title = "Histograms",
      .summary = "how rare a row's values are, each in its own column",
      .how =
          "Each column has a histogram of the training rows; the score adds up how rare the bins of a row's values "
          "are, as logarithms.",
      .good_for = "A quick first look at many rows and columns, with reasons that anyone can check.",
      .not_for =
          "Anomalies that only the combination of columns shows, and columns with a few huge values, which leave one "
          "bin for all the rest (scale them by log or rank).",
      .source = "Goldstein, Dengel 2012; pyod's HBOS",
      .encoding = "log",
      .settings = kSettings,
      .fit = fit_hbos,
      .load = [](ByteReader& in) -> std::unique_ptr<Detector> {
        return std::make_unique<HbosDetector>(HbosDetector::load(in));
      }};
  return info;
}

}  // namespace netstray
