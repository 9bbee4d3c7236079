#include "netstray/detect/linear/logistic_fit.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <numbers>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/linear/logistic_kernels.h"

namespace netstray {
namespace {

constexpr std::size_t kBlock = LogisticKernels::kMostRows;
constexpr std::size_t kLeastPieceRows = 16 * kBlock;
constexpr std::size_t kMostPieces = 64;
constexpr std::size_t kMemory = 10;
constexpr int kMostHalvings = 40;
constexpr double kNewtonTolerance = 1e-6;
constexpr double kLbfgsTolerance = 1e-4;
constexpr double kArmijo = 1e-4;
/// Beyond this a change of the loss is rounding.
constexpr double kRounding = 1e-14;

std::size_t rounded_up(std::size_t count, std::size_t step) noexcept { return (count + step - 1) / step * step; }

std::size_t piece_rows_for(std::size_t rows) noexcept {
  return std::max(kLeastPieceRows, rounded_up((rows + kMostPieces - 1) / kMostPieces, kBlock));
}

void add_to(std::vector<double>& sums, const std::vector<double>& terms) noexcept {
  std::ranges::transform(sums, terms, sums.begin(), std::plus{});
}

double dot_of(std::span<const double> a, std::span<const double> b) noexcept {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// How small the gradient must become: `share` of the weighted rows' root sum of squares times the root of their
/// weight. `diagonal` is the Hessian's at weights of 0: a quarter of the weighted sums of squares, plus the
/// penalty's 1.
std::vector<double> tolerances_of(std::span<const double> diagonal, double share) {
  const double total = 4 * diagonal.back();
  std::vector<double> tolerances;
  for (const double value : diagonal.first(diagonal.size() - 1)) {
    tolerances.push_back(share * std::sqrt(total * 4 * (value - 1)));
  }
  tolerances.push_back(share * total);
  return tolerances;
}

bool within(std::span<const double> gradient, std::span<const double> tolerances) noexcept {
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    if (!(std::fabs(gradient[i]) <= tolerances[i])) return false;
  }
  return true;
}

/// Solves (lower triangle) x = right by Cholesky's method, the matrix scaled to a diagonal of ones first. A pivot that
/// rounding made 0 or less counts as a tiny one: its direction then takes a long step, which the search shortens.
std::vector<double> solve(std::vector<double> lower, std::vector<double> right) {
  const std::size_t n = right.size();
  std::vector<double> scale(n);
  for (std::size_t i = 0; i < n; ++i) scale[i] = lower[i * n + i] > 0 ? 1 / std::sqrt(lower[i * n + i]) : 1;
  for (std::size_t i = 0; i < n; ++i) {
    right[i] *= scale[i];
    for (std::size_t k = 0; k <= i; ++k) lower[i * n + k] *= scale[i] * scale[k];
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      double sum = lower[i * n + k];
      for (std::size_t j = 0; j < k; ++j) sum -= lower[i * n + j] * lower[k * n + j];
      lower[i * n + k] = k < i ? sum / lower[k * n + k] : std::sqrt(std::max(sum, 1e-14));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= lower[i * n + k] * right[k];
    right[i] /= lower[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) right[i] -= lower[k * n + i] * right[k];
    right[i] /= lower[i * n + i];
  }
  for (std::size_t i = 0; i < n; ++i) right[i] *= scale[i];
  return right;
}

/// Goes from `weights` along `direction`, half as far each time until the loss falls enough. False where it never does.
bool go(const LogisticLoss& loss, std::span<const double> direction, std::vector<double>& weights,
        LogisticLoss::Value& value, bool with_hessian) {
  const double slope = dot_of(value.gradient, direction);
  if (!(slope < 0)) return false;
  std::vector<double> trial(weights.size());
  for (int i = 0; i < kMostHalvings; ++i) {
    const double length = std::ldexp(1.0, -i);
    for (std::size_t k = 0; k < trial.size(); ++k) trial[k] = weights[k] + length * direction[k];
    LogisticLoss::Value there = loss.at(trial, with_hessian);
    if (there.loss <= value.loss + kArmijo * length * slope + kRounding * value.loss) {
      weights = trial;
      value = std::move(there);
      return true;
    }
  }
  return false;
}

/// The last few steps of L-BFGS, and what they say of the way down.
class StepMemory {
 public:
  explicit StepMemory(std::vector<double> diagonal) : diagonal_(std::move(diagonal)) {}

