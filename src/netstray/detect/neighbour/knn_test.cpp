#include "netstray/detect/neighbour/knn.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

/// Distances from one row to all training rows, copies included, in f64.
std::vector<double> plain_distances(const Matrix& train, const Matrix& test, std::size_t row) {
  std::vector<double> distances;
  for (std::size_t other = 0; other < train.rows(); ++other) {
    double sum = 0;
    for (std::size_t column = 0; column < train.columns(); ++column) {
      const double difference = double{test.at(row, column)} - double{train.at(other, column)};
      sum += difference * difference;
    }
    distances.push_back(std::sqrt(sum));
  }
  std::ranges::sort(distances);
  return distances;
}

TEST(Knn, ScoresAsComparingAllRowsDoes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const bool groups = rng.below(2) == 0;
    const std::size_t numbers = 1 + rng.below(5);
    const Matrix train = quiet_rows(rng, 30 + rng.below(60), numbers, groups);
    const Matrix test = quiet_rows(rng, 5, numbers, groups);
    const std::size_t k = 1 + rng.below(12);
    const auto kth = scores_of(*fit_detector(knn_info(), train, {"k=" + std::to_string(k)}), test);
    const auto mean = scores_of(*fit_detector(knn_info(), train, {"k=" + std::to_string(k), "distance=mean"}), test);
    for (std::size_t row = 0; row < test.rows(); ++row) {
      const auto distances = plain_distances(train, test, row);
      double sum = 0;
      for (std::size_t i = 0; i < k; ++i) sum += distances[i];
      EXPECT_NEAR(kth[row], distances[k - 1], 1e-5) << "seed " << seed;
      EXPECT_NEAR(mean[row], sum / static_cast<double>(k), 1e-5) << "seed " << seed;
    }
  }
}

TEST(Knn, CountsCopiesAsNeighbours) {
  const Matrix train = matrix_of(1, {0, 0, 0, 4, 10});
  const Matrix test = matrix_of(1, {1});
  EXPECT_EQ(scores_of(*fit_detector(knn_info(), train, {"k=3"}), test)[0], 1);
  EXPECT_EQ(scores_of(*fit_detector(knn_info(), train, {"k=4"}), test)[0], 3);
  EXPECT_EQ(scores_of(*fit_detector(knn_info(), train, {"k=4", "distance=mean"}), test)[0], 1.5);
}

TEST(Knn, TakesAllRowsWhereKIsMoreAndSaysSo) {
  std::vector<std::string> notes;
  const auto detector = fit_detector(knn_info(), matrix_of(1, {0, 1, 2}), {"k=7"}, 1, &notes);
  EXPECT_EQ(scores_of(*detector, matrix_of(1, {0}))[0], 2);
  EXPECT_EQ(notes, std::vector<std::string>{"knn: k is 3, as there are no more training rows (7 were asked for)"});
}

TEST(Knn, DrawsRowsWithTheSeedAndSaysSo) {
  Rng rng(1);
  const Matrix train = quiet_rows(rng, 500, 3);
  std::vector<std::string> notes;
  const auto some = scores_of(*fit_detector(knn_info(), train, {"rows=50"}, 1, &notes), train);
  EXPECT_EQ(notes, std::vector<std::string>{"knn: learned from 50 of the 500 rows, drawn at random (setting rows)"});
  EXPECT_EQ(some, scores_of(*fit_detector(knn_info(), train, {"rows=50"}, 1), train));
  EXPECT_NE(some, scores_of(*fit_detector(knn_info(), train, {"rows=50"}, 2), train));
}

TEST(Knn, TakesAMillionEqualRowsAsOne) {
  Matrix train(1'000'000);
  train.add_numbers(std::vector<float>(train.rows(), 2.0F));
  EXPECT_EQ(scores_of(*fit_detector(knn_info(), train), matrix_of(1, {2, 5})), (std::vector<double>{0, 3}));
}

}  // namespace
}  // namespace netstray
