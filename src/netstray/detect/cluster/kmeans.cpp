#include "netstray/detect/cluster/kmeans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/registry.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = std::size_t{1} << 20;
constexpr std::size_t kMostClusters = 10'000;
constexpr std::size_t kMostNumbers = std::size_t{1} << 27;  // clusters * columns
constexpr std::size_t kPieceRows = 32 * kBlockRows;
/// The least unit of a scaled distance, as a share of the mean distance of all training rows.
constexpr double kLeastUnit = 1e-3;
constexpr double kMostCentre = 1e39;  // any float

constexpr std::array kSettings{
    SettingInfo{"clusters", "8", "1 to 10000", "How many centres.", "scikit-learn"},
    SettingInfo{"n_init", "1", "1 to 1000", "Starts by k-means++; the one with the least inertia is kept.",
                "scikit-learn (auto)"},
    SettingInfo{"max_iter", "300", "1 to 100000", "Iterations at most.", "Lloyd 1982; scikit-learn"},
    SettingInfo{"tol", "0.0001", "0 to 1", "Stops when the centres move less, in shares of the mean variance.",
                "scikit-learn"},
    SettingInfo{
        "scale", "none", "none, cluster-mean or all-mean",
        "Divides a distance by the mean distance in its cluster, or by the cluster's sum over the count of all rows.",
        "netstray; all-mean is the reference notebook's rule"},
};
constexpr std::array<std::string_view, 3> kScales{"none", "cluster-mean", "all-mean"};

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  KMeansSettings settings;
  settings.clusters = values.whole("clusters", 1, kMostClusters);
  settings.starts = values.whole("n_init", 1, 1000);
  settings.most_iterations = values.whole("max_iter", 1, 100'000);
  settings.tolerance = values.real("tol", 0, 1);
  const std::string scale = values.choice("scale", kScales);
  settings.scale = static_cast<KMeansSettings::Scale>(std::ranges::find(kScales, scale) - kScales.begin());
  settings.seed = context.seed;
  return std::make_unique<KMeans>(KMeans::fit(matrix, settings, context));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) { return std::make_unique<KMeans>(KMeans::load(in)); }

void tell(const KMeansSettings& settings, const Clustering& found, std::size_t clusters, const FitContext& context) {
  if (context.notes == nullptr) return;
  if (clusters < settings.clusters) {
    context.notes->push_back(
        fmt::format("kmeans: {} clusters instead of {}: there are no more distinct rows", clusters, settings.clusters));
  }
  if (!found.converged) {
    context.notes->push_back(
        fmt::format("kmeans: stopped after {} iterations while the centres still moved", found.iterations));
  }
}

}  // namespace

KMeans::KMeans(Centres centres, KMeansSettings::Scale scale) : centres_(std::move(centres)), scale_(scale) {}

KMeans KMeans::fit(const Matrix& matrix, const KMeansSettings& settings, const FitContext& context) {
  expect_fit_for_learning(matrix, "kmeans", kMostColumns);
  if (settings.clusters < 1 || settings.clusters > matrix.rows()) {
    throw Error(fmt::format("kmeans: {} clusters of {} rows; at least one and at most one a row are possible",
                            settings.clusters, matrix.rows()));
  }
  if (settings.clusters * matrix.columns() > kMostNumbers) {
    throw Error(fmt::format("kmeans: {} clusters of {} columns are more than it can hold", settings.clusters,
                            matrix.columns()));
  }
  ClusteringSettings wanted{settings.clusters,  settings.starts, settings.most_iterations,
                            settings.tolerance, settings.seed,   {}};
  if (context.progress) {
    wanted.progress = [&](std::size_t start, std::size_t iteration) {
      context.progress(start, settings.starts, fmt::format("start {}, iteration {}", start + 1, iteration));
    };
  }
  Clustering found = cluster(matrix, wanted);
  KMeans kmeans(Centres(MatrixShape(matrix), std::move(found.centres)), settings.scale);
  const std::size_t clusters = kmeans.centres_.size();
  tell(settings, found, clusters, context);
  kmeans.measure_distances(matrix);
  kmeans.inertia_ = found.inertia;
  return kmeans;
}

void KMeans::measure_distances(const Matrix& matrix) {
  if (matrix.rows() == 0) throw Error("kmeans: there is no row to measure distances on");
  std::vector<std::uint32_t> clusters(matrix.rows());
  std::vector<double> distances(matrix.rows());
  assign(matrix, clusters, distances);
  rows_.assign(centres_.size(), 0);
  means_.assign(centres_.size(), 0);
  inertia_ = 0;
  for (std::size_t row = 0; row < distances.size(); ++row) {
    ++rows_[clusters[row]];
    means_[clusters[row]] += distances[row];
    inertia_ += distances[row] * distances[row];
  }
  for (std::size_t c = 0; c < means_.size(); ++c) {
    if (rows_[c] > 0) means_[c] /= static_cast<double>(rows_[c]);
  }
  prepare();
}