  void add(std::vector<double> step, std::vector<double> change) {
    const double product = dot_of(step, change);
    if (!(product > 0)) return;
    double scaled = 0;
    for (std::size_t i = 0; i < change.size(); ++i) scaled += change[i] * change[i] / diagonal_[i];
    scale_ = product / scaled;
    pairs_.push_back({std::move(step), std::move(change), 1 / product});
    if (pairs_.size() > kMemory) pairs_.pop_front();
  }

  bool empty() const noexcept { return pairs_.empty(); }
  void clear() noexcept {
    pairs_.clear();
    scale_ = 1;
  }

  std::vector<double> direction(std::span<const double> gradient) const {
    std::vector<double> result(gradient.begin(), gradient.end());
    std::vector<double> parts(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      parts[i] = pairs_[i].inverse * dot_of(pairs_[i].step, result);
      for (std::size_t k = 0; k < result.size(); ++k) result[k] -= parts[i] * pairs_[i].change[k];
    }
    for (std::size_t k = 0; k < result.size(); ++k) result[k] *= scale_ / diagonal_[k];
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const double back = parts[i] - pairs_[i].inverse * dot_of(pairs_[i].change, result);
      for (std::size_t k = 0; k < result.size(); ++k) result[k] += back * pairs_[i].step[k];
    }
    for (double& part : result) part = -part;
    return result;
  }

 private:
  struct Pair {
    std::vector<double> step;
    std::vector<double> change;  ///< of the gradient
    double inverse;              ///< 1 / (step . change)
  };
  std::vector<double> diagonal_;
  std::deque<Pair> pairs_;
  double scale_ = 1;
};

}  // namespace

/// One block's numbers, and whether products of columns are wanted.
struct LogisticLoss::Scratch {
  std::vector<double> decisions = std::vector<double>(kBlock);
  std::vector<double> residuals = std::vector<double>(kBlock);
  std::vector<double> curvatures = std::vector<double>(kBlock);
  std::vector<double> products = std::vector<double>(kBlock);
};

void add_decisions(const Matrix& matrix, std::size_t begin, std::span<const double> weights,
                   std::span<double> decisions) {
  std::vector<const float*> columns(matrix.number_columns());
  for (std::size_t column = 0; column < columns.size(); ++column) columns[column] = matrix.numbers(column).data();
  logistic_kernels().add_decisions({columns.data(), columns.size(), begin, decisions.size()}, weights.data(),
                                   decisions.data());
  for (const auto& group : matrix.groups()) {
    const double* levels = weights.data() + group.first_column;
    for (std::size_t i = 0; i < decisions.size(); ++i) decisions[i] += levels[group.codes[begin + i]];
  }
}

LogisticLoss::LogisticLoss(const Matrix& matrix, std::span<const std::uint8_t> labels, double c,
                           std::span<const double, 2> class_weights)
    : matrix_(matrix),
      labels_(rounded_up(labels.size(), kBlock)),
      class_weights_{class_weights[0] * c, class_weights[1] * c},
      size_(matrix.columns() + 1) {
  for (std::size_t column = 0; column < matrix.number_columns(); ++column)
    columns_.push_back(matrix.numbers(column).data());
  std::ranges::transform(labels, labels_.begin(), [](std::uint8_t label) { return static_cast<float>(label); });
}

LogisticLoss::Value LogisticLoss::at(std::span<const double> weights, bool with_hessian) const {
  const std::size_t rows = matrix_.rows();
  const std::size_t piece_rows = piece_rows_for(rows);
  std::vector<Value> pieces((rows + piece_rows - 1) / piece_rows);
  parallel_for(rows, piece_rows, [&](std::size_t begin, std::size_t end) {
    Value& piece = pieces[begin / piece_rows];
    piece.gradient.resize(size_);
    piece.hessian.resize(with_hessian ? size_ * size_ : 0);
    add_piece(begin, end, weights, piece);
  });
  Value total = std::move(pieces.front());
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    total.loss += pieces[i].loss;
    add_to(total.gradient, pieces[i].gradient);
    add_to(total.hessian, pieces[i].hessian);
  }
  for (std::size_t k = 0; k + 1 < size_; ++k) {
    total.loss += weights[k] * weights[k] / 2;
    total.gradient[k] += weights[k];
    if (with_hessian) total.hessian[k * size_ + k] += 1;
  }
  return total;
}

