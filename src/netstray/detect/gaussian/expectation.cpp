#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/cluster/clustering.h"
#include "netstray/detect/gaussian/mixture.h"
#include "netstray/maths/moments.h"
#include "netstray/maths/symmetric.h"

namespace netstray {
namespace {

/// Rows whose shares are gathered before their moments are added: many blocks, so that each component's rows fill
/// blocks of their own, few enough to stay in cache.
constexpr std::size_t kChunkRows = 1024;
/// A component with less is left as it was.
constexpr double kLeastRows = 1e-3;
constexpr double kLeastVariance = 1e-30;

/// The rows of one chunk that have a share in one component.
struct Members {
  std::vector<std::uint32_t> rows;
  std::vector<double> shares;
};

/// A component of that mean and covariance. `raised` counts the covariances that needed a larger ridge.
/// `spread`: its covariance (full) or variance (diagonal).
GaussianComponent component_of(const MatrixShape& shape, const Moments& moments, std::vector<double> spread,
                               double total_weight, const MixtureSettings& settings, std::atomic<std::size_t>& raised) {
  const double weight = moments.weight() / total_weight;
  const auto columns = static_cast<double>(shape.columns());
  const double scale = std::log(weight) - 0.5 * columns * std::log(2 * std::numbers::pi);
  if (settings.full) {
    InverseFactor inverse = inverse_factor(spread, shape.columns(), settings.ridge);
    if (inverse.ridge != settings.ridge) ++raised;
    return {weight, scale - 0.5 * inverse.log_determinant,
            QuadraticForm(shape, moments.mean(), std::move(inverse.packed), shape.columns())};
  }
  std::vector<double> factors = std::move(spread);
  double log_determinant = 0;
  bool singular = false;
  for (double& factor : factors) {
    const double variance = std::max(factor + settings.ridge, kLeastVariance);
    singular = singular || factor + settings.ridge < kLeastVariance;
    log_determinant += std::log(variance);
    factor = 1 / variance;
  }
  if (singular) ++raised;
  return {weight, scale - 0.5 * log_determinant, DiagonalForm(shape, moments.mean(), std::move(factors))};
}

/// One run of expectation maximisation.
class EmRun {
 public:
  EmRun(const Matrix& matrix, const MixtureSettings& settings)
      : matrix_(matrix),
        shape_(matrix),
        settings_(settings),
        kind_(settings.full ? Moments::Kind::full : Moments::Kind::diagonal) {}

  FittedMixture run(std::size_t start) {
    Mixture mixture = first_mixture(start);
    double before = -std::numeric_limits<double>::infinity();
    double now = before;
    std::size_t iterations = 0;
    bool converged = mixture.components().size() == 1;  // its mean and covariance are exact already
    while (!converged && iterations < settings_.most_iterations) {
      now = expect(mixture) / static_cast<double>(matrix_.rows());
      mixture = maximise(&mixture);
      ++iterations;
      converged = std::fabs(now - before) < settings_.tolerance;
      before = now;
      if (settings_.progress) settings_.progress(start, iterations, now);
    }
    return {std::move(mixture), now, iterations, converged, raised_, idle_};
  }

 private:
  /// From one cluster a component.
  Mixture first_mixture(std::size_t start) {
    if (settings_.components == 1) {
      sums_.assign(1, moments_of(matrix_, kind_));
      return maximise(nullptr);
    }
    ClusteringSettings wanted;
    wanted.clusters = settings_.components;
    wanted.most_iterations = settings_.kmeans_start ? wanted.most_iterations : 1;
    wanted.seed = Rng::stream(settings_.seed, start).next();
    const Clustering found = cluster(matrix_, wanted);
    const std::size_t clusters = found.centres.size() / shape_.columns();
    std::vector<std::vector<double>> origins(clusters);
    for (std::size_t c = 0; c < clusters; ++c) {
      const auto first = found.centres.begin() + static_cast<std::ptrdiff_t>(c * shape_.columns());
      origins[c].assign(first, first + static_cast<std::ptrdiff_t>(shape_.number_columns()));
    }
    in_pieces(origins, [&](std::size_t begin, std::size_t end, std::vector<Members>& members) {
      for (std::size_t row = begin; row < end; ++row) {
        members[found.labels[row]].rows.push_back(static_cast<std::uint32_t>(row));
        members[found.labels[row]].shares.push_back(1);
      }
      return 0.0;
    });
    std::erase_if(sums_, [](const Moments& sum) { return sum.weight() < kLeastRows; });
    return maximise(nullptr);
  }

  /// Shares of all rows in the components, added to sums_; the sum of the rows' log likelihoods.
  double expect(const Mixture& mixture) {
    std::vector<std::vector<double>> origins;
    for (const auto& component : mixture.components()) {
      const auto numbers = component.mean().first(shape_.number_columns());
      origins.emplace_back(numbers.begin(), numbers.end());
    }
    return in_pieces(origins, [&](std::size_t begin, std::size_t end, std::vector<Members>& members) {
      return add_shares(mixture, begin, end, members);
    });
  }

