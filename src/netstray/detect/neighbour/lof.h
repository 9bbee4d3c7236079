#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/neighbour/neighbours.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// Settings of the local outlier factor.
struct LofSettings {
  std::uint32_t k = 20;    ///< 1 to 1,000 neighbours; scikit-learn's default, and in the paper's range of 10 to 50
  std::uint64_t rows = 0;  ///< training rows at most, drawn with the seed; 0: all
};

/// Local outlier factor (Breunig, Kriegel, Ng, Sander 2000), as scikit-learn's LocalOutlierFactor(novelty=True): how
/// much thinner a row's surroundings are than those of its k nearest training rows. About 1 for ordinary rows. A scored
/// row is never taken for a training row; in the fit, each training row's neighbours are the others.
///
/// Densities are 1 / (mean reachability distance + 1e-10), so that they stay finite where k or more rows are equal: the
/// density there is 1e10, and what lies beside such a heap scores up to 1e10 times its distance. That is scikit-learn's
/// rule, kept as it is: with many repeated rows the factor separates copies from all else, and k should be more than
/// the usual number of copies. Equal rows are kept once with their count; the results are those of all rows.
///
/// Fit: every distinct row is looked up once; takes about 8 (k + 1) bytes per distinct row besides the rows.
class LofDetector final : public Detector {
 public:
  /// Throws Error where there are fewer than two rows, no columns or a value is not finite. k becomes rows - 1 where
  /// there are not more, and a note says so.
  static LofDetector fit(const Matrix& matrix, const LofSettings& settings, const FitContext& context = {});
  static LofDetector load(ByteReader& in);

  std::string_view name() const noexcept override { return "lof"; }
  std::size_t columns() const noexcept override { return neighbours_.shape().columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Mean squared difference to the k nearest training rows, per column.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  void learn_densities(const FitContext& context);
  double density_of(std::span<const Neighbours::Near> near) const noexcept;

  LofSettings settings_;
  std::size_t k_ = 0;  ///< in force: less than there are rows
  Neighbours neighbours_;
  std::vector<double> reach_;    ///< per distinct training row: distance to its k-th neighbour
  std::vector<double> density_;  ///< per distinct training row: local reachability density
};

const DetectorInfo& lof_info();

}  // namespace netstray