/// The units of the distances. A cluster whose rows are all alike gets a small one, so that no score is infinite.
void KMeans::prepare() {
  units_.assign(means_.size(), 1.0);
  if (scale_ == KMeansSettings::Scale::none) return;
  double rows = 0;
  double sum = 0;
  for (std::size_t c = 0; c < means_.size(); ++c) {
    rows += static_cast<double>(rows_[c]);
    sum += static_cast<double>(rows_[c]) * means_[c];
  }
  const double least = sum > 0 ? kLeastUnit * sum / rows : 1;
  for (std::size_t c = 0; c < means_.size(); ++c) {
    const double share = scale_ == KMeansSettings::Scale::all_mean ? static_cast<double>(rows_[c]) / rows : 1;
    units_[c] = std::max(means_[c] * share, least);
  }
}

void KMeans::assign(const Matrix& matrix, std::span<std::uint32_t> clusters, std::span<double> distances) const {
  centres_.shape().expect(matrix, "kmeans");
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    Centres::Scratch scratch(centres_);
    PackedRows packed(matrix, piece_begin, piece_begin);
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
      const std::size_t end = std::min(piece_end, begin + kBlockRows);
      packed.pack(matrix, begin, end);
      centres_.nearest(matrix, packed.block(0), begin, end, scratch);
      for (std::size_t row = begin; row < end; ++row) {
        clusters[row] = scratch.which()[row - begin];
        distances[row] = std::sqrt(centres_.exact(matrix, packed.block(0), row - begin, row, clusters[row]));
      }
    }
  });
}

void KMeans::score(const Matrix& matrix, std::span<double> scores) const {
  std::vector<std::uint32_t> clusters(matrix.rows());
  assign(matrix, clusters, scores);
  for (std::size_t row = 0; row < scores.size(); ++row) scores[row] = finite_score(scores[row] / units_[clusters[row]]);
}

void KMeans::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  centres_.shape().expect(matrix, "kmeans");
  Centres::Scratch scratch(centres_);
  const PackedRows packed(matrix, row, row + 1);
  centres_.nearest(matrix, packed.block(0), row, row + 1, scratch);
  std::vector<float> dense(columns());
  matrix.dense_row(row, dense);
  const auto centre = centres_.centre(scratch.which()[0]);
  for (std::size_t j = 0; j < parts.size(); ++j) {
    const double away = static_cast<double>(dense[j]) - centre[j];
    parts[j] = away * away;
  }
}

void KMeans::save(ByteWriter& out) const {
  centres_.shape().save(out);
  out.put<std::uint8_t>(static_cast<std::uint8_t>(scale_));
  out.put(inertia_);
  out.put_vector(rows_);
  out.put_vector(means_);
  out.put_vector(std::vector<double>(centres_.dense().begin(), centres_.dense().end()));
}

KMeans KMeans::load(ByteReader& in) {
  MatrixShape shape = MatrixShape::load(in, kMostColumns);
  const auto scale = in.get<std::uint8_t>();
  const auto inertia = in.get<double>();
  auto rows = in.get_vector<std::uint64_t>();
  auto means = in.get_vector<double>();
  auto centres = in.get_vector<double>();
  const std::size_t clusters = rows.size();
  if (scale >= kScales.size() || clusters == 0 || clusters > kMostClusters || means.size() != clusters ||
      centres.size() != clusters * shape.columns()) {
    in.fail("the parts of k-means do not fit together");
  }
  const auto within = [](double least, double most) {
    return [=](double number) { return number >= least && number <= most; };
  };
  const bool valid = std::ranges::all_of(centres, within(-kMostCentre, kMostCentre)) &&
                     std::ranges::all_of(means, within(0, 1e50)) && within(0, 1e100)(inertia) &&
                     std::ranges::all_of(rows, [](std::uint64_t count) { return count <= 0xffffffffU; }) &&
                     std::ranges::any_of(rows, [](std::uint64_t count) { return count > 0; });
  if (!valid) in.fail("a number of k-means is out of range");
  KMeans kmeans(Centres(std::move(shape), std::move(centres)), static_cast<KMeansSettings::Scale>(scale));
  kmeans.inertia_ = inertia;
  kmeans.rows_ = std::move(rows);
  kmeans.means_ = std::move(means);
  kmeans.prepare();
  return kmeans;
}

const DetectorInfo& kmeans_info() {
  static constexpr DetectorInfo kInfo{
      .name = "kmeans",
      .title = "k-means distance",
      .summary = "distance to the nearest of k centres",
      .how =
          "The training rows are gathered round k centres; the score of a row is its distance to the nearest of them.",
      .good_for = "Traffic that falls into a number of clear kinds; it is quick on many rows.",
      .not_for = "Kinds of very different spread (use gmm), and columns on different scales.",
      .source = "Lloyd 1982; Arthur, Vassilvitskii 2007; scikit-learn's KMeans",
      .encoding = "rank",
      .settings = kSettings,
      .fit = fit_from_settings,
      .load = load_from_bytes};
  return kInfo;
}

}  // namespace netstray
