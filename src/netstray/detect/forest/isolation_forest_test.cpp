#include "netstray/detect/forest/isolation_forest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// Random rows with ties, huge values, constant and duplicate columns and one-hot groups; 1 to `most_rows` of them.
Matrix made_up_matrix(Rng& rng, std::size_t most_rows) {
  Matrix matrix(1 + rng.below(most_rows));
  const std::size_t numbers = rng.below(5);
  for (std::size_t column = 0; column < numbers; ++column) {
    const auto kind = rng.below(5);
    std::vector<float> values(matrix.rows());
    for (float& value : values) {
      switch (kind) {
        case 0:
          value = 3;
          break;
        case 1:
          value = static_cast<float>(rng.below(3));
          break;
        case 2:
          value = rng.below(2) == 0 ? 0.0F : -0.0F;
          break;
        case 3:
          value = rng.below(9) == 0 ? std::numeric_limits<float>::max() : -std::numeric_limits<float>::max();
          break;
        default:
          value = static_cast<float>(rng.normal());
          break;
      }
    }
    matrix.add_numbers(std::move(values));
  }
  const std::size_t groups = rng.below(3) + (numbers == 0 ? 1 : 0);
  for (std::size_t group = 0; group < groups; ++group) {
    const auto width = static_cast<std::uint32_t>(1 + rng.below(6));
    std::vector<std::uint16_t> codes(matrix.rows());
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(width));
    matrix.add_group(width, std::move(codes));
  }
  return matrix;
}

/// A matrix of normal numbers and one group.
Matrix plain_matrix(std::size_t rows, std::uint64_t seed) {
  Rng rng(seed);
  Matrix matrix(rows);
  for (int column = 0; column < 4; ++column) {
    std::vector<float> values(rows);
    for (float& value : values) value = static_cast<float>(rng.normal());
    matrix.add_numbers(std::move(values));
  }
  std::vector<std::uint16_t> codes(rows);
  for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(4));
  matrix.add_group(5, std::move(codes));
  return matrix;
}

std::vector<double> scores_of(const IsolationForest& forest, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  forest.score(matrix, scores);
  return scores;
}

/// The same forest the plain way: linked nodes over dense rows.
struct NaiveNode {
  std::uint32_t column = 0;
  float threshold = 0;
  std::uint32_t rows = 0;
  std::unique_ptr<NaiveNode> left, right;
};

std::unique_ptr<NaiveNode> naive_tree(std::span<const IsolationNode> nodes, std::size_t index) {
  auto node = std::make_unique<NaiveNode>();
  node->column = nodes[index].column;
  node->threshold = nodes[index].threshold;
  node->rows = nodes[index].rows;
  if (!nodes[index].leaf()) {
    node->left = naive_tree(nodes, nodes[index].left);
    node->right = naive_tree(nodes, nodes[index].left + 1);
  }
  return node;
}

std::span<const IsolationNode> tree_of(const IsolationForest& forest, std::size_t tree) {
  const auto starts = forest.tree_starts();
  return forest.node_list().subspan(starts[tree], starts[tree + 1] - starts[tree]);
}

double naive_path(const NaiveNode& root, std::span<const float> row) {
  const NaiveNode* node = &root;
  double depth = 0;
  for (; node->left; ++depth) node = row[node->column] <= node->threshold ? node->left.get() : node->right.get();
  return depth + IsolationForest::average_path(node->rows);
}

std::vector<double> naive_scores(const IsolationForest& forest, const Matrix& matrix, std::uint64_t sample) {
  constexpr double kUnits = 0x1.0p26;
  std::vector<std::unique_ptr<NaiveNode>> trees;
  trees.reserve(forest.settings().trees);
  for (std::size_t tree = 0; tree < forest.settings().trees; ++tree)
    trees.push_back(naive_tree(tree_of(forest, tree), 0));
  std::vector<double> scores;
  scores.reserve(matrix.rows());
  std::vector<float> dense(matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, dense);
    double units = 0;  // whole numbers below 2^53, so that the sum is exact
    for (const auto& tree : trees) units += std::round(naive_path(*tree, dense) * kUnits);
    const double expected = IsolationForest::average_path(sample) * static_cast<double>(trees.size());
    scores.push_back(std::exp2(expected > 0 ? -(units / kUnits) / expected : -1));
  }
  return scores;
}