void LogisticLoss::add_piece(std::size_t begin, std::size_t end, std::span<const double> weights, Value& value) const {
  Scratch scratch;
  for (std::size_t first = begin; first < end; first += kBlock) {
    add_block(first, std::min(kBlock, end - first), weights, scratch, value);
  }
}

void LogisticLoss::add_block(std::size_t begin, std::size_t rows, std::span<const double> weights, Scratch& scratch,
                             Value& value) const {
  const std::size_t padded = rounded_up(rows, LogisticKernels::kPad);
  std::fill_n(scratch.decisions.begin(), rows, weights.back());
  // A row of class 0 that is surely of class 0 adds nothing.
  std::fill_n(scratch.decisions.begin() + static_cast<std::ptrdiff_t>(rows), padded - rows, -1e300);
  add_decisions(matrix_, begin, weights, std::span(scratch.decisions).first(rows));
  value.loss += logistic_kernels().terms({scratch.decisions.data(),
                                          labels_.data() + begin,
                                          {class_weights_[0], class_weights_[1]},
                                          scratch.residuals.data(),
                                          scratch.curvatures.data(),
                                          padded});
  if (!value.hessian.empty() && rows % LogisticKernels::kPad == 0 && few_numbers()) {
    logistic_kernels().add_derivatives({columns_.data(), columns_.size(), begin, rows}, scratch.residuals.data(),
                                       scratch.curvatures.data(), value.gradient.data(), value.hessian.data());
    return;
  }
  add_gradient(begin, rows, scratch.residuals.data(), value.gradient);
  if (!value.hessian.empty()) add_hessian(begin, rows, scratch, value.hessian);
}

/// Few columns, none of them one-hot.
bool LogisticLoss::few_numbers() const noexcept {
  return matrix_.groups().empty() && !columns_.empty() && columns_.size() <= LogisticKernels::kFewColumns;
}

void LogisticLoss::add_gradient(std::size_t begin, std::size_t rows, const double* residuals,
                                std::vector<double>& gradient) const {
  const LogisticKernels& kernels = logistic_kernels();
  kernels.add_dots(residuals, columns_.data(), columns_.size(), begin, rows, gradient.data());
  for (const auto& group : matrix_.groups()) {
    double* levels = gradient.data() + group.first_column;
    for (std::size_t i = 0; i < rows; ++i) levels[group.codes[begin + i]] += residuals[i];
  }
  gradient.back() += kernels.sum(residuals, rows);
}

void LogisticLoss::add_hessian(std::size_t begin, std::size_t rows, Scratch& scratch,
                               std::vector<double>& hessian) const {
  const LogisticKernels& kernels = logistic_kernels();
  const double* curvatures = scratch.curvatures.data();
  for (std::size_t column = 0; column < matrix_.number_columns(); ++column) {
    kernels.multiply(curvatures, matrix_.numbers(column).data() + begin, rows, scratch.products.data());
    add_products(begin, rows, column, scratch.products.data(), hessian);
  }
  const auto groups = matrix_.groups();
  double* last = hessian.data() + (size_ - 1) * size_;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t column = groups[g].first_column + groups[g].codes[begin + i];
      for (std::size_t other = 0; other <= g; ++other) {
        hessian[column * size_ + groups[other].first_column + groups[other].codes[begin + i]] += curvatures[i];
      }
      last[column] += curvatures[i];
    }
  }
  last[size_ - 1] += kernels.sum(curvatures, rows);
}

/// What `column`'s values times the curvatures make with all columns before it, with the one-hot ones and the
/// intercept.
void LogisticLoss::add_products(std::size_t begin, std::size_t rows, std::size_t column, const double* factors,
                                std::vector<double>& hessian) const {
  const LogisticKernels& kernels = logistic_kernels();
  kernels.add_dots(factors, columns_.data(), column + 1, begin, rows, hessian.data() + column * size_);
  for (const auto& group : matrix_.groups()) {
    for (std::size_t i = 0; i < rows; ++i) {
      hessian[(group.first_column + group.codes[begin + i]) * size_ + column] += factors[i];
    }
  }
  hessian[(size_ - 1) * size_ + column] += kernels.sum(factors, rows);
}

