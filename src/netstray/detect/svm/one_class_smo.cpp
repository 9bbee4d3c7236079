#include "netstray/detect/svm/one_class_smo.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/svm/kernel_row_cache.h"
#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastCurvature = 1e-12;
constexpr std::uint64_t kMostSteps = 10'000'000;
constexpr std::uint32_t kNone = 0xffffffffU;
constexpr std::size_t kLanes = 8;

using Floats [[gnu::vector_size(32)]] = float;
using Doubles [[gnu::vector_size(64)]] = double;
using Longs [[gnu::vector_size(64)]] = std::int64_t;

/// gradient += a row_a + b row_b, and where the least of gradient + bar stands (the first, where several are equal).
struct UpdateAndFind {
  std::span<double> gradient;  ///< a multiple of kLanes places, as all
  std::span<const double> bar;
  const float* row_a;
  const float* row_b;
  double a;
  double b;
  std::uint32_t& least_at;

  template <int>
  [[gnu::always_inline]] void run() const noexcept {
    Doubles least = Doubles{} + kInfinity;
    Longs at = Longs{} - 1;
    for (std::size_t i = 0; i < gradient.size(); i += kLanes) {
      Floats value_a;
      Floats value_b;
      Doubles sum;
      Doubles barred;
      std::memcpy(&value_a, row_a + i, sizeof value_a);
      std::memcpy(&value_b, row_b + i, sizeof value_b);
      std::memcpy(&sum, gradient.data() + i, sizeof sum);
      std::memcpy(&barred, bar.data() + i, sizeof barred);
      sum += __builtin_convertvector(value_a, Doubles) * a + __builtin_convertvector(value_b, Doubles) * b;
      std::memcpy(gradient.data() + i, &sum, sizeof sum);
      barred += sum;
      const Longs less = barred < least;
      least = less ? barred : least;
      at = less ? Longs{} + static_cast<std::int64_t>(i) : at;
    }
    double best = kInfinity;
    least_at = kNone;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (at[lane] < 0) continue;
      const auto place = static_cast<std::uint32_t>(static_cast<std::size_t>(at[lane]) + lane);
      if (least[lane] < best || (least[lane] == best && place < least_at)) {
        best = least[lane];
        least_at = place;
      }
    }
  }
};

/// One solution under way. Arrays stand in the order of the active rows, which are a part of all once others have been
/// put aside (shrinking).
class Smo {
 public:
  Smo(const OneClassProblem& problem, const RowKernel& kernel, std::size_t cache_bytes);
  OneClassSolution solve(const std::function<void(std::uint64_t, double)>& progress);

 private:
  struct Pair {
    std::uint32_t up = kNone;    ///< its alpha is to grow
    std::uint32_t down = kNone;  ///< its alpha is to shrink
    double gap = -kInfinity;
  };

  std::size_t rows() const noexcept { return all_alpha_.size(); }
  std::span<const float> packed_row(std::uint32_t row) const noexcept {
    return problem_.rows.subspan(row * packed_, packed_);
  }
  void start();
  void activate(std::vector<std::uint32_t> rows);
  void take_back_all();
  void learn_gradient(std::span<const std::uint32_t> rows);
  std::span<const float> kernel_row(std::uint32_t place);
  Pair choose_pair();
  void step(const Pair& pair);
  void set_alpha(std::uint32_t place, double alpha);
  void shrink(double gap);
  double rho() const;

  const OneClassProblem& problem_;
  const RowKernel& kernel_;
  std::size_t cache_bytes_;
  std::size_t packed_;
  double tolerance_;
  std::vector<double> all_alpha_;
  std::vector<double> all_gradient_;
  std::vector<double> diagonal_;  ///< K(x, x) of all rows

  std::vector<std::uint32_t> active_;
  PointPanels points_;         ///< the active rows
  std::vector<double> alpha_;  ///< padded, as the next two
  std::vector<double> gradient_;
  std::vector<double> bar_;              ///< infinite where alpha cannot grow, else 0
  std::vector<std::uint32_t> positive_;  ///< places with alpha > 0, in any order
  std::vector<std::uint32_t> positive_at_;
  std::unique_ptr<KernelRowCache> cache_;
  std::uint32_t least_ = kNone;  ///< place of the least gradient among those whose alpha can grow
  bool taken_back_ = false;
  std::uint64_t shrinks_ = 0;
};

Smo::Smo(const OneClassProblem& problem, const RowKernel& kernel, std::size_t cache_bytes)
    : problem_(problem),
      kernel_(kernel),
      cache_bytes_(cache_bytes),
      packed_(packed_width(*problem.shape)),
      all_alpha_(problem.copies.size()),
      all_gradient_(problem.copies.size()),
      diagonal_(problem.copies.size(), 1.0) {
  const double total = std::accumulate(problem.copies.begin(), problem.copies.end(), 0.0);
  tolerance_ = problem.tolerance * std::max(1.0, total / static_cast<double>(rows()));
  if (kernel.kind == RowKernel::Kind::rbf) return;
  for (std::uint32_t row = 0; row < rows(); ++row) {
    const std::array<std::uint32_t, 1> self{row};
    const PointPanels one(*problem.shape, problem.rows, self);
    std::array<float, kPanelPoints> alike{};
    kernel.likeness(one, packed_row(row), alike);
    diagonal_[row] = alike[0];
  }
}