TEST(IsolationForest, AveragePathIsThatOfThePaper) {
  EXPECT_EQ(IsolationForest::average_path(0), 0);
  EXPECT_EQ(IsolationForest::average_path(1), 0);
  EXPECT_EQ(IsolationForest::average_path(2), 1);
  EXPECT_NEAR(IsolationForest::average_path(256), 10.244770920119917, 1e-12);  // as scikit-learn gives
  EXPECT_NEAR(IsolationForest::average_path(3), 2 * (std::log(2.0) + 0.5772156649) - 4.0 / 3, 1e-9);
}

TEST(IsolationForest, ScoresAsANaiveWalkOfTheSameTrees) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, seed % 3 == 0 ? 5 : 300);
    const IsolationForestSettings settings{
        .trees = 7, .sample = static_cast<std::uint32_t>(2 + rng.below(100)), .seed = seed};
    const auto forest = IsolationForest::fit(matrix, settings);
    const auto sample = std::min<std::uint64_t>(settings.sample, matrix.rows());
    ASSERT_EQ(scores_of(forest, matrix), naive_scores(forest, matrix, sample)) << "seed " << seed;
  }
}

TEST(IsolationForest, SplitsWithinTheValuesOfTheNodeAndNoDeeperThanTheLimit) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const Matrix sample = made_up_matrix(rng, 64);
    const auto nodes = grow_isolation_tree(sample, rng);
    ASSERT_EQ(nodes[0].rows, sample.rows());
    std::vector<std::vector<std::size_t>> rows(nodes.size());
    std::vector<std::uint32_t> depth(nodes.size());
    rows[0].resize(sample.rows());
    std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      ASSERT_EQ(rows[i].size(), nodes[i].rows) << "seed " << seed;
      ASSERT_GT(rows[i].size(), 0U) << "seed " << seed;
      ASSERT_LE(depth[i], isolation_depth_limit(sample.rows())) << "seed " << seed;
      if (nodes[i].leaf()) {
        const bool constant = std::ranges::all_of(rows[i], [&](std::size_t row) {
          for (std::size_t c = 0; c < sample.columns(); ++c) {
            if (sample.at(row, c) != sample.at(rows[i][0], c)) return false;
          }
          return true;
        });
        ASSERT_TRUE(constant || depth[i] == isolation_depth_limit(sample.rows())) << "seed " << seed;
        continue;
      }
      for (const std::size_t row : rows[i]) {
        const bool right = sample.at(row, nodes[i].column) > nodes[i].threshold;
        rows[nodes[i].left + (right ? 1 : 0)].push_back(row);
      }
      depth[nodes[i].left] = depth[nodes[i].left + 1] = depth[i] + 1;
    }
  }
}

TEST(IsolationForest, DrawsColumnsEvenlyAmongThoseThatDiffer) {
  // Two number columns, one constant, and a group of three levels of which two occur: 4 dense columns can be split.
  Matrix sample(64);
  std::vector<float> values(64);
  std::iota(values.begin(), values.end(), 0.0F);
  sample.add_numbers(values);
  sample.add_numbers(std::vector<float>(64, 1.0F));
  sample.add_numbers(values);
  std::vector<std::uint16_t> codes(64);
  for (std::size_t i = 0; i < 64; ++i) codes[i] = i % 2 == 0 ? 0 : 2;
  sample.add_group(3, codes);
  std::vector<int> drawn(6);
  double threshold_sum = 0;
  constexpr int kTrees = 4000;
  for (std::uint64_t seed = 0; seed < kTrees; ++seed) {
    Rng rng(seed);
    const auto root = grow_isolation_tree(sample, rng).front();
    ++drawn[root.column];
    if (root.column == 0) threshold_sum += root.threshold;
  }
  EXPECT_EQ(drawn[1], 0);
  EXPECT_EQ(drawn[4], 0);
  for (const int column : {0, 2, 3, 5}) EXPECT_NEAR(drawn[static_cast<std::size_t>(column)], 1000, 120);  // over 4 sd
  EXPECT_NEAR(threshold_sum / drawn[0], 31.5, 2.5);  // uniform in [0, 63): sd of the mean .58
}

