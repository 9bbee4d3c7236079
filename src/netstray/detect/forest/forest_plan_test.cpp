#include "netstray/detect/forest/forest_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/instruction_set.h"
#include "netstray/detect/forest/forest_testing.h"
#include "netstray/detect/forest/isolation_forest.h"
#include "netstray/detect/forest/repeated_rows.h"

namespace netstray {
namespace {

/// Linked nodes, walked row by row.
std::vector<std::uint64_t> naive_sums(const IsolationForest& forest, const Matrix& matrix) {
  std::vector<std::uint64_t> sums(matrix.rows());
  std::vector<float> dense(matrix.columns());
  const auto starts = forest.tree_starts();
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, dense);
    for (std::size_t tree = 0; tree + 1 < starts.size(); ++tree) {
      const IsolationNode* nodes = forest.node_list().data() + starts[tree];
      const IsolationNode* node = nodes;
      int depth = 0;
      for (; !node->leaf(); ++depth) node = nodes + node->left + (dense[node->column] <= node->threshold ? 0 : 1);
      const double length = depth + IsolationForest::average_path(node->rows);
      sums[row] += static_cast<std::uint64_t>(std::llround(length / ForestPlan::kPathUnit));
    }
  }
  return sums;
}

ForestPlan plan_of(const IsolationForest& forest, const Matrix& matrix) {
  std::vector<std::uint32_t> widths;
  for (const auto& group : matrix.groups()) widths.push_back(group.width);
  return {forest.node_list(), forest.tree_starts(), static_cast<std::uint32_t>(matrix.number_columns()), widths};
}

class EachInstructionSet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { limit_instruction_set(GetParam()); }
  void TearDown() override { limit_instruction_set(InstructionSet::avx512); }
};

TEST_P(EachInstructionSet, SumsPathsAsANaiveWalkWhicheverWayTheBlocksGo) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const Matrix matrix = adversarial_matrix(rng);
    const auto forest = IsolationForest::fit(
        matrix,
        {.trees = static_cast<std::uint32_t>(1 + rng.below(12)), .sample = seed % 5 == 0 ? 600U : 64U, .seed = seed});
    const auto expected = naive_sums(forest, matrix);
    const ForestPlan plan = plan_of(forest, matrix);
    for (const auto way : {ForestPlan::Way::chosen, ForestPlan::Way::walk, ForestPlan::Way::sweep}) {
      std::vector<std::uint64_t> sums(matrix.rows());
      plan.sum_paths(matrix, 0, sums, way);
      ASSERT_EQ(sums, expected) << "seed " << seed << ", way " << static_cast<int>(way);
    }
  }
}

TEST_P(EachInstructionSet, TakesTreesTooLargeToSweepDownAllTheSame) {
  Rng rng(3);
  Matrix matrix(3000);
  for (int column = 0; column < 3; ++column) {
    std::vector<float> values(3000);
    for (float& value : values) value = static_cast<float>(rng.normal());
    matrix.add_numbers(std::move(values));
  }
  const auto forest = IsolationForest::fit(matrix, {.trees = 5, .sample = 2048, .seed = 1});
  std::vector<std::uint64_t> sums(matrix.rows());
  plan_of(forest, matrix).sum_paths(matrix, 0, sums, ForestPlan::Way::sweep);
  EXPECT_EQ(sums, naive_sums(forest, matrix));
}

TEST_P(EachInstructionSet, FindsOnlyRowsThatAreEqual) {
  const auto repeated = std::make_unique<RepeatedRows>();
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const Matrix matrix = adversarial_matrix(rng);
    std::vector<std::uint32_t> columns(matrix.number_columns() + matrix.groups().size());
    std::iota(columns.begin(), columns.end(), 0U);
    repeated->find(matrix, columns, 0, matrix.rows());
    std::vector<std::uint32_t> whose(matrix.rows(), 0xffffffffU);
    for (const std::uint16_t row : repeated->fresh()) whose[row] = row;
    ASSERT_TRUE(std::ranges::is_sorted(repeated->fresh())) << "seed " << seed;
    repeated->spread(std::span(whose));
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      ASSERT_LE(whose[row], row) << "seed " << seed;
      for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
        ASSERT_EQ(matrix.numbers(column)[row], matrix.numbers(column)[whose[row]]) << "seed " << seed;
      }
      for (const auto& group : matrix.groups()) ASSERT_EQ(group.codes[row], group.codes[whose[row]]) << "seed " << seed;
      if (whose[row] != row) ++found;
    }
  }
  EXPECT_GT(found, 5000U);
}

INSTANTIATE_TEST_SUITE_P(ForestPlan, EachInstructionSet, testing::ValuesIn(instruction_sets_here()),
                         [](const auto& set) { return std::string(name_of(set.param)); });

}  // namespace
}  // namespace netstray
