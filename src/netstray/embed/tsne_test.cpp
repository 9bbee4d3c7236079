#include "netstray/embed/tsne.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/embed/affinities.h"
#include "netstray/embed/forces.h"
#include "netstray/embed/trustworthiness.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

/// `rows` rows in `clusters` clusters, the row number modulo `clusters` says which.
Matrix clustered(std::size_t rows, std::size_t clusters, std::uint64_t seed) {
  constexpr std::size_t kColumns = 5;
  Rng rng(seed);
  std::vector<std::vector<double>> centres(clusters, std::vector<double>(kColumns));
  for (auto& centre : centres) {
    for (double& value : centre) value = 10 * rng.normal();
  }
  std::vector<std::vector<float>> points(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (const double value : centres[row % clusters]) points[row].push_back(static_cast<float>(value + rng.normal()));
  }
  return matrix_of(points);
}

double squared_distance(const PicturePoint& a, const PicturePoint& b) {
  return std::pow(static_cast<double>(a.x) - static_cast<double>(b.x), 2) +
         std::pow(static_cast<double>(a.y) - static_cast<double>(b.y), 2);
}

TEST(Tsne, PutsRowsOfOneClusterTogether) {
  const Matrix matrix = clustered(240, 4, 1);
  const auto picture = tsne(matrix, {.iterations = 400});
  EXPECT_EQ(picture.iterations, 400U);
  EXPECT_EQ(picture.perplexity, 30);
  EXPECT_TRUE(picture.notes.empty());
  for (std::size_t row = 0; row < 240; ++row) {
    std::size_t nearest = row == 0 ? 1 : 0;
    for (std::size_t other = 0; other < 240; ++other) {
      const double distance = squared_distance(picture.points[row], picture.points[other]);
      if (other != row && distance < squared_distance(picture.points[row], picture.points[nearest])) nearest = other;
    }
    EXPECT_EQ(nearest % 4, row % 4) << "row " << row;
  }
  EXPECT_GT(trustworthiness(matrix, picture.points), 0.95);
  EXPECT_GT(picture.divergence, 0);
  EXPECT_LT(picture.divergence, tsne(matrix, {.iterations = 260}).divergence);
}

TEST(Tsne, GivesTheSameBytesForAnyNumberOfThreadsAndInstructionSet) {
  Rng rng(2);
  const Matrix matrix = made_up_matrix(rng, 300, 4, {3});
  const TsneSettings settings{.perplexity = 10, .iterations = 60, .exaggerated = 30};
  set_threads(1);
  const auto one = tsne(matrix, settings);
  set_threads(3);
  EXPECT_EQ(tsne(matrix, settings).points, one.points);
  for (const auto set : {InstructionSet::portable, InstructionSet::avx2}) {
    limit_instruction_set(set);
    EXPECT_EQ(tsne(matrix, settings).points, one.points) << name_of(set);
  }
  limit_instruction_set(supported_instruction_set());
  set_threads(0);
}

TEST(Tsne, TakesRepeatedConstantAndHugeRows) {
  std::vector<std::vector<float>> rows(150, {1, 2});
  for (std::size_t row = 100; row < 150; ++row) rows[row] = {static_cast<float>(row), 3e38F};
  for (const auto& odd : {rows, std::vector<std::vector<float>>(120, {7, 7}), {{1, 1}, {1, 1}}}) {
    const auto picture = tsne(matrix_of(odd), {.perplexity = 5, .iterations = 300});
    for (const auto& point : picture.points) EXPECT_TRUE(std::isfinite(point.x) && std::isfinite(point.y));
    EXPECT_TRUE(std::isfinite(picture.divergence));
  }
  const auto line = tsne(matrix_of({{1}, {2}, {3}, {10}, {11}, {12}}), {.perplexity = 2, .iterations = 100});
  EXPECT_TRUE(std::ranges::any_of(line.points, [](const PicturePoint& point) { return point.y != 0; }));
}

TEST(Tsne, GivesEqualRowsOnePointAndDrawsTheOthersAsIfTheyStoodOnce) {
  const Matrix matrix = clustered(60, 3, 6);
  std::vector<std::uint32_t> often;
  for (std::uint32_t row = 0; row < 60; ++row) {
    for (std::uint32_t copy = 0; copy < (row == 7 ? 200 : 1); ++copy) often.push_back(row);
  }
  const TsneSettings settings{.perplexity = 8, .iterations = 300};
  const auto once = tsne(matrix, settings);
  const auto picture = tsne(matrix.gather(often), settings);
  EXPECT_EQ(once.distinct, 60U);
  EXPECT_EQ(picture.distinct, 60U);
  ASSERT_EQ(picture.points.size(), often.size());
  for (std::size_t i = 0; i < often.size(); ++i) EXPECT_EQ(picture.points[i], once.points[often[i]]);
}

