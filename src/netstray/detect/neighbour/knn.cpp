#include "netstray/detect/neighbour/knn.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/detect/fit_support.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostNeighbours = 1000;
constexpr std::uint64_t kMostRows = 1ULL << 31;
constexpr std::array<std::string_view, 2> kDistances{"kth", "mean"};

constexpr std::array kSettings{
    SettingInfo{"k", "5", "1 to 1000", "How many neighbours.", "pyod; scikit-learn"},
    SettingInfo{"distance", "kth", "kth or mean",
                "The distance to the k-th neighbour, or the mean of the distances to all k.",
                "Ramaswamy, Rastogi, Shim 2000"},
    SettingInfo{"rows", "0", "0 to 2147483648", "Keeps at most so many training rows, drawn at random; 0: all.",
                "netstray"}};

std::unique_ptr<Detector> fit_knn(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  context.begin("distinct rows");
  KnnSettings settings;
  settings.k = static_cast<std::uint32_t>(values.whole("k", 1, kMostNeighbours));
  settings.distance =
      values.choice("distance", kDistances) == "mean" ? KnnSettings::Distance::mean : KnnSettings::Distance::kth;
  settings.rows = values.whole("rows", 0, kMostRows);
  return std::make_unique<KnnDetector>(KnnDetector::fit(matrix, settings, context));
}

}  // namespace

KnnDetector KnnDetector::fit(const Matrix& matrix, const KnnSettings& settings, const FitContext& context) {
  if (settings.k < 1 || settings.k > kMostNeighbours) {
    throw usage_error(
        fmt::format("knn: k: found {}, expected a whole number from 1 to {}", settings.k, kMostNeighbours));
  }
  expect_fit_for_learning(matrix, "knn", kMostColumns);
  const TrainingRows rows("knn", matrix, settings.rows, context);
  KnnDetector detector;
  detector.settings_ = settings;
  detector.k_ = std::min<std::size_t>(settings.k, rows.matrix().rows());
  if (detector.k_ < settings.k) {
    add_note(context, fmt::format("knn: k is {}, as there are no more training rows ({} were asked for)", detector.k_,
                                  settings.k));
  }
  detector.neighbours_ = Neighbours(rows.matrix(), detector.k_);
  return detector;
}

void KnnDetector::score(const Matrix& matrix, std::span<double> scores) const {
  neighbours_.shape().expect(matrix, "knn");
  score_distinct_rows(matrix, scores, [&](std::span<const float> rows, std::span<double> found) {
    neighbours_.find(rows, k_, [&](std::size_t row, std::span<const Neighbours::Near> near) {
      if (settings_.distance == KnnSettings::Distance::kth) {
        found[row] = std::sqrt(near.back().squared);
        return;
      }
      double sum = 0;
      for (const auto& each : near) sum += each.copies * std::sqrt(each.squared);
      found[row] = sum / static_cast<double>(k_);
    });
  });
}

void KnnDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  neighbours_.shape().expect(matrix, "knn");
  std::vector<float> query(packed_width(neighbours_.shape()));
  pack_row(matrix, row, query);
  neighbours_.explain(query, k_, parts);
}

void KnnDetector::save(ByteWriter& out) const {
  out.put(settings_.k);
  out.put<std::uint8_t>(settings_.distance == KnnSettings::Distance::mean ? 1 : 0);
  out.put(settings_.rows);
  neighbours_.save(out);
}

KnnDetector KnnDetector::load(ByteReader& in) {
  KnnDetector detector;
  detector.settings_.k = in.get<std::uint32_t>();
  const auto distance = in.get<std::uint8_t>();
  detector.settings_.rows = in.get<std::uint64_t>();
  if (detector.settings_.k < 1 || detector.settings_.k > kMostNeighbours || distance > 1) {
    in.fail("a setting of knn is out of range");
  }
  detector.settings_.distance = distance == 1 ? KnnSettings::Distance::mean : KnnSettings::Distance::kth;
  detector.neighbours_ = Neighbours::load(in, detector.settings_.k);
  detector.k_ = static_cast<std::size_t>(std::min<std::uint64_t>(detector.settings_.k, detector.neighbours_.rows()));
  return detector;
}

const DetectorInfo& knn_info() {
  static const DetectorInfo info{
      .name = "knn",
      .title = "Nearest neighbours",
      .summary = "distance to the k-th nearest training row",
      .how = "The distance of a row to its k-th nearest training row: what is far from all that was seen is unusual.",
      .good_for = "Normal traffic of many kinds, whatever their shape, and training rows that can be trusted.",
      .not_for =
          "Training rows with anomalies that repeat, for these become each other's neighbours, and traffic whose kinds "
          "differ in density (use lof).",
      .source = "Ramaswamy, Rastogi, Shim 2000; pyod's KNN",
      .encoding = "standardise",
      .settings = kSettings,
      .fit = fit_knn,
      .load = [](ByteReader& in) -> std::unique_ptr<Detector> {
        return std::make_unique<KnnDetector>(KnnDetector::load(in));
      }};
  return info;
}

}  // namespace netstray
