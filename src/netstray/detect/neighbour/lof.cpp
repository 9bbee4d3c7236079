#include "netstray/detect/neighbour/lof.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/fit_support.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostNeighbours = 1000;
constexpr std::uint64_t kMostRows = 1ULL << 31;
constexpr double kDensest = 1e10;
constexpr double kFarthest = 1e20;  ///< no distance is longer: the square root of FLT_MAX is 1.8e19

constexpr std::array kSettings{
    SettingInfo{"k", "20", "1 to 1000", "How many neighbours.", "scikit-learn; Breunig et al. 2000 look at 10 to 50"},
    SettingInfo{"rows", "0", "0 to 2147483648", "Keeps at most so many training rows, drawn at random; 0: all.",
                "netstray"}};

std::unique_ptr<Detector> fit_lof(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  LofSettings settings;
  settings.k = static_cast<std::uint32_t>(values.whole("k", 1, kMostNeighbours));
  settings.rows = values.whole("rows", 0, kMostRows);
  return std::make_unique<LofDetector>(LofDetector::fit(matrix, settings, context));
}

}  // namespace

LofDetector LofDetector::fit(const Matrix& matrix, const LofSettings& settings, const FitContext& context) {
  if (settings.k < 1 || settings.k > kMostNeighbours) {
    throw usage_error(
        fmt::format("lof: k: found {}, expected a whole number from 1 to {}", settings.k, kMostNeighbours));
  }
  expect_fit_for_learning(matrix, "lof", kMostColumns);
  const TrainingRows rows("lof", matrix, settings.rows, context);
  if (rows.matrix().rows() < 2)
    throw Error("lof: one row only; it compares rows with others, so it needs two at least");
  LofDetector detector;
  detector.settings_ = settings;
  detector.k_ = std::min<std::size_t>(settings.k, rows.matrix().rows() - 1);
  if (detector.k_ < settings.k) {
    add_note(context, fmt::format("lof: k is {}, as a training row has no more others ({} were asked for)", detector.k_,
                                  settings.k));
  }
  detector.neighbours_ = Neighbours(rows.matrix(), detector.k_ + 1);
  detector.learn_densities(context);
  return detector;
}

void LofDetector::learn_densities(const FitContext& context) {
  constexpr std::size_t kPiece = 64;
  constexpr std::size_t kRound = 64 * kPiece;  // rows between two words of progress
  const std::size_t rows = neighbours_.distinct();
  reach_.resize(rows);
  density_.resize(rows);
  std::vector<std::vector<Neighbours::Near>> near(rows);
  for (std::size_t begin = 0; begin < rows; begin += kRound) {
    const std::size_t count = std::min(kRound, rows - begin);
    parallel_for(count, kPiece, [&](std::size_t from, std::size_t to) {
      check_interrupt();
      neighbours_.find_others(begin + from, begin + to, k_,
                              [&](std::size_t row, std::span<const Neighbours::Near> found) {
                                near[row].assign(found.begin(), found.end());
                                reach_[row] = std::sqrt(found.back().squared);
                              });
    });
    if (context.progress) context.progress(begin + count, rows, "neighbours");
  }
  parallel_for(rows, kPiece * kPiece, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) density_[row] = density_of(near[row]);
  });
}

/// One over the mean distance to the neighbours, each at least as far as its own k-th neighbour.
double LofDetector::density_of(std::span<const Neighbours::Near> near) const noexcept {
  double sum = 0;
  for (const auto& each : near) sum += each.copies * std::max(std::sqrt(each.squared), reach_[each.row]);
  return 1 / (sum / static_cast<double>(k_) + 1 / kDensest);
}

void LofDetector::score(const Matrix& matrix, std::span<double> scores) const {
  neighbours_.shape().expect(matrix, "lof");
  score_distinct_rows(matrix, scores, [&](std::span<const float> rows, std::span<double> found) {
    neighbours_.find(rows, k_, [&](std::size_t row, std::span<const Neighbours::Near> near) {
      double sum = 0;
      for (const auto& each : near) sum += each.copies * density_[each.row];
      found[row] = sum / static_cast<double>(k_) / density_of(near);
    });
  });
}

void LofDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  neighbours_.shape().expect(matrix, "lof");
  std::vector<float> query(packed_width(neighbours_.shape()));
  pack_row(matrix, row, query);
  neighbours_.explain(query, k_, parts);
}

void LofDetector::save(ByteWriter& out) const {
  out.put(settings_.k);
  out.put(settings_.rows);
  neighbours_.save(out);
  out.put_vector(reach_);
  out.put_vector(density_);
}

LofDetector LofDetector::load(ByteReader& in) {
  LofDetector detector;
  detector.settings_.k = in.get<std::uint32_t>();
  detector.settings_.rows = in.get<std::uint64_t>();
  if (detector.settings_.k < 1 || detector.settings_.k > kMostNeighbours) in.fail("a setting of lof is out of range");
  detector.neighbours_ = Neighbours::load(in, std::size_t{detector.settings_.k} + 1);
  if (detector.neighbours_.rows() < 2) in.fail("lof needs two training rows");
  detector.k_ =
      static_cast<std::size_t>(std::min<std::uint64_t>(detector.settings_.k, detector.neighbours_.rows() - 1));
  const std::size_t rows = detector.neighbours_.distinct();
  detector.reach_ = load_numbers(in, rows, 0, kFarthest);
  detector.density_ = load_numbers(in, rows, 1 / kFarthest / 2, kDensest);
  return detector;
}

const DetectorInfo& lof_info() {
  static const DetectorInfo info{
      .name = "lof",
      .title = "Local outlier factor",
      .summary = "how much sparser its surroundings are than its neighbours'",
      .how = "How much emptier it is round a row than round its k nearest training rows; about 1 for an ordinary row.",
      .good_for =
          "Normal traffic whose kinds differ in density: a small step away from a tight kind counts as much as a large "
          "one away from a loose kind.",
      .not_for =
          "Rows that repeat more than k times: beside a heap of equal rows everything is unusual. Raise k, or use knn.",
      .source = "Breunig, Kriegel, Ng, Sander 2000; scikit-learn's LocalOutlierFactor(novelty=True)",
      .encoding = "standardise",
      .settings = kSettings,
      .fit = fit_lof,
      .load = [](ByteReader& in) -> std::unique_ptr<Detector> {
        return std::make_unique<LofDetector>(LofDetector::load(in));
      }};
  return info;
}

}  // namespace netstray
