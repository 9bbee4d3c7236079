#include "netstray/embed/trustworthiness.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/maths/dense.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 64;

/// Squared distances of one row to all rows.
void distances_from(const Matrix& matrix, std::size_t row, std::span<double> squared) {
  std::ranges::fill(squared, 0.0);
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto numbers = matrix.numbers(column);
    const auto own = static_cast<double>(numbers[row]);
    for (std::size_t other = 0; other < squared.size(); ++other) {
      const double difference = static_cast<double>(numbers[other]) - own;
      squared[other] += difference * difference;
    }
  }
  for (const auto& group : matrix.groups()) {
    for (std::size_t other = 0; other < squared.size(); ++other) {
      squared[other] += group.codes[other] == group.codes[row] ? 0 : 2;
    }
  }
}

/// The nearest points of one on the picture, itself left out, nearest first.
void nearest_points(std::span<const PicturePoint> points, std::size_t row,
                    std::vector<std::pair<double, std::size_t>>& all, std::size_t count) {
  all.clear();
  for (std::size_t other = 0; other < points.size(); ++other) {
    if (other == row) continue;
    const double dx = static_cast<double>(points[other].x) - static_cast<double>(points[row].x);
    const double dy = static_cast<double>(points[other].y) - static_cast<double>(points[row].y);
    all.emplace_back(dx * dx + dy * dy, other);
  }
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count - 1), all.end());
  all.resize(count);
}

/// By how much the ranks of the row's neighbours on the picture exceed their number.
double excess_of(const Matrix& matrix, std::span<const PicturePoint> points, std::size_t row, std::size_t neighbours,
                 std::vector<double>& squared, std::vector<std::pair<double, std::size_t>>& near) {
  distances_from(matrix, row, squared);
  nearest_points(points, row, near, neighbours);
  double excess = 0;
  for (const auto& [distance, other] : near) {
    std::size_t rank = 1;
    for (std::size_t j = 0; j < squared.size(); ++j) rank += squared[j] < squared[other] && j != row ? 1U : 0U;
    if (rank > neighbours) excess += static_cast<double>(rank - neighbours);
  }
  return excess;
}

void expect_comparable(const Matrix& matrix, std::span<const PicturePoint> points, std::size_t neighbours) {
  if (points.size() != matrix.rows()) {
    throw Error(fmt::format("trustworthiness: {} points for {} rows", points.size(), matrix.rows()));
  }
  if (neighbours < 1 || points.size() <= 2 * neighbours) {
    throw Error(fmt::format("trustworthiness: {} neighbours of {} rows; there must be over twice as many rows",
                            neighbours, points.size()));
  }
  expect_finite(matrix, "trustworthiness");
  const auto finite = [](const PicturePoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); };
  if (!std::ranges::all_of(points, finite)) throw Error("trustworthiness: a point's place is not a finite number");
}

}  // namespace

double trustworthiness(const Matrix& matrix, std::span<const PicturePoint> points, std::size_t neighbours) {
  expect_comparable(matrix, points, neighbours);
  std::vector<double> excess(points.size());
  parallel_for(points.size(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::vector<double> squared(points.size());
    std::vector<std::pair<double, std::size_t>> near;
    near.reserve(points.size());
    for (std::size_t row = begin; row < end; ++row) {
      excess[row] = excess_of(matrix, points, row, neighbours, squared, near);
    }
  });
  double sum = 0;
  for (const double part : excess) sum += part;
  const auto n = static_cast<double>(points.size());
  const auto k = static_cast<double>(neighbours);
  return 1 - sum * 2 / (n * k * (2 * n - 3 * k - 1));
}

}  // namespace netstray