std::vector<double> LogisticLoss::first_diagonal() const {
  const LogisticKernels& kernels = logistic_kernels();
  std::vector<double> diagonal(size_, 1.0);
  const auto curvature = [&](std::size_t row) { return class_weights_[labels_[row] > 0.5F ? 1 : 0] / 4; };
  parallel_for(matrix_.number_columns(), 1, [&](std::size_t first, std::size_t last) {
    std::vector<double> curvatures(kBlock);
    std::vector<double> products(kBlock);
    for (std::size_t column = first; column < last; ++column) {
      for (std::size_t begin = 0; begin < matrix_.rows(); begin += kBlock) {
        const std::size_t rows = std::min(kBlock, matrix_.rows() - begin);
        for (std::size_t i = 0; i < rows; ++i) curvatures[i] = curvature(begin + i);
        kernels.multiply(curvatures.data(), columns_[column] + begin, rows, products.data());
        kernels.add_dots(products.data(), columns_.data() + column, 1, begin, rows, &diagonal[column]);
      }
    }
  });
  diagonal.back() = 0;
  for (std::size_t row = 0; row < matrix_.rows(); ++row) {
    for (const auto& group : matrix_.groups()) diagonal[group.first_column + group.codes[row]] += curvature(row);
    diagonal.back() += curvature(row);
  }
  return diagonal;
}

LogisticMinimum newton_minimum(const LogisticLoss& loss, std::uint32_t most_steps, const StepReport& report,
                               const LogisticMinimum* nearby) {
  LogisticMinimum minimum;
  LogisticLoss::Value value;
  if (nearby != nullptr) {
    minimum.weights = nearby->weights;
    minimum.diagonal = nearby->diagonal;
    value = loss.at(minimum.weights, true);
  }
  const double loss_at_zero = nearby == nullptr ? 0 : 4 * minimum.diagonal.back() * std::numbers::ln2;
  if (nearby == nullptr || !(value.loss < loss_at_zero)) {
    minimum.weights.assign(loss.size(), 0.0);
    value = loss.at(minimum.weights, true);
    minimum.diagonal.resize(loss.size());
    for (std::size_t k = 0; k < loss.size(); ++k) minimum.diagonal[k] = value.hessian[k * loss.size() + k];
  }
  const std::vector<double> tolerances = tolerances_of(minimum.diagonal, kNewtonTolerance);
  while (!(minimum.converged = within(value.gradient, tolerances)) && minimum.steps < most_steps) {
    check_interrupt();
    std::vector<double> direction = solve(value.hessian, value.gradient);
    for (double& part : direction) part = -part;
    if (!go(loss, direction, minimum.weights, value, true)) break;
    report(++minimum.steps, value.loss);
  }
  return minimum;
}

LogisticMinimum lbfgs_minimum(const LogisticLoss& loss, std::uint32_t most_steps, const StepReport& report) {
  LogisticMinimum minimum;
  minimum.weights.resize(loss.size());
  const std::vector<double> diagonal = loss.first_diagonal();
  const std::vector<double> tolerances = tolerances_of(diagonal, kLbfgsTolerance);
  StepMemory memory(diagonal);
  LogisticLoss::Value value = loss.at(minimum.weights, false);
  while (!(minimum.converged = within(value.gradient, tolerances)) && minimum.steps < most_steps) {
    check_interrupt();
    const std::vector<double> from = minimum.weights;
    const std::vector<double> gradient = value.gradient;
    if (!go(loss, memory.direction(gradient), minimum.weights, value, false)) {
      if (memory.empty()) break;
      memory.clear();  // once more, straight down
      continue;
    }
    std::vector<double> step(from.size());
    std::vector<double> change(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
      step[k] = minimum.weights[k] - from[k];
      change[k] = value.gradient[k] - gradient[k];
    }
    memory.add(std::move(step), std::move(change));
    report(++minimum.steps, value.loss);
  }
  return minimum;
}

}  // namespace netstray
