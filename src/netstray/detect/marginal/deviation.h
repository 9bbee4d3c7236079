#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/dense.h"

namespace netstray {

/// Settings of the two detectors that look at each column's deviation.
struct DeviationSettings {
  enum class Kind { zscore, mad };
  enum class Join { max, rms };
  Kind kind = Kind::zscore;
  Join join = Join::max;  ///< the greatest deviation of a row's columns, or the root of their mean square
  double constant =
      10;  ///< [0, 1e6]: deviation of another value in a column that was constant in training; 0 leaves it out
};

/// How far each value of a row lies from the middle of its column, in the column's own spread:
/// - zscore: |x - mean| / standard deviation (population), as the textbooks have it;
/// - mad: .6745 |x - median| / MAD, the modified z-score of Iglewicz and Hoaglin 1993 (usual cut: 3.5), which training
/// rows
///   that are themselves unusual hardly move. Where more than half of a column's values are equal its MAD is 0; then,
///   as they propose, |x - median| / (1.253314 times the mean absolute deviation from the median).
/// Where that is 0 too, or the standard deviation is, the column was constant: its own value deviates by 0, any other
/// by `constant`. One-hot columns count like all dense columns: with zscore, a code seen in a share p of the rows
/// deviates by sqrt((1 - p) / p).
class DeviationDetector final : public Detector {
 public:
  /// Throws Error where there are no rows or columns or a value is not finite. Notes tell how many columns were
  /// constant or had MAD 0. O(rows * columns).
  static DeviationDetector fit(const Matrix& matrix, const DeviationSettings& settings, const FitContext& context = {});
  static DeviationDetector load(ByteReader& in, DeviationSettings::Kind kind);

  /// "zscore" or "mad".
  std::string_view name() const noexcept override;
  std::size_t columns() const noexcept override { return shape_.columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Each column's deviation.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  void learn(std::size_t column, std::span<const float> values);
  void learn_code(std::size_t column, std::uint64_t with, std::uint64_t rows);
  void note_columns(const FitContext& context, std::size_t flat) const;
  void prepare_groups();
  double deviation(std::size_t column, double value) const noexcept;
  double joined(double so_far, double deviation) const noexcept;

  DeviationSettings settings_;
  MatrixShape shape_;
  std::vector<double> middle_;                       ///< per dense column: mean or median
  std::vector<double> spread_;                       ///< per dense column: what counts as a deviation of 1; 0: constant
  std::vector<std::vector<double>> code_deviation_;  ///< per group and code: its columns joined
};

const DetectorInfo& zscore_info();
const DetectorInfo& mad_info();

}  // namespace netstray
