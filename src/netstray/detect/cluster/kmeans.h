#pragma once

#include <memory>
#include <vector>

#include "netstray/detect/cluster/clustering.h"
#include "netstray/detect/detector.h"

namespace netstray {

struct DetectorInfo;
struct FitContext;

/// Settings of k-means; defaults as scikit-learn's.
struct KMeansSettings {
  enum class Scale {
    none,          ///< the distance itself
    cluster_mean,  ///< divided by the mean distance of the training rows in the same cluster
    all_mean       ///< divided by (sum of the distances in the same cluster / number of all training rows)
  };
  std::size_t clusters = 8;           ///< 1 to 10,000
  std::size_t starts = 1;             ///< 1 to 1,000
  std::size_t most_iterations = 300;  ///< 1 to 100,000
  double tolerance = 1e-4;            ///< 0 to 1
  Scale scale = Scale::none;
  std::uint64_t seed = 0;
};

/// Distance to the nearest centre of k-means (Lloyd 1982; k-means++ starts): a row far from all the kinds of traffic
/// that were seen is unusual. With Scale::cluster_mean a cut of k is "k times the cluster's mean distance".
class KMeans final : public Detector {
 public:
  /// Throws Error for no rows, a value that is not finite or more clusters than rows. Where there are fewer distinct
  /// rows than clusters, there are fewer clusters and a note.
  static KMeans fit(const Matrix& matrix, const KMeansSettings& settings, const FitContext& context);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static KMeans load(ByteReader& in);

  std::string_view name() const noexcept override { return "kmeans"; }
  std::size_t columns() const noexcept override { return centres_.shape().columns(); }
  /// Throws Error where the matrix has other columns than the one it was fitted on.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Squared distance from the nearest centre along each column.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  /// Counts rows, mean distances and inertia anew, over these rows instead of those it was fitted on:
  /// Scale::cluster_mean and all_mean then divide by what these show. The reference notebook takes its units from the
  /// test rows so; scores that do are LEAKY. A cluster without a row has mean distance 0. Throws Error for no rows or
  /// other columns.
  void measure_distances(const Matrix& matrix);

  const Centres& centres() const noexcept { return centres_; }
  /// Of the training rows (or those of measure_distances): inertia, and for each cluster its rows and their mean
  /// distance to its centre.
  double inertia() const noexcept { return inertia_; }
  std::span<const std::uint64_t> cluster_rows() const noexcept { return rows_; }
  std::span<const double> mean_distances() const noexcept { return means_; }

  /// The nearest centre of each row, and the distance to it (never scaled).
  void assign(const Matrix& matrix, std::span<std::uint32_t> clusters, std::span<double> distances) const;

 private:
  KMeans(Centres centres, KMeansSettings::Scale scale);
  void prepare();

  Centres centres_;
  KMeansSettings::Scale scale_;
  double inertia_ = 0;
  std::vector<std::uint64_t> rows_;
  std::vector<double> means_;
  std::vector<double> units_;  ///< what a distance is divided by
};

/// How it is listed and reached by name.
const DetectorInfo& kmeans_info();

}  // namespace netstray