/// sum of alpha K for the named rows, from all rows with alpha > 0.
void Smo::learn_gradient(std::span<const std::uint32_t> rows) {
  constexpr std::size_t kPiece = 64;
  std::vector<std::uint32_t> support;
  for (std::uint32_t row = 0; row < all_alpha_.size(); ++row) {
    if (all_alpha_[row] > 0) support.push_back(row);
  }
  const PointPanels points(*problem_.shape, problem_.rows, support);
  std::vector<double> coefficients(points.padded());
  for (std::size_t i = 0; i < support.size(); ++i) coefficients[i] = all_alpha_[support[i]];
  parallel_for(rows.size(), kPiece, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::vector<float> queries((end - begin) * packed_);
    for (std::size_t i = begin; i < end; ++i) {
      std::ranges::copy(packed_row(rows[i]), queries.begin() + static_cast<std::ptrdiff_t>((i - begin) * packed_));
    }
    std::vector<double> sums(end - begin);
    kernel_.sums(points, coefficients, queries, sums);
    for (std::size_t i = begin; i < end; ++i) all_gradient_[rows[i]] = sums[i - begin];
  });
}

/// Goes on with these rows only.
void Smo::activate(std::vector<std::uint32_t> rows) {
  active_ = std::move(rows);
  points_ = PointPanels(*problem_.shape, problem_.rows, active_);
  alpha_.assign(points_.padded(), 0.0);
  gradient_.assign(points_.padded(), 0.0);
  bar_.assign(points_.padded(), kInfinity);
  positive_.clear();
  positive_at_.assign(active_.size(), kNone);
  for (std::uint32_t place = 0; place < active_.size(); ++place) {
    gradient_[place] = all_gradient_[active_[place]];
    set_alpha(place, all_alpha_[active_[place]]);
  }
  cache_ = std::make_unique<KernelRowCache>(active_.size(), points_.padded(), cache_bytes_);
  least_ = kNone;
  for (std::uint32_t place = 0; place < active_.size(); ++place) {
    if (bar_[place] == 0 && (least_ == kNone || gradient_[place] < gradient_[least_])) least_ = place;
  }
}

void Smo::set_alpha(std::uint32_t place, double alpha) {
  const std::uint32_t row = active_[place];
  alpha_[place] = all_alpha_[row] = alpha;
  bar_[place] = alpha < problem_.copies[row] ? 0 : kInfinity;
  const std::uint32_t at = positive_at_[place];
  if (alpha > 0 && at == kNone) {
    positive_at_[place] = static_cast<std::uint32_t>(positive_.size());
    positive_.push_back(place);
  } else if (alpha <= 0 && at != kNone) {
    positive_[at] = positive_.back();
    positive_at_[positive_[at]] = at;
    positive_.pop_back();
    positive_at_[place] = kNone;
  }
}

/// Any alphas within their bounds and with the right sum are a start. Those of the rows that are least like a sample of
/// the others are nearer to the solution than those of the first rows, which libsvm takes.
void Smo::start() {
  constexpr std::size_t kSample = 256;
  std::vector<std::uint32_t> all(rows());
  std::iota(all.begin(), all.end(), 0U);
  const std::size_t step = (rows() + kSample - 1) / kSample;
  for (std::size_t row = 0; row < rows(); row += step) all_alpha_[row] = 1;
  learn_gradient(all);
  std::ranges::fill(all_alpha_, 0.0);
  std::vector<std::uint32_t> order = all;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return all_gradient_[a] < all_gradient_[b] || (all_gradient_[a] == all_gradient_[b] && a < b);
  });
  double left = problem_.nu * std::accumulate(problem_.copies.begin(), problem_.copies.end(), 0.0);
  for (const std::uint32_t row : order) {
    all_alpha_[row] = std::min(left, static_cast<double>(problem_.copies[row]));
    left -= all_alpha_[row];
  }
  learn_gradient(all);
  activate(std::move(all));
}

/// Makes all rows active again.
void Smo::take_back_all() {
  std::vector<bool> is_active(rows());
  for (std::size_t place = 0; place < active_.size(); ++place) {
    is_active[active_[place]] = true;
    all_gradient_[active_[place]] = gradient_[place];
  }
  std::vector<std::uint32_t> others;
  std::vector<std::uint32_t> all(rows());
  std::iota(all.begin(), all.end(), 0U);
  std::ranges::copy_if(all, std::back_inserter(others), [&](std::uint32_t row) { return !is_active[row]; });
  learn_gradient(others);
  activate(std::move(all));
}

std::span<const float> Smo::kernel_row(std::uint32_t place) {
  const auto [row, filled] = cache_->find(place);
  if (!filled) kernel_.likeness(points_, packed_row(active_[place]), row);
  return row;
}