TEST(IsolationForest, GivesTheSameScoresForAnyNumberOfThreads) {
  const Matrix matrix = plain_matrix(9000, 3);
  std::vector<std::vector<double>> all;
  for (const unsigned count : {1U, 2U, 3U}) {
    set_threads(count);
    all.push_back(scores_of(IsolationForest::fit(matrix, {.trees = 20, .sample = 64, .seed = 5}), matrix));
  }
  set_threads(0);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
}

TEST(IsolationForest, ScoresEachRowAsIfItWereAlone) {
  const Matrix matrix = plain_matrix(700, 8);
  const auto forest = IsolationForest::fit(matrix, {.trees = 10, .sample = 64, .seed = 2});
  const auto scores = scores_of(forest, matrix);
  for (const std::uint32_t row : {0U, 127U, 128U, 699U}) {
    EXPECT_EQ(scores_of(forest, matrix.gather(std::vector{row})).front(), scores[row]);
  }
}

TEST(IsolationForest, PutsRowsFarOutFirst) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Matrix matrix = plain_matrix(500, seed);
    Matrix with_far(501);
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      std::vector<float> values(matrix.numbers(column).begin(), matrix.numbers(column).end());
      values.push_back(9);
      with_far.add_numbers(std::move(values));
    }
    const auto forest = IsolationForest::fit(with_far, {.trees = 40, .sample = 64, .seed = seed});
    const auto scores = scores_of(forest, with_far);
    ASSERT_EQ(std::ranges::max_element(scores) - scores.begin(), 500) << "seed " << seed;
    ASSERT_GT(scores.back(), 0.6) << "seed " << seed;
  }
}

TEST(IsolationForest, CallsASingleRowOrEqualRowsNeitherUsualNorUnusual) {
  Matrix one(1);
  one.add_numbers({4.0F});
  EXPECT_EQ(scores_of(IsolationForest::fit(one, {}), one), std::vector<double>{0.5});
  Matrix equal(50);
  equal.add_numbers(std::vector<float>(50, 2.0F));
  for (const double score : scores_of(IsolationForest::fit(equal, {}), equal)) EXPECT_NEAR(score, 0.5, 1e-6);
}

TEST(IsolationForest, RefusesWhatItCannotLearnFrom) {
  Matrix matrix(2);
  matrix.add_numbers({1.0F, std::numeric_limits<float>::infinity()});
  EXPECT_THROW(IsolationForest::fit(matrix, {}), Error);
  Matrix not_a_number(2);
  not_a_number.add_numbers({1.0F, std::nanf("")});
  EXPECT_THROW(IsolationForest::fit(not_a_number, {}), Error);
  EXPECT_THROW(IsolationForest::fit(Matrix(0), {}), Error);
  EXPECT_THROW(IsolationForest::fit(Matrix(3), {}), Error);
  const Matrix good = plain_matrix(10, 1);
  EXPECT_THROW(IsolationForest::fit(good, {.trees = 0}), Error);
  EXPECT_THROW(IsolationForest::fit(good, {.trees = 10'001}), Error);
  EXPECT_THROW(IsolationForest::fit(good, {.sample = 1}), Error);
  EXPECT_THROW(IsolationForest::fit(good, {.sample = (1U << 20) + 1}), Error);
}

TEST(IsolationForest, RefusesToScoreOtherColumns) {
  const auto forest = IsolationForest::fit(plain_matrix(10, 1), {});
  Matrix narrower(1);
  narrower.add_numbers({1.0F});
  std::vector<double> scores(1);
  EXPECT_THROW(forest.score(narrower, scores), Error);
}

TEST(IsolationForest, ExplainsExactlyTheDifferenceFromTheExpectedPath) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 200);
    const auto forest = IsolationForest::fit(matrix, {.trees = 9, .sample = 32, .seed = seed});
    const std::size_t row = rng.below(matrix.rows());
    std::vector<double> parts(forest.columns());
    forest.explain(matrix, row, parts);
    std::vector<float> dense(matrix.columns());
    matrix.dense_row(row, dense);
    double difference = 0;
    for (std::size_t tree = 0; tree < 9; ++tree) {
      const auto nodes = tree_of(forest, tree);
      std::vector<std::uint32_t> depth(nodes.size());
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].leaf()) {
          difference += (depth[i] + IsolationForest::average_path(nodes[i].rows)) * nodes[i].rows / nodes[0].rows;
        } else {
          depth[nodes[i].left] = depth[nodes[i].left + 1] = depth[i] + 1;
        }
      }
      difference -= naive_path(*naive_tree(nodes, 0), dense);
    }
    ASSERT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), difference / 9, 1e-6) << "seed " << seed;
  }
}

