#pragma once

#include <memory>

#include "netstray/detect/detector.h"
#include "netstray/maths/quadratic_form.h"

namespace netstray {

struct DetectorInfo;
struct FitContext;

/// Settings of the Mahalanobis distance.
struct MahalanobisSettings {
  /// 0 to 1e6, added to each variance. .001 lets a column that never varied, or a category never seen, add at most
  /// 1,000 times its squared departure. Measured on NSL-KDD and KDD99; 0 is scikit-learn's.
  double ridge = 1e-3;
  bool log = true;  ///< the score is ln of the squared distance, else the squared distance itself
};

/// Squared Mahalanobis distance (1936): how far a row lies from the mean of all, in units of their covariance, so that
/// an unusual combination of ordinary values counts too. One Gaussian, no random numbers, one pass. The covariance is
/// scikit-learn's EmpiricalCovariance with a ridge on its diagonal; where it is singular even so the ridge is raised
/// and a note says it.
class Mahalanobis final : public Detector {
 public:
  /// Fits on all rows. Throws Error for no rows, a value that is not finite or over 2,048 columns. Costs
  /// rows * numbers^2 / 2 + columns^3.
  static Mahalanobis fit(const Matrix& matrix, const MahalanobisSettings& settings, const FitContext& context);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static Mahalanobis load(ByteReader& in);

  std::string_view name() const noexcept override { return "mahalanobis"; }
  std::size_t columns() const noexcept override { return shape_.columns(); }
  /// Never below ln 1e-12 with `log`. Throws Error where the matrix has other columns than the one it was fitted on.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Each column's share of the squared distance: z_j (P z)_j with the precision P; they add up to it.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  Mahalanobis(MatrixShape shape, bool log, QuadraticForm form);

  MatrixShape shape_;
  bool log_;
  QuadraticForm form_;
};

/// How it is listed and reached by name.
const DetectorInfo& mahalanobis_info();

}  // namespace netstray
