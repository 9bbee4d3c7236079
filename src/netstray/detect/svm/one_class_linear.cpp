#include "netstray/detect/svm/one_class_linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/rng.h"
#include "netstray/maths/point_kernels.h"

namespace netstray {
namespace {

constexpr int kMostBounds = 40;       ///< values of C that are tried
constexpr int kMostRounds = 30;       ///< rounds over all rows for one of them
constexpr int kInnerRounds = 5;       ///< rounds over the rows that count, between two over all
constexpr double kShareExact = 2e-3;  ///< how close to nu the share must be, as a part of nu

class CoordinateDescent {
 public:
  explicit CoordinateDescent(const LinearOneClassProblem& problem)
      : problem_(problem),
        alpha_(problem.copies.size()),
        norms_(problem.copies.size()),
        weights_(problem.width),
        rng_(problem.seed) {
    for (std::size_t row = 0; row < norms_.size(); ++row) {
      const auto features = row_features(row);
      norms_[row] = std::inner_product(features.begin(), features.end(), features.begin(), 0.0, std::plus<>(),
                                       [](float a, float b) { return double{a} * double{b}; });
    }
    rows_ = std::accumulate(problem.copies.begin(), problem.copies.end(), 0.0);
  }

  /// The bound at which all alphas stand when nu = 1 and the mean row has margin 1 / nu: a good first guess.
  double first_bound() const {
    std::vector<double> mean(problem_.width);
    for (std::size_t row = 0; row < norms_.size(); ++row) add(row, problem_.copies[row] / rows_, mean);
    const double square = std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0);
    return square > 0 ? 1 / (problem_.nu * rows_ * square) : 1;
  }

  /// Solves for the bound C; the alphas' share of their bounds.
  double solve(double bound) {
    std::vector<std::uint32_t> all(alpha_.size());
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t row = 0; row < alpha_.size(); ++row) set(row, std::min(alpha_[row], bound * problem_.copies[row]));
    for (int round = 0; round < kMostRounds; ++round) {
      check_interrupt();
      std::vector<std::uint32_t> counting;
      if (run(all, bound, &counting) < problem_.tolerance) break;
      for (int inner = 0; inner < kInnerRounds; ++inner) {
        if (run(counting, bound, nullptr) < problem_.tolerance) break;
      }
    }
    return std::accumulate(alpha_.begin(), alpha_.end(), 0.0) / (bound * rows_);
  }

  /// All alphas by so much more: a start for another bound.
  void scale(double factor) {
    for (double& alpha : alpha_) alpha *= factor;
    for (double& weight : weights_) weight *= factor;
  }

  const std::vector<double>& weights() const noexcept { return weights_; }

 private:
  std::span<const float> row_features(std::size_t row) const noexcept {
    return problem_.features.subspan(row * problem_.width, problem_.width);
  }
  void add(std::size_t row, double factor, std::vector<double>& to) const noexcept {
    const float* features = row_features(row).data();
    for (std::size_t i = 0; i < problem_.width; ++i) to[i] += factor * features[i];
  }
  void set(std::size_t row, double alpha) noexcept {
    if (alpha == alpha_[row]) return;
    add(row, alpha - alpha_[row], weights_);
    alpha_[row] = alpha;
  }

  /// One round in random order; the greatest violation met. `counting` gets the rows that are not safely at a bound.
  double run(std::vector<std::uint32_t>& order, double bound, std::vector<std::uint32_t>* counting) {
    rng_.shuffle(order);
    double worst = 0;
    for (const std::uint32_t row : order) {
      if (norms_[row] <= 0) continue;
      const double excess = weighted_sum(weights_.data(), row_features(row).data(), problem_.width) - 1;
      const double most = bound * problem_.copies[row];
      const bool empty = alpha_[row] <= 0;
      const bool full = alpha_[row] >= most;
      if ((empty && excess >= 0) || (full && excess <= 0)) continue;
      if (counting != nullptr) counting->push_back(row);
      worst = std::max(worst, std::abs(excess));
      set(row, std::clamp(alpha_[row] - excess / norms_[row], 0.0, most));
    }
    return worst;
  }

  const LinearOneClassProblem& problem_;
  std::vector<double> alpha_;
  std::vector<double> norms_;
  std::vector<double> weights_;
  double rows_ = 0;
  Rng rng_;
};

}  // namespace

LinearOneClassSolution solve_linear_one_class(const LinearOneClassProblem& problem,
                                              const std::function<void(std::uint64_t, double)>& progress) {
  CoordinateDescent descent(problem);
  double bound = descent.first_bound();
  const double first = bound;
  double low = 0;   // bounds with too great a share
  double high = 0;  // bounds with too small a share
  constexpr double kFarthest = 1e9;
  LinearOneClassSolution solution;
  for (int tried = 0; tried < kMostBounds; ++tried) {
    const double share = descent.solve(bound);
    if (progress) progress(static_cast<std::uint64_t>(1000 * (tried + 1) / kMostBounds), share);
    if (std::abs(share - problem.nu) <= kShareExact * problem.nu) break;
    (share > problem.nu ? low : high) = bound;
    double next = high > 0 && low > 0 ? std::sqrt(low * high) : (share > problem.nu ? 4 * bound : bound / 4);
    if (high > 0 && low > 0 && high / low < 1 + kShareExact) break;
    if (next > kFarthest * first) {
      solution.separates = false;
      break;
    }
    descent.scale(next / bound);
    bound = next;
  }
  solution.weights = descent.weights();
  for (double& weight : solution.weights) weight = solution.separates ? weight / bound : 0;
  solution.rho = solution.separates ? 1 / bound : 0;
  return solution;
}

}  // namespace netstray
