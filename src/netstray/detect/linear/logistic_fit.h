#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// What logistic regression minimises, and its derivatives, as functions of the weights (one a dense column, the
/// intercept last). Uses threads(); the same result for any number of them.
class LogisticLoss {
 public:
  /// `labels` are 0 or 1, one a row; `class_weights` those of the rows of each class; `matrix` must outlive it.
  LogisticLoss(const Matrix& matrix, std::span<const std::uint8_t> labels, double c,
               std::span<const double, 2> class_weights);

  /// Weights and intercept.
  std::size_t size() const noexcept { return size_; }

  struct Value {
    double loss = 0;
    std::vector<double> gradient;
    std::vector<double> hessian;  ///< size() x size(), the lower triangle filled row by row; empty if not asked for
  };
  Value at(std::span<const double> weights, bool with_hessian) const;
  /// The Hessian's diagonal at weights of 0, where it depends on each column's size alone.
  std::vector<double> first_diagonal() const;

 private:
  struct Scratch;
  void add_piece(std::size_t begin, std::size_t end, std::span<const double> weights, Value& value) const;
  void add_block(std::size_t begin, std::size_t rows, std::span<const double> weights, Scratch& scratch,
                 Value& value) const;
  bool few_numbers() const noexcept;
  void add_gradient(std::size_t begin, std::size_t rows, const double* residuals, std::vector<double>& gradient) const;
  void add_hessian(std::size_t begin, std::size_t rows, Scratch& scratch, std::vector<double>& hessian) const;
  void add_products(std::size_t begin, std::size_t rows, std::size_t column, const double* factors,
                    std::vector<double>& hessian) const;

  const Matrix& matrix_;
  std::vector<const float*> columns_;  ///< the number columns' values
  std::vector<float> labels_;          ///< padded with 0
  double class_weights_[2];
  std::size_t size_;
};

/// Adds w x + b of rows [begin, begin + decisions.size()) for dense `weights` to `decisions`.
void add_decisions(const Matrix& matrix, std::size_t begin, std::span<const double> weights,
                   std::span<double> decisions);

/// Where and how a search for the least loss ended.
struct LogisticMinimum {
  std::vector<double> weights;  ///< the intercept last
  std::uint32_t steps = 0;
  bool converged = false;
  std::vector<double> diagonal;  ///< of the Hessian at weights of 0, by which the search measured how small is small
};

/// Called after each step with its number and the loss.
using StepReport = std::function<void(std::uint32_t step, double loss)>;

/// Newton's method with halved steps where the loss would rise: few steps, each a pass over the pairs of columns.
/// Ends where no derivative of the mean loss is over 1e-6 of its column's size (root mean square). `nearby`, if given,
/// is the minimum of a loss that ought to be almost this one: the search begins there, unless that is worse than 0.
LogisticMinimum newton_minimum(const LogisticLoss& loss, std::uint32_t most_steps, const StepReport& report,
                               const LogisticMinimum* nearby = nullptr);
/// Limited-memory BFGS (Nocedal 1980), scaled by the Hessian's first diagonal, with the same rule for steps.
/// Ends at 1e-4, scikit-learn's tolerance on standardised columns: the last digits cost it hundreds of steps.
LogisticMinimum lbfgs_minimum(const LogisticLoss& loss, std::uint32_t most_steps, const StepReport& report);

}  // namespace netstray
