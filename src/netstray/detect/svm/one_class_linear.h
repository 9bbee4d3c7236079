#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace netstray {

/// The same problem as solve_one_class with a dot product, for many rows of few features.
struct LinearOneClassProblem {
  std::span<const float> features;  ///< row after row, `width` each, a multiple of 16 (filled up with zeros)
  std::size_t width;
  std::span<const std::uint32_t> copies;  ///< per row
  double nu;                              ///< (0, 1]
  double tolerance;                       ///< of the margins, as a part of rho
  std::uint64_t seed;
};

/// decision(x) = weights . x - rho, in libsvm's scale (alpha of a row from 0 to its copies).
struct LinearOneClassSolution {
  std::vector<double> weights;
  double rho = 0;
  bool separates = true;  ///< false: no direction has the rows on one side (all decisions are 0 then)
};

/// With rho held at 1 the dual has bounds only, so that one alpha at a time can be made best (dual coordinate descent,
/// Hsieh et al. 2008); the bound C for which the alphas fill a share nu of their bounds is found by bisection, each
/// time from where the last ended. Memory: what is given, and 16 bytes a row. In the calling thread. `progress` as in
/// solve_one_class.
LinearOneClassSolution solve_linear_one_class(
    const LinearOneClassProblem& problem, const std::function<void(std::uint64_t thousandths, double share)>& progress);

}  // namespace netstray