/// The row whose alpha most wants to grow, and the one with which it gains most (to second order).
Smo::Pair Smo::choose_pair() {
  Pair pair;
  pair.up = least_;
  if (least_ == kNone || positive_.empty()) return pair;
  const auto row = kernel_row(least_);
  const double least = gradient_[least_];
  const double own = diagonal_[active_[least_]];
  double most_gain = 0;
  double most = -kInfinity;
  for (const std::uint32_t place : positive_) {
    const double difference = gradient_[place] - least;
    most = std::max(most, difference);
    if (difference <= 0) continue;
    const double curvature = own + diagonal_[active_[place]] - 2 * double{row[place]};
    const double gain = difference * difference / std::max(curvature, kLeastCurvature);
    if (gain > most_gain) {
      most_gain = gain;
      pair.down = place;
    }
  }
  pair.gap = most;
  return pair;
}

void Smo::step(const Pair& pair) {
  const auto row_up = kernel_row(pair.up);
  const auto row_down = kernel_row(pair.down);
  const double curvature = diagonal_[active_[pair.up]] + diagonal_[active_[pair.down]] - 2 * double{row_up[pair.down]};
  const double wanted = (gradient_[pair.down] - gradient_[pair.up]) / std::max(curvature, kLeastCurvature);
  const double most = problem_.copies[active_[pair.up]];
  const double room = most - alpha_[pair.up];
  const double there = alpha_[pair.down];
  const double change = std::min({wanted, room, there});
  set_alpha(pair.up, change == room ? most : alpha_[pair.up] + change);
  set_alpha(pair.down, change == there ? 0 : there - change);
  run_widest(UpdateAndFind{gradient_, bar_, row_up.data(), row_down.data(), change, -change, least_});
}

/// Puts rows aside that stand at a bound and by a wide margin want to stay there; only where that makes a difference.
void Smo::shrink(double gap) {
  if (!taken_back_ && gap <= 10 * tolerance_) {
    taken_back_ = true;
    if (active_.size() < rows()) return take_back_all();
  }
  if (least_ == kNone) return;
  const double least = gradient_[least_];
  const double most = least + gap;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t place = 0; place < active_.size(); ++place) {
    const bool stays_empty = alpha_[place] <= 0 && gradient_[place] > most;
    const bool stays_full = bar_[place] > 0 && gradient_[place] < least;
    if (!stays_empty && !stays_full) kept.push_back(active_[place]);
  }
  if (kept.size() * 5 > active_.size() * 4) return;
  for (std::size_t place = 0; place < active_.size(); ++place) all_gradient_[active_[place]] = gradient_[place];
  activate(std::move(kept));
  ++shrinks_;
}

OneClassSolution Smo::solve(const std::function<void(std::uint64_t, double)>& progress) {
  constexpr std::uint64_t kBetweenShrinks = 1000;
  start();
  OneClassSolution solution;
  double first_gap = 0;
  const std::uint64_t between = std::min<std::uint64_t>(kBetweenShrinks, rows());
  for (;;) {
    Pair pair = choose_pair();
    if (pair.gap < tolerance_ || pair.down == kNone) {
      if (active_.size() == rows()) break;
      take_back_all();
      pair = choose_pair();
      if (pair.gap < tolerance_ || pair.down == kNone) break;
    }
    if (solution.steps == kMostSteps) {
      solution.converged = false;
      if (active_.size() < rows()) take_back_all();
      break;
    }
    if (solution.steps == 0) first_gap = pair.gap;
    step(pair);
    if (++solution.steps % between != 0) continue;
    check_interrupt();
    const double done = std::log(first_gap / pair.gap) / std::log(std::max(2.0, first_gap / tolerance_));
    if (progress) progress(static_cast<std::uint64_t>(1000 * std::clamp(done, 0.0, 1.0)), pair.gap);
    shrink(pair.gap);
  }
  solution.rho = rho();
  solution.shrinks = shrinks_;
  solution.alpha = std::move(all_alpha_);
  return solution;
}

/// The mean gradient of the rows between their bounds; where there are none, the middle of what the others allow.
double Smo::rho() const {
  double low = -kInfinity;
  double high = kInfinity;
  double sum = 0;
  std::size_t free = 0;
  for (std::size_t place = 0; place < active_.size(); ++place) {
    if (bar_[place] > 0) {
      low = std::max(low, gradient_[place]);
    } else if (alpha_[place] <= 0) {
      high = std::min(high, gradient_[place]);
    } else {
      sum += gradient_[place];
      ++free;
    }
  }
  if (free > 0) return sum / static_cast<double>(free);
  if (high == kInfinity) return low;
  return low == -kInfinity ? high : (low + high) / 2;
}

}  // namespace

OneClassSolution solve_one_class(const OneClassProblem& problem, const RowKernel& kernel, std::size_t cache_bytes,
                                 const std::function<void(std::uint64_t, double)>& progress) {
  return Smo(problem, kernel, cache_bytes).solve(progress);
}

}  // namespace netstray