TEST(Tsne, GivesFinitePointsForAnyRowsAndSettings) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const double scale = std::pow(10.0, rng.uniform(-30, 30));
    std::vector<std::vector<float>> rows(2 + rng.below(seed % 2 == 0 ? 3 : 30));
    for (auto& row : rows) row = {static_cast<float>(scale * rng.normal()), static_cast<float>(scale * rng.uniform())};
    TsneSettings settings{.perplexity = rng.uniform(1, 40), .iterations = 100, .exaggerated = 50};
    settings.exaggeration = rng.uniform(1, 100);
    settings.learning_rate = seed % 3 == 0 ? std::pow(10.0, rng.uniform(0, 6)) : 0;
    const auto picture = tsne(matrix_of(rows), settings);
    ASSERT_TRUE(std::isfinite(picture.divergence)) << "seed " << seed;
    for (const auto& point : picture.points) {
      ASSERT_TRUE(std::isfinite(point.x) && std::isfinite(point.y)) << "seed " << seed;
    }
  }
}

TEST(Tsne, TakesFewRowsAndLowersThePerplexityWithANote) {
  EXPECT_TRUE(tsne(Matrix(0)).points.empty());
  EXPECT_EQ(tsne(matrix_of({{4, 5}})).points, (std::vector<PicturePoint>{{0, 0}}));
  const auto picture = tsne(clustered(16, 2, 3), {.iterations = 50});
  EXPECT_EQ(picture.perplexity, 5);
  ASSERT_EQ(picture.notes.size(), 1U);
  EXPECT_NE(picture.notes[0].find("perplexity 5 instead of 30"), std::string::npos);
}

TEST(Tsne, RefusesWhatItCannotDraw) {
  EXPECT_THROW(tsne(matrix_of({{1}, {NAN}})), Error);
  EXPECT_THROW(tsne(Matrix(5)), Error);
  Matrix many(100'001);
  std::vector<float> numbers(100'001);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  many.add_numbers(std::move(numbers));
  EXPECT_THROW(tsne(many), Error);
  const Matrix matrix = clustered(10, 2, 1);
  EXPECT_THROW(tsne(matrix, {.perplexity = 0.5}), Error);
  EXPECT_THROW(tsne(matrix, {.perplexity = NAN}), Error);
  EXPECT_THROW(tsne(matrix, {.exaggeration = 0}), Error);
  EXPECT_THROW(tsne(matrix, {.learning_rate = -1}), Error);
  EXPECT_THROW(tsne(matrix, {.iterations = 200'000}), Error);
}

TEST(Tsne, StartsFromNormalNumbersOfTheSeedWhereAsked) {
  const Matrix matrix = clustered(40, 2, 5);
  const auto random = [&](std::uint64_t seed) {
    return tsne(matrix, {.perplexity = 5, .iterations = 0, .start = TsneSettings::Start::random, .seed = seed}).points;
  };
  EXPECT_EQ(random(1), random(1));
  EXPECT_NE(random(1), random(2));
  EXPECT_EQ(tsne(matrix, {.iterations = 0, .seed = 1}).points, tsne(matrix, {.iterations = 0, .seed = 2}).points);
}

TEST(Affinities, AreSymmetricWithSumOne) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 20 + rng.below(60), 3, {2});
    const double perplexity = 2 + static_cast<double>(rng.below(10));
    const Affinities found = affinities(matrix, perplexity);
    ASSERT_EQ(found.rows(), matrix.rows());
    std::vector<std::vector<double>> dense(matrix.rows(), std::vector<double>(matrix.rows()));
    double sum = 0;
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      ASSERT_EQ(found.begins[row] % Affinities::kLanes, 0U);
      for (std::size_t k = found.begins[row]; k < found.begins[row + 1]; ++k) {
        ASSERT_GE(found.shares[k], 0.0F) << "seed " << seed;
        dense[row][found.neighbours[k]] += static_cast<double>(found.shares[k]);
        sum += static_cast<double>(found.shares[k]);
      }
    }
    EXPECT_NEAR(sum, 1, 1e-5) << "seed " << seed;
    for (std::size_t a = 0; a < dense.size(); ++a) {
      EXPECT_EQ(dense[a][a], 0);
      for (std::size_t b = 0; b < a; ++b) ASSERT_EQ(dense[a][b], dense[b][a]) << "seed " << seed;
    }
  }
}

/// The paper's own definitions with all rows as neighbours: each Gaussian found by plain bisection.
TEST(Affinities, AgreeWithTheDefinitionWhereAllRowsAreNeighbours) {
  Rng rng(9);
  const Matrix matrix = made_up_matrix(rng, 25, 2);
  const double perplexity = 8;
  const std::size_t n = matrix.rows();
  std::vector<std::vector<double>> conditional(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    double low = 0;
    double high = 1e3;
    for (int step = 0; step < 200; ++step) {
      const double precision = (low + high) / 2;
      double sum = 0;
      double entropy = 0;
      for (std::size_t j = 0; j < n; ++j) {
        double squared = 0;
        for (std::size_t c = 0; c < 2; ++c) squared += std::pow(double{matrix.at(i, c)} - double{matrix.at(j, c)}, 2);
        conditional[i][j] = i == j ? 0 : std::exp(-precision * squared);
        sum += conditional[i][j];
      }
      for (double& share : conditional[i]) {
        share /= sum;
        if (share > 0) entropy -= share * std::log(share);
      }
      (entropy > std::log(perplexity) ? low : high) = precision;
    }
  }
  const Affinities found = affinities(matrix, perplexity);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = found.begins[i]; k < found.begins[i + 1]; ++k) {
      const std::size_t j = found.neighbours[k];
      if (j == i) continue;
      const double expected = (conditional[i][j] + conditional[j][i]) / (2 * static_cast<double>(n));
      EXPECT_NEAR(static_cast<double>(found.shares[k]), expected, 2e-6) << i << " and " << j;
    }
  }
}