TEST(IsolationForest, NamesTheColumnsThatWereMovedWithinWhatTrainingShowed) {
  // Skewed columns, so that training reaches far out; 1 to 3 of a quiet row's columns are moved out there.
  constexpr std::size_t kColumns = 8;
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Matrix matrix(500);
    for (std::size_t column = 0; column < kColumns; ++column) {
      std::vector<float> values(500);
      for (float& value : values) value = static_cast<float>(std::exp(rng.normal()));
      matrix.add_numbers(std::move(values));
    }
    const auto forest = IsolationForest::fit(matrix, {.trees = 50, .sample = 128, .seed = seed});
    const std::size_t moved = 1 + seed % 3;
    Matrix row(1);
    for (std::size_t column = 0; column < kColumns; ++column) row.add_numbers({column < moved ? 15.0F : 1.0F});
    std::vector<double> parts(kColumns);
    forest.explain(row, 0, parts);
    const double least_moved = *std::min_element(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(moved));
    if (least_moved > *std::max_element(parts.begin() + static_cast<std::ptrdiff_t>(moved), parts.end())) ++found;
  }
  EXPECT_GE(found, 90);
}

TEST(IsolationForest, IsTheSameAfterSavingAndLoading) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 100);
    const auto forest = IsolationForest::fit(matrix, {.trees = 5, .sample = 64, .seed = seed});
    ByteWriter out;
    forest.save(out);
    ByteReader in(out.bytes(), "model");
    const auto loaded = load_detector("iforest", in);
    in.expect_end();
    std::vector<double> scores(matrix.rows());
    loaded->score(matrix, scores);
    ASSERT_EQ(scores, scores_of(forest, matrix)) << "seed " << seed;
    ByteWriter again;
    loaded->save(again);
    ASSERT_EQ(again.bytes(), out.bytes()) << "seed " << seed;
  }
}

TEST(IsolationForest, RefusesOrSurvivesAnyDamagedByte) {
  const Matrix matrix = plain_matrix(30, 4);
  ByteWriter out;
  IsolationForest::fit(matrix, {.trees = 3, .sample = 16, .seed = 1}).save(out);
  const std::string& bytes = out.bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteReader in(std::string_view(bytes).substr(0, length), "model");
    EXPECT_THROW(IsolationForest::load(in), Error) << length;
  }
  std::size_t loaded = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      ByteReader in(damaged, "model");
      try {
        const auto forest = IsolationForest::load(in);
        if (forest.columns() == matrix.columns()) (void)scores_of(forest, matrix);
        ++loaded;
      } catch (const Error&) {
        continue;
      }
    }
  }
  EXPECT_GT(loaded, 0U);  // a flipped bit of a threshold is a forest all the same
}

TEST(LoadDetector, RefusesAnUnknownName) {
  ByteReader in("", "model");
  EXPECT_THROW(load_detector("oracle", in), Error);
}

}  // namespace
}  // namespace netstray
