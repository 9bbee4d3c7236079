#include "netstray/embed/principal_components.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/maths/dense.h"
#include "netstray/maths/moments.h"
#include "netstray/maths/symmetric.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = 4'096;
constexpr std::size_t kPieceRows = 1'024;

/// So that the weight farthest from 0 is positive.
void turn(std::vector<double>& weights) {
  const auto farthest = std::ranges::max_element(weights, {}, [](double weight) { return std::fabs(weight); });
  if (*farthest >= 0) return;
  for (double& weight : weights) weight = -weight;
}

/// Along one component: the numbers, and for the groups the weight of the row's code.
std::vector<float> scores_along(const Matrix& matrix, std::span<const double> weights, double of_mean) {
  constexpr double kMost = std::numeric_limits<float>::max();
  std::vector<float> scores(matrix.rows());
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    std::vector<double> sums(end - begin, -of_mean);
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const float* const numbers = matrix.numbers(column).data() + begin;
      for (std::size_t row = 0; row < sums.size(); ++row) {
        sums[row] += weights[column] * static_cast<double>(numbers[row]);
      }
    }
    for (const auto& group : matrix.groups()) {
      for (std::size_t row = 0; row < sums.size(); ++row) {
        sums[row] += weights[group.first_column + group.codes[begin + row]];
      }
    }
    for (std::size_t row = 0; row < sums.size(); ++row) {
      scores[begin + row] = static_cast<float>(std::clamp(sums[row], -kMost, kMost));
    }
  });
  return scores;
}

}  // namespace

PrincipalComponents principal_components(const Matrix& matrix, std::size_t count) {
  expect_fit_for_learning(matrix, "principal components", kMostColumns);
  const std::size_t columns = matrix.columns();
  if (count > columns) {
    throw Error(fmt::format("principal components: {} of {} columns; there are at most as many", count, columns));
  }
  const Moments moments = moments_of(matrix, Moments::Kind::full);
  const std::vector<double> mean = moments.mean();
  const std::vector<double> covariance = moments.covariance();
  const Eigenpairs pairs = eigenpairs(covariance, columns);
  const double total = std::accumulate(pairs.values.begin(), pairs.values.end(), 0.0);
  PrincipalComponents result;
  for (std::size_t k = 0; k < count; ++k) {
    const auto first = pairs.vectors.begin() + static_cast<std::ptrdiff_t>(k * columns);
    auto& weights = result.weights.emplace_back(first, first + static_cast<std::ptrdiff_t>(columns));
    turn(weights);
    const double of_mean = std::inner_product(weights.begin(), weights.end(), mean.begin(), 0.0);
    result.scores.push_back(scores_along(matrix, weights, of_mean));
    result.explained.push_back(total > 0 ? pairs.values[k] / total : 0);
  }
  return result;
}

}  // namespace netstray
