#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "netstray/detect/detector.h"
#include "netstray/detect/neighbour/neighbours.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// Settings of the nearest-neighbour distance.
struct KnnSettings {
  enum class Distance { kth, mean };
  std::uint32_t k = 5;  ///< 1 to 1,000 neighbours; as in pyod and scikit-learn
  Distance distance =
      Distance::kth;       ///< to the k-th (Ramaswamy et al. 2000), or the mean of all k (Angiulli, Pizzuti 2002)
  std::uint64_t rows = 0;  ///< training rows at most, drawn with the seed; 0: all
};

/// Distance to the nearest training rows (Ramaswamy, Rastogi, Shim 2000): far from all that was seen is unusual. Score
/// = Euclidean distance, in the encoded columns, to the k-th nearest training row, or the mean of the k distances.
/// Exact. A scored row is never taken for a training row: one that stood in training finds itself, at distance 0.
///
/// Equal training rows are kept once with their count, and counted as so many neighbours; equal rows to score are
/// looked up once. Squared distances are f32 sums, so distances are good to about 1e-6 of themselves.
class KnnDetector final : public Detector {
 public:
  /// Throws Error where there are no rows or columns or a value is not finite. With fewer rows than k, k becomes that
  /// number and a note says so.
  static KnnDetector fit(const Matrix& matrix, const KnnSettings& settings, const FitContext& context = {});
  static KnnDetector load(ByteReader& in);

  std::string_view name() const noexcept override { return "knn"; }
  std::size_t columns() const noexcept override { return neighbours_.shape().columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Mean squared difference to the k nearest training rows, per column.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  KnnSettings settings_;
  std::size_t k_ = 0;  ///< in force: not more than there are rows
  Neighbours neighbours_;
};

const DetectorInfo& knn_info();

}  // namespace netstray
