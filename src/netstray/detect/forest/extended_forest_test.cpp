#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/detect/detector_testing.h"
#include "netstray/detect/forest/forest_testing.h"
#include "netstray/detect/forest/isolation_forest.h"

namespace netstray {
namespace {

std::span<const HyperplaneTerm> terms_of(const IsolationForest& forest, std::size_t node) {
  const std::size_t first = node == 0 ? 0 : forest.term_ends()[node - 1];
  return forest.terms().subspan(first, forest.term_ends()[node] - first);
}

/// The row's path in one tree, the plain way.
double naive_path(const IsolationForest& forest, std::size_t tree, std::span<const float> row) {
  const std::size_t start = forest.tree_starts()[tree];
  std::size_t at = start;
  double depth = 0;
  for (; !forest.node_list()[at].leaf(); ++depth) {
    double here = 0;
    double plane = 0;
    for (const auto& term : terms_of(forest, at)) {
      here += term.normal * static_cast<double>(row[term.column]);
      plane += term.normal * static_cast<double>(term.point);
    }
    at = start + forest.node_list()[at].left + (here > plane ? 1 : 0);
  }
  return depth + IsolationForest::average_path(forest.node_list()[at].rows);
}

std::vector<double> naive_scores(const IsolationForest& forest, const Matrix& matrix) {
  constexpr double kUnits = 0x1.0p26;
  const std::size_t trees = forest.settings().trees;
  const auto sample = std::min<std::uint64_t>(forest.settings().sample, matrix.rows());
  const double expected = IsolationForest::average_path(sample) * static_cast<double>(trees);
  std::vector<double> scores;
  std::vector<float> dense(matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, dense);
    double units = 0;
    for (std::size_t tree = 0; tree < trees; ++tree) units += std::round(naive_path(forest, tree, dense) * kUnits);
    scores.push_back(std::exp2(expected > 0 ? -(units / kUnits) / expected : -1));
  }
  return scores;
}

TEST(ExtendedForest, ScoresAsANaiveWalkWithEachInstructionSet) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const Matrix matrix = adversarial_matrix(rng);
    const auto forest = IsolationForest::fit(matrix, {.trees = static_cast<std::uint32_t>(1 + rng.below(9)),
                                                      .sample = static_cast<std::uint32_t>(2 + rng.below(80)),
                                                      .seed = seed,
                                                      .extension = static_cast<std::uint32_t>(1 + rng.below(4))});
    const auto expected = naive_scores(forest, matrix);
    for (const InstructionSet set : instruction_sets_here()) {
      limit_instruction_set(set);
      EXPECT_EQ(scores_of(forest, matrix), expected) << "seed " << seed << ", " << name_of(set);
    }
    limit_instruction_set(InstructionSet::avx512);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST(ExtendedForest, SplitsEachNodeInTwoByColumnsThatDifferThroughAPointAmongItsRows) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const Matrix matrix = adversarial_matrix(rng);
    const auto extension = static_cast<std::uint32_t>(1 + rng.below(4));
    const ExtendedTree tree = grow_extended_tree(matrix, 0, matrix.rows(), extension, rng);
    std::vector<std::vector<std::size_t>> rows(tree.nodes.size());
    std::vector<std::uint32_t> depth(tree.nodes.size());
    rows[0].resize(matrix.rows());
    std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
    std::size_t first = 0;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const auto terms = std::span(tree.terms).subspan(first, tree.term_ends[i] - first);
      first = tree.term_ends[i];
      ASSERT_EQ(rows[i].size(), tree.nodes[i].rows) << "seed " << seed;
      ASSERT_FALSE(rows[i].empty()) << "seed " << seed;
      std::size_t differing = 0;
      for (std::size_t c = 0; c < matrix.columns(); ++c) {
        const float value = matrix.at(rows[i][0], c);
        if (std::ranges::any_of(rows[i], [&](std::size_t row) { return matrix.at(row, c) != value; })) ++differing;
      }
      if (tree.nodes[i].leaf()) {
        ASSERT_TRUE(terms.empty());
        ASSERT_TRUE(differing == 0 || depth[i] == isolation_depth_limit(matrix.rows())) << "seed " << seed;
        continue;
      }
      ASSERT_LE(terms.size(), std::min<std::size_t>(differing, extension + 1)) << "seed " << seed;
      ASSERT_TRUE(std::ranges::adjacent_find(terms, std::greater_equal<>{}, &HyperplaneTerm::column) == terms.end())
          << "seed " << seed;
      double plane = 0;
      for (const auto& term : terms) {
        plane += term.normal * static_cast<double>(term.point);
        const auto value = [&](std::size_t row) { return matrix.at(row, term.column); };
        const auto [low, high] = std::ranges::minmax(rows[i], {}, value);
        ASSERT_LT(value(low), value(high)) << "seed " << seed;
        ASSERT_LE(value(low), term.point) << "seed " << seed;
        ASSERT_GE(value(high), term.point) << "seed " << seed;
      }
      for (const std::size_t row : rows[i]) {
        double here = 0;
        for (const auto& term : terms) here += term.normal * static_cast<double>(matrix.at(row, term.column));
        rows[tree.nodes[i].left + (here > plane ? 1 : 0)].push_back(row);
      }
      depth[tree.nodes[i].left] = depth[tree.nodes[i].left + 1] = depth[i] + 1;
    }
  }
}

