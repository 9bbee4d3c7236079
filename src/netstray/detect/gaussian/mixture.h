#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/maths/quadratic_form.h"

namespace netstray {

/// One Gaussian of a mixture: ln(weight * density) = log_scale - q(x) / 2.
struct GaussianComponent {
  double weight;
  double log_scale;
  std::variant<QuadraticForm, DiagonalForm> form;

  std::span<const double> mean() const noexcept;
};

/// A mixture of Gaussians over the rows of a matrix. Const members are thread-safe.
class Mixture {
 public:
  Mixture(MatrixShape shape, std::vector<GaussianComponent> components);

  class Scratch {
   public:
    explicit Scratch(const Mixture& mixture);
    /// ln(weight * density) of row r under component c at logs()[c * kBlockRows + r], after log_densities().
    double* logs() noexcept { return logs_.data(); }

   private:
    friend class Mixture;
    QuadraticForm::Scratch form_;
    RowBlock block_;
    AlignedNumbers logs_;
  };

  const MatrixShape& shape() const noexcept { return shape_; }
  std::span<const GaussianComponent> components() const noexcept { return components_; }

  /// For rows [begin, end), at most kBlockRows, to scratch.logs(). Finite, whatever the rows hold.
  void log_densities(const Matrix& matrix, std::size_t begin, std::size_t end, Scratch& scratch) const;
  /// ln(density) of each row. Uses threads().
  void log_likelihoods(const Matrix& matrix, std::span<double> out) const;
  /// The squared distance of a row from the component that it most likely belongs to, shared out among the columns.
  void parts(const Matrix& matrix, std::size_t row, std::span<double> parts) const;

  void save(ByteWriter& out) const;
  /// Throws Error for damaged bytes; whatever they are, what it returns gives finite numbers.
  static Mixture load(ByteReader& in, std::size_t most_columns);

 private:
  MatrixShape shape_;
  std::vector<GaussianComponent> components_;
};

struct MixtureSettings {
  std::size_t components = 8;
  bool full = true;          ///< full covariances, else diagonal
  bool kmeans_start = true;  ///< k-means to its end, as scikit-learn; else the first k-means++ centres only
  std::size_t starts = 1;    ///< the one with the greatest likelihood wins
  double ridge = 1e-6;       ///< added to each variance
  /// [0, 1): how far each component's covariance is drawn to the pooled one of all (Friedman 1989):
  /// ((1 - shrink) n_c S_c + shrink n S) / ((1 - shrink) n_c + shrink n), so that components of few rows are drawn
  /// most.
  double shrink = 0;
  double tolerance = 1e-3;  ///< stops when the mean log likelihood of a row changes less
  std::size_t most_iterations = 100;
  std::uint64_t seed = 0;
  std::function<void(std::size_t start, std::size_t iteration, double mean_log_likelihood)> progress;  ///< may be empty
};

struct FittedMixture {
  Mixture mixture;
  double mean_log_likelihood = 0;  ///< of a row, before the last change of the components
  std::size_t iterations = 0;
  bool converged = false;
  std::size_t ridges_raised = 0;    ///< components whose covariance was singular in spite of the ridge, at the end
  std::size_t components_idle = 0;  ///< components that lost all rows, at the end
};

/// Expectation maximisation (Dempster, Laird, Rubin 1977) as scikit-learn's GaussianMixture: from k-means, until the
/// mean log likelihood hardly changes. Each pass reads the rows once, in blocks that stay in cache; sums are f64.
/// Shares of a row below 2^-52 count as nothing. A component that loses its rows stays where it was. Needs finite
/// numbers and at least one row; fewer components than asked where there are fewer distinct rows. Uses threads(), same
/// result for any number. A pass costs rows * components * numbers^2 multiply-adds (full).
FittedMixture fit_mixture(const Matrix& matrix, const MixtureSettings& settings);

}  // namespace netstray
