#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/dense.h"

namespace netstray {

/// Settings of the histogram score; defaults as in pyod.
struct HbosSettings {
  std::uint32_t bins = 10;  ///< 2 to 10,000 bins of equal width per column
  double alpha = 0.1;       ///< [1e-9, 1]: added to each density, so that an empty bin has a finite score
  double tolerance = 0.5;   ///< [0, 1]: a value so many bin widths outside the histogram still counts to its last bin
};

/// Histogram-based outlier score (Goldstein, Dengel 2012), as pyod's HBOS computes it: a row is as unusual as its
/// values are rare, column by column. Score = - sum over the dense columns of log2(density of the value's bin + alpha).
/// A value further outside the histogram than `tolerance` gets the most unusual score of its column's bins; a constant
/// column has bins over [value - .5, value + .5].
///
/// It differs from pyod in one thing: a value on an edge between two bins counts to the upper one in learning and in
/// scoring. pyod counts it to the upper one and then looks it up in the lower one, so that a constant column's own
/// value lies in an empty bin.
class HbosDetector final : public Detector {
 public:
  /// Throws Error where there are no rows or columns or a value is not finite. O(rows * columns).
  static HbosDetector fit(const Matrix& matrix, const HbosSettings& settings);
  static HbosDetector load(ByteReader& in);

  std::string_view name() const noexcept override { return "hbos"; }
  std::size_t columns() const noexcept override { return shape_.columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Per column: how much rarer the value's bin is than the bins of the training rows are on average; for a value
  /// outside the histogram log2(1 + bin widths outside) more, which the score does not count.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  /// One dense column's histogram over [low, high].
  struct Histogram {
    double low = 0;
    double high = 0;
    std::vector<std::uint32_t> counts;
    // Made from the above:
    std::vector<double> edges;
    std::vector<double> unusual;  ///< per bin: -log2(density + alpha)
    double most_unusual = 0;
    double usual = 0;  ///< mean over the training rows
  };

  void learn(Histogram& histogram, std::span<const float> values) const;
  void learn_code(Histogram& histogram, std::uint32_t with, std::uint32_t without) const;
  void prepare(Histogram& histogram) const;
  void prepare_groups();
  double unusual(const Histogram& histogram, double value) const noexcept;

  HbosSettings settings_;
  MatrixShape shape_;
  std::vector<Histogram> histograms_;              ///< per dense column
  std::vector<std::vector<double>> code_unusual_;  ///< per group and code: sum over the group's columns
};

const DetectorInfo& hbos_info();

}  // namespace netstray