  double add_shares(const Mixture& mixture, std::size_t chunk_begin, std::size_t chunk_end,
                    std::vector<Members>& members) const {
    Mixture::Scratch scratch(mixture);
    alignas(64) double totals[kBlockRows];
    double sum = 0;
    for (std::size_t begin = chunk_begin; begin < chunk_end; begin += kBlockRows) {
      const std::size_t end = std::min(chunk_end, begin + kBlockRows);
      mixture.log_densities(matrix_, begin, end, scratch);
      to_shares(scratch.logs(), members.size(), rounded_up(end - begin, 8), totals);
      for (std::size_t c = 0; c < members.size(); ++c) {
        const double* shares = scratch.logs() + c * kBlockRows;
        for (std::size_t row = begin; row < end; ++row) {
          if (shares[row - begin] == 0) continue;
          members[c].rows.push_back(static_cast<std::uint32_t>(row));
          members[c].shares.push_back(shares[row - begin]);
        }
      }
      sum = std::accumulate(totals, totals + (end - begin), sum);
    }
    return sum;
  }

  /// Calls body for each chunk of rows, and adds what it says belongs to each component to sums_, about the origins.
  /// Returns the sum of what body returned.
  template <typename Body>
  double in_pieces(const std::vector<std::vector<double>>& origins, const Body& body) {
    const std::size_t count = origins.size();
    const std::size_t grain = piece_rows(matrix_.rows(), count * Moments::bytes(shape_, kind_));
    const std::size_t pieces = (matrix_.rows() + grain - 1) / grain;
    std::vector<std::vector<Moments>> parts(pieces);
    std::vector<double> totals(pieces);
    parallel_for(matrix_.rows(), grain, [&](std::size_t piece_begin, std::size_t piece_end) {
      auto& own = parts[piece_begin / grain];
      for (const auto& origin : origins) own.emplace_back(shape_, kind_, origin);
      Moments::Scratch scratch(shape_, kind_);
      std::vector<Members> members(count);
      for (std::size_t begin = piece_begin; begin < piece_end; begin += kChunkRows) {
        check_interrupt();
        totals[piece_begin / grain] += body(begin, std::min(piece_end, begin + kChunkRows), members);
        for (std::size_t c = 0; c < count; ++c) {
          own[c].add(matrix_, members[c].rows, members[c].shares, scratch);
          members[c].rows.clear();
          members[c].shares.clear();
        }
      }
    });
    sums_ = std::move(parts.front());
    for (std::size_t piece = 1; piece < pieces; ++piece) {
      for (std::size_t c = 0; c < count; ++c) sums_[c].merge(parts[piece][c]);
    }
    return std::accumulate(totals.begin(), totals.end(), 0.0);
  }

  /// Covariances or variances of sums_, drawn to their pooled one where the settings say so. `total` is their weight.
  std::vector<std::vector<double>> shrunk_spreads(double total) const {
    std::vector<std::vector<double>> spreads(sums_.size());
    parallel_for(sums_.size(), 1, [&](std::size_t c, std::size_t) {
      if (sums_[c].weight() < kLeastRows) return;
      spreads[c] = settings_.full ? sums_[c].covariance() : sums_[c].variance();
    });
    if (settings_.shrink == 0) return spreads;
    std::vector<double> pooled(shape_.columns() * (settings_.full ? shape_.columns() : 1));
    for (std::size_t c = 0; c < spreads.size(); ++c) {
      const double share = sums_[c].weight() / total;
      for (std::size_t i = 0; i < spreads[c].size(); ++i) pooled[i] += share * spreads[c][i];
    }
    for (std::size_t c = 0; c < spreads.size(); ++c) {
      const double own = (1 - settings_.shrink) * sums_[c].weight();
      const double drawn = settings_.shrink * total / (own + settings_.shrink * total);
      for (std::size_t i = 0; i < spreads[c].size(); ++i) spreads[c][i] += drawn * (pooled[i] - spreads[c][i]);
    }
    return spreads;
  }

  /// The components of sums_; where one has lost its rows, the `former` one.
  Mixture maximise(const Mixture* former) {
    double total = 0;
    for (const Moments& sum : sums_) total += sum.weight();
    const std::vector<std::vector<double>> spreads = shrunk_spreads(total);
    std::vector<std::optional<GaussianComponent>> found(sums_.size());
    std::atomic<std::size_t> raised = 0;
    std::atomic<std::size_t> idle = 0;
    parallel_for(sums_.size(), 1, [&](std::size_t c, std::size_t) {
      if (former != nullptr && sums_[c].weight() < kLeastRows) {
        const GaussianComponent& old = former->components()[c];
        constexpr double kTinyWeight = 1e-12;
        found[c] = old;
        found[c]->weight = kTinyWeight;
        found[c]->log_scale += std::log(kTinyWeight / old.weight);
        ++idle;
      } else {
        found[c] = component_of(shape_, sums_[c], spreads[c], total, settings_, raised);
      }
    });
    raised_ = raised;
    idle_ = idle;
    std::vector<GaussianComponent> components;
    components.reserve(found.size());
    for (auto& component : found) components.push_back(*std::move(component));
    return {shape_, std::move(components)};
  }

  const Matrix& matrix_;
  MatrixShape shape_;
  const MixtureSettings& settings_;
  Moments::Kind kind_;
  std::vector<Moments> sums_;
  std::size_t raised_ = 0;
  std::size_t idle_ = 0;
};

}  // namespace

FittedMixture fit_mixture(const Matrix& matrix, const MixtureSettings& settings) {
  const std::size_t starts = settings.components == 1 ? 1 : settings.starts;
  std::optional<FittedMixture> best;
  for (std::size_t start = 0; start < starts; ++start) {
    FittedMixture found = EmRun(matrix, settings).run(start);
    if (!best || found.mean_log_likelihood > best->mean_log_likelihood) best = std::move(found);
  }
  return *std::move(best);
}

}  // namespace netstray
