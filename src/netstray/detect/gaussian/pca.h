#pragma once

#include <memory>

#include "netstray/detect/detector.h"
#include "netstray/maths/quadratic_form.h"

namespace netstray {

struct DetectorInfo;
struct FitContext;

/// Settings of the PCA residual.
struct PcaSettings {
  double share = 0.95;         ///< (0, 1]: as many components are kept as it takes to hold this share of the variance
  std::size_t components = 0;  ///< 1 to 2,048: exactly so many are kept; 0: `share` decides
};

/// Residual of a projection on principal components (Jackson, Mudholkar 1979; Lakhina, Crovella, Diot 2004 on network
/// traffic): the columns' usual correlations span a subspace, and the score is a row's Euclidean distance from it: that
/// of the row from its reconstruction, as with scikit-learn's PCA. At least one direction is always left out, or there
/// would be no residual; a note says so.
class Pca final : public Detector {
 public:
  /// Fits on all rows. Throws Error for no rows, a value that is not finite, over 2,048 columns, or as many components
  /// as columns. Costs rows * numbers^2 / 2 + 10 columns^3.
  static Pca fit(const Matrix& matrix, const PcaSettings& settings, const FitContext& context);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static Pca load(ByteReader& in);

  std::string_view name() const noexcept override { return "pca"; }
  std::size_t columns() const noexcept override { return shape_.columns(); }
  std::size_t components() const noexcept { return shape_.columns() - form_.outputs(); }

  /// Throws Error where the matrix has other columns than the one it was fitted on.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// |z_j| |r_j| / sqrt(M_jj) for the row less the mean z, its residual r = M z and the projection M on the components
  /// left out: how far the column is from its mean, times the greatest step by which changing it alone could shorten
  /// the residual (the root of its reconstruction-based contribution: Alcala, Qin 2009). The second alone names a
  /// single column that was changed, but smears several over all columns where nearly all components are kept.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  Pca(MatrixShape shape, QuadraticForm form);

  MatrixShape shape_;
  QuadraticForm form_;            ///< of the components left out
  std::vector<double> left_out_;  ///< M_jj: of a step in each column, how much lies among them
};

/// How it is listed and reached by name.
const DetectorInfo& pca_info();

}  // namespace netstray