TEST(ExtendedForest, IsThePlainForestWithoutAnExtension) {
  Rng rng(4);
  const Matrix matrix = quiet_rows(rng, 400, 5);
  EXPECT_EQ(saved(*fit_detector(iforest_info(), matrix, {"extension=0"})),
            saved(*fit_detector(iforest_info(), matrix)));
  EXPECT_NE(saved(*fit_detector(iforest_info(), matrix, {"extension=1"})),
            saved(*fit_detector(iforest_info(), matrix)));
}

/// The share of pairs of an ordinary and an odd row in which the odd one is scored higher; the last `odd` rows are odd.
double area_under_curve(std::span<const double> scores, std::size_t odd) {
  const std::size_t ordinary = scores.size() - odd;
  double higher = 0;
  for (std::size_t i = ordinary; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < ordinary; ++j) {
      higher += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
    }
  }
  return higher / static_cast<double>(odd) / static_cast<double>(ordinary);
}

TEST(ExtendedForest, FindsWhatIsUnusualOnlyInHowColumnsGoTogether) {
  // A diagonal ridge; the odd rows lie within its range in both columns, off the ridge.
  constexpr std::size_t kOrdinary = 600;
  constexpr std::size_t kOddRows = 30;
  double plain = 0;
  double extended = 0;
  constexpr std::uint64_t kSeeds = 10;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    std::vector<float> x;
    std::vector<float> y;
    for (std::size_t i = 0; i < kOrdinary + kOddRows; ++i) {
      const double along = rng.uniform(-1, 1);
      const double side = i < kOrdinary ? 0 : (rng.below(2) == 0 ? 0.25 : -0.25);
      x.push_back(static_cast<float>(along * 0.7 + side + 0.05 * rng.normal()));
      y.push_back(static_cast<float>(along * 0.7 - side + 0.05 * rng.normal()));
    }
    Matrix matrix(x.size());
    matrix.add_numbers(std::move(x));
    matrix.add_numbers(std::move(y));
    std::vector<std::uint32_t> ordinary(kOrdinary);
    std::iota(ordinary.begin(), ordinary.end(), 0U);
    const Matrix training = matrix.gather(ordinary);
    plain += area_under_curve(scores_of(IsolationForest::fit(training, {.seed = seed}), matrix), kOddRows);
    extended +=
        area_under_curve(scores_of(IsolationForest::fit(training, {.seed = seed, .extension = 1}), matrix), kOddRows);
  }
  EXPECT_GT(extended / kSeeds, plain / kSeeds + 0.01);
  EXPECT_GT(extended / kSeeds, 0.98);
}

