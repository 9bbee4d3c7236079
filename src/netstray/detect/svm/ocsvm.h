#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/registry.h"
#include "netstray/detect/svm/row_kernel.h"

namespace netstray {

/// Settings of the one-class SVM; defaults as in scikit-learn, but for nu: its .5 leaves half of the training rows
/// outside.
struct OcsvmSettings {
  enum class Gamma { scale, automatic, number };
  double nu =
      0.05;  ///< (0, 1]: at most this share of the training rows lies outside, at least this share are support vectors
  RowKernel::Kind kernel = RowKernel::Kind::rbf;
  Gamma gamma = Gamma::scale;           ///< rbf: 1 / (columns * variance of all values), 1 / columns, or gamma_number
  double gamma_number = 1;              ///< [1e-30, 1e30]
  double tolerance = 1e-3;              ///< [1e-9, .1]: stopping rule, as libsvm's
  std::uint32_t cache_megabytes = 200;  ///< 1 to 65,536: kernel rows kept while learning
  std::uint64_t exact_rows = 20'000;    ///< up to so many distinct training rows the exact solution; 0: never
  std::uint32_t landmarks = 300;        ///< 2 to 5,000: rows that stand for all in the approximate solution
  std::uint64_t rows = 0;               ///< training rows at most, drawn with the seed; 0: all
};

/// One-class support vector machine (Schoelkopf, Platt, Shawe-Taylor, Smola, Williamson 2001): the smallest region, in
/// the kernel's space, that holds all but a share nu of the training rows. Score = -(decision value), in libsvm's
/// scale: above 0 outside, below 0 inside.
///
/// Exact solution: libsvm's, to the same stopping rule (from a better start); equal rows are solved as one with a
/// higher bound. With more distinct rows than `exact_rows` an approximate one: with the RBF kernel, likenesses to
/// `landmarks` random rows (Nystroem) and a linear machine on them, learned from 100,000 rows at most; with the linear
/// kernel the same linear machine on the columns themselves. The notes say so. Squared distances and likenesses are
/// f32, sums f64.
class OcsvmDetector final : public Detector {
 public:
  /// Throws Error where there are no rows or columns, a value is not finite or a setting is out of range.
  static OcsvmDetector fit(const Matrix& matrix, const OcsvmSettings& settings, const FitContext& context = {});
  static OcsvmDetector load(ByteReader& in);

  std::string_view name() const noexcept override { return "ocsvm"; }
  std::size_t columns() const noexcept override { return shape_.columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns. O(rows * support vectors * columns).
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// RBF: gamma times the squared difference to the support vectors, each counted by its part in the likeness, so
  /// mostly to the nearest. Linear: how far the column pulls the decision down, against the training rows' mean.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  /// Support vectors (or landmarks); 0 with the linear kernel, which needs none.
  std::size_t support_vectors() const noexcept { return points_.size(); }
  double gamma() const noexcept { return kernel_.gamma; }

 private:
  struct Rows;
  void learn_exactly(const Rows& rows, const OcsvmSettings& settings, const FitContext& context);
  void learn_approximately(const Rows& rows, const OcsvmSettings& settings, const FitContext& context);
  void approximate_rbf(const Rows& rows, const OcsvmSettings& settings, const FitContext& context);
  void approximate_linear(const Rows& rows, const OcsvmSettings& settings, const FitContext& context);
  void keep_support(std::span<const float> packed_rows, std::span<const double> coefficients);
  void keep_weights(std::span<const float> packed_rows, std::span<const double> coefficients);
  void score_linear(const Matrix& matrix, std::span<double> scores) const;
  void explain_rbf(std::span<const float> packed_row, std::span<double> parts) const;

  MatrixShape shape_;
  RowKernel kernel_;
  double rho_ = 0;
  PointPanels points_;                ///< rbf
  std::vector<double> coefficients_;  ///< rbf: per point, padded
  std::vector<double> weights_;       ///< linear: per dense column
  std::vector<double> means_;         ///< linear: of the training rows, per dense column
};

const DetectorInfo& ocsvm_info();

}  // namespace netstray