TEST(Forces, AgreeWithTheSumOverAllPairs) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 5 + rng.below(400), 2);
    const std::size_t n = matrix.rows();
    const Affinities together = affinities(matrix, 3);
    PlanePoints points(n);
    for (std::size_t i = 0; i < n; ++i) {
      points.x.data()[i] = static_cast<float>(5 * rng.normal());
      points.y.data()[i] = static_cast<float>(5 * rng.normal());
    }
    Forces forces(n);
    add_up_forces(points, together, forces);
    double weights = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double repulsion = 0;
      double attraction = 0;
      const auto weight = [&](std::size_t j) {
        const double dx = double{points.x.data()[i]} - double{points.x.data()[j]};
        const double dy = double{points.y.data()[i]} - double{points.y.data()[j]};
        return std::pair(dx, 1 / (1 + dx * dx + dy * dy));
      };
      for (std::size_t j = 0; j < n; ++j) {
        const auto [dx, w] = weight(j);
        repulsion += w * w * dx;
        weights += i == j ? 0 : w;
      }
      for (std::size_t k = together.begins[i]; k < together.begins[i + 1]; ++k) {
        const auto [dx, w] = weight(together.neighbours[k]);
        attraction += double{together.shares[k]} * w * dx;
      }
      ASSERT_NEAR(double{forces.repulsion.x.data()[i]}, repulsion, 1e-4) << "seed " << seed;
      ASSERT_NEAR(double{forces.attraction.x.data()[i]}, attraction, 1e-6) << "seed " << seed;
    }
    ASSERT_NEAR(forces.weights, weights, 1e-5 * weights) << "seed " << seed;
  }
}

TEST(Trustworthiness, IsOneForThePictureOfItselfAndWhatAHandComputes) {
  const Matrix line = matrix_of({{0, 0}, {1, 0}, {3, 0}, {7, 0}});
  const std::vector<PicturePoint> same{{0, 0}, {1, 0}, {3, 0}, {7, 0}};
  EXPECT_EQ(trustworthiness(line, same, 1), 1);
  // The last two change places: of the nearest on the picture, 0 -> 1 (rank 1), 1 -> 0 (1), 7 -> 1 (rank 2) and
  // 3 -> 7 (rank 3): an excess of 0 + 0 + 1 + 2, so 1 - 2 / (4 * 1 * (8 - 3 - 1)) * 3.
  const std::vector<PicturePoint> changed{{0, 0}, {1, 0}, {7, 0}, {3, 0}};
  EXPECT_DOUBLE_EQ(trustworthiness(line, changed, 1), 1 - 2.0 / 16 * 3);
}

TEST(Trustworthiness, DoesNotAskWhichCopyOfARowLiesBesideIt) {
  const Matrix matrix = matrix_of({{0}, {0}, {0}, {0}, {0}, {9}, {9}, {9}});
  const std::vector<PicturePoint> points{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {50, 0}, {50, 1}, {50, 2}};
  EXPECT_EQ(trustworthiness(matrix, points, 1), 1);
}

TEST(Trustworthiness, IsTheSameForAnyNumberOfThreadsAndLowForAPictureOfNothing) {
  const Matrix matrix = clustered(400, 8, 2);
  Rng rng(3);
  std::vector<PicturePoint> points(400);
  for (auto& point : points) point = {static_cast<float>(rng.normal()), static_cast<float>(rng.normal())};
  set_threads(3);
  const double three = trustworthiness(matrix, points);
  set_threads(1);
  EXPECT_EQ(trustworthiness(matrix, points), three);
  set_threads(0);
  EXPECT_NEAR(three, 0.5, 0.05);
}

TEST(Trustworthiness, RefusesTooFewRowsAndOtherPoints) {
  const Matrix line = matrix_of({{0}, {1}, {3}, {7}});
  const std::vector<PicturePoint> points(4);
  EXPECT_THROW((void)trustworthiness(line, points, 2), Error);
  EXPECT_THROW((void)trustworthiness(line, points, 0), Error);
  EXPECT_THROW((void)trustworthiness(line, std::span(points).first(3), 1), Error);
}

}  // namespace
}  // namespace netstray