TEST(ExtendedForest, DoesNotDependOnTheUnitsOfAColumn) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Matrix matrix(200);
    Matrix scaled(200);
    for (int column = 0; column < 3; ++column) {
      std::vector<float> values(200);
      for (float& value : values) value = static_cast<float>(rng.normal());
      matrix.add_numbers(values);
      for (float& value : values) value *= column == 0 ? 1024.0F : 0.125F;  // powers of two: nothing is rounded
      scaled.add_numbers(std::move(values));
    }
    const IsolationForestSettings settings{.trees = 10, .sample = 64, .seed = seed, .extension = 2};
    ASSERT_EQ(scores_of(IsolationForest::fit(matrix, settings), matrix),
              scores_of(IsolationForest::fit(scaled, settings), scaled))
        << "seed " << seed;
  }
}

TEST(ExtendedForest, ExplainsExactlyTheDifferenceFromTheExpectedPathByTheColumnsItSplitOn) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = adversarial_matrix(rng);
    const auto forest = IsolationForest::fit(
        matrix, {.trees = 9, .sample = 32, .seed = seed, .extension = 1 + static_cast<std::uint32_t>(seed % 3)});
    const std::size_t row = rng.below(matrix.rows());
    std::vector<double> parts(forest.columns());
    forest.explain(matrix, row, parts);
    std::vector<float> dense(matrix.columns());
    matrix.dense_row(row, dense);
    double difference = 0;
    for (std::size_t tree = 0; tree < 9; ++tree) {
      const std::size_t start = forest.tree_starts()[tree];
      const auto nodes = forest.node_list().subspan(start, forest.tree_starts()[tree + 1] - start);
      std::vector<std::uint32_t> depth(nodes.size());
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].leaf()) {
          difference += (depth[i] + IsolationForest::average_path(nodes[i].rows)) * nodes[i].rows / nodes[0].rows;
        } else {
          depth[nodes[i].left] = depth[nodes[i].left + 1] = depth[i] + 1;
        }
      }
      difference -= naive_path(forest, tree, dense);
    }
    ASSERT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), difference / 9, 1e-6) << "seed " << seed;
    for (std::size_t column = 0; column < parts.size(); ++column) {
      const bool used = std::ranges::any_of(forest.terms(), [&](const auto& term) { return term.column == column; });
      ASSERT_TRUE(used || parts[column] == 0) << "seed " << seed;
    }
  }
}

TEST(ExtendedForest, RefusesAnExtensionOutOfRange) {
  Rng rng(1);
  const Matrix matrix = quiet_rows(rng, 20, 2);
  EXPECT_THROW(IsolationForest::fit(matrix, {.extension = IsolationForest::kMostExtension + 1}), Error);
  EXPECT_NE(fit_error(iforest_info(), matrix, {"extension=64"}).find("from 0 to 63"), std::string::npos);
}

TEST(ExtendedForest, RefusesSplitsThatCannotBe) {
  Rng rng(2);
  const Matrix matrix = quiet_rows(rng, 30, 3, false);
  const auto bytes = saved(*fit_detector(iforest_info(), matrix, {"extension=1", "trees=1", "sample=4"}));
  // trees, sample, seed, extension, sample used, number columns, no widths, nodes, then the root's terms and rows
  constexpr std::size_t kFirstTerm = 4 + 4 + 8 + 4 + 4 + 4 + 8 + 8 + 8;
  const auto refused = [&](std::size_t at, const auto& value) {
    std::string damaged = bytes;
    std::memcpy(damaged.data() + at, &value, sizeof value);
    ByteReader in(damaged, "model");
    EXPECT_THROW(IsolationForest::load(in), Error) << at;
  };
  refused(kFirstTerm, std::uint32_t{1000});
  refused(kFirstTerm + 4, std::numeric_limits<float>::infinity());
  refused(kFirstTerm + 8, std::numeric_limits<double>::quiet_NaN());
  refused(kFirstTerm + 8, 1e70);
  refused(kFirstTerm - 8, std::uint32_t{3});
}

}  // namespace
}  // namespace netstray
