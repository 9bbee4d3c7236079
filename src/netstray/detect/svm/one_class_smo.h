#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "netstray/detect/svm/row_kernel.h"

namespace netstray {

/// What a one-class SVM is to learn from: distinct packed rows, row after row, and how often each stands there.
struct OneClassProblem {
  const MatrixShape* shape;
  std::span<const float> rows;
  std::span<const std::uint32_t> copies;
  double nu;         ///< (0, 1]
  double tolerance;  ///< of the optimality conditions, as libsvm's eps
};

/// alpha of each row, with 0 <= alpha <= copies and the sum nu * (all copies), and rho: decision(x) = sum of alpha_i
/// K(x, x_i) - rho, in libsvm's scale.
struct OneClassSolution {
  std::vector<double> alpha;
  double rho = 0;
  std::uint64_t steps = 0;
  std::uint64_t shrinks = 0;  ///< how often rows were put aside
  bool converged = true;
};

/// Solves the dual problem (Schoelkopf et al. 2001) to libsvm's stopping rule, by sequential minimal optimisation with
/// the second-order choice of pairs (Fan, Chen, Lin 2005) and shrinking. A row with c copies has the bound c: the same
/// optimum as c rows with the bound 1. `progress` is called with thousandths done and the gap left; it may throw to
/// stop. Kernel rows are kept in `cache_bytes` at most (two rows at least).
OneClassSolution solve_one_class(const OneClassProblem& problem, const RowKernel& kernel, std::size_t cache_bytes,
                                 const std::function<void(std::uint64_t thousandths, double gap)>& progress);

}  // namespace netstray
