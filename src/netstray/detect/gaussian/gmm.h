#pragma once

#include <memory>

#include "netstray/detect/detector.h"
#include "netstray/detect/gaussian/mixture.h"

namespace netstray {

struct DetectorInfo;
struct FitContext;

/// Settings of the Gaussian mixture; defaults as scikit-learn's where the comment names no other source.
struct GmmSettings {
  std::size_t components = 8;       ///< 1 to 1,000; with `most_components` the least that is tried
  std::size_t most_components = 0;  ///< 0, or: each count up to this is tried, and the one with the least BIC taken
  bool full = true;                 ///< full covariances, else diagonal
  bool kmeans_start = true;         ///< k-means to its end, else k-means++ centres and one step
  std::size_t starts = 1;           ///< 1 to 1,000; the one with the greatest likelihood wins
  double ridge = 1e-3;              ///< 0 to 1e6, added to each variance (reg_covar)
  /// 0 to .99: how far each component's covariance is drawn to the pooled one of all, those of few rows most. Not in
  /// scikit-learn; Friedman 1989 for discriminant analysis.
  double shrink = 0;
  double tolerance = 1e-3;            ///< 0 to 1e6: change of the mean log likelihood at which EM stops
  std::size_t most_iterations = 100;  ///< 1 to 100,000
  std::size_t rows = 0;               ///< EM sees at most so many rows, drawn at random; 0: all
  std::uint64_t seed = 0;
};

/// Gaussian mixture: normal traffic as several kinds, each with a mean, a covariance and a share. The score is the
/// negative log likelihood of a row.
class Gmm final : public Detector {
 public:
  /// Throws Error for no rows, a value that is not finite, more components than rows, or components * columns^2 over
  /// 2^25 (full). Fewer distinct rows than components, singular covariances, columns that never vary, components
  /// without rows and a run that did not converge are told in the notes.
  static Gmm fit(const Matrix& matrix, const GmmSettings& settings, const FitContext& context);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static Gmm load(ByteReader& in);

  std::string_view name() const noexcept override { return "gmm"; }
  std::size_t columns() const noexcept override { return mixture_.shape().columns(); }
  /// Throws Error where the matrix has other columns than the one it was fitted on.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Of the component that the row most likely belongs to, each column's share of the squared Mahalanobis distance.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  const Mixture& mixture() const noexcept { return mixture_; }
  /// Free numbers: means, covariances and weights.
  double parameters() const noexcept;
  /// Bayesian (Schwarz 1978) and Akaike's (1974) information criterion over these rows: less is better.
  double bic(const Matrix& matrix) const;
  double aic(const Matrix& matrix) const;

 private:
  explicit Gmm(Mixture mixture) : mixture_(std::move(mixture)) {}

  Mixture mixture_;
};

/// How it is listed and reached by name.
const DetectorInfo& gmm_info();

}  // namespace netstray
