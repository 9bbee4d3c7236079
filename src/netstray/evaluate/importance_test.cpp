#include "netstray/evaluate/importance.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/model/recipe.h"

namespace netstray {
namespace {

/// Every fourth row is an attack: its `telling` is far off and its `kind` is "odd" half of the time; `noise` is as
/// ever.
struct MadeUp {
  Table table{Schema({{"noise", ColumnType::number}, {"telling", ColumnType::number}, {"kind", ColumnType::category}})};
  std::vector<std::uint8_t> labels;

  MadeUp(std::size_t rows, std::uint64_t seed) {
    Rng rng(seed);
    for (std::size_t row = 0; row < rows; ++row) {
      const bool attack = row % 4 == 0;
      labels.push_back(attack ? 1 : 0);
      table.column(0).append_number(rng.normal());
      table.column(1).append_number(rng.normal() + (attack ? 8 : 0));
      table.column(2).append_text(attack && rng.below(2) == 0 ? "odd" : rng.below(20) == 0 ? "odd" : "usual");
    }
  }

  Ensemble fitted() const {
    std::vector<std::uint32_t> normal;
    for (std::uint32_t row = 0; row < labels.size(); ++row) {
      if (labels[row] == 0) normal.push_back(row);
    }
    const std::vector<std::size_t> columns{0, 1, 2};
    return Ensemble::fit(table, columns, {normal, {}, normal}, make_recipe("mahalanobis"), 1).ensemble;
  }
};

TEST(ColumnImportance, IsWhatTheModelLosesWithoutTheColumn) {
  const MadeUp made(800, 1);
  const auto found = column_importance(made.fitted(), made.table, made.labels);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].column, "telling");
  EXPECT_GT(found[0].drop, 0.1);
  EXPECT_GT(found[0].drop, 5 * found[0].spread);
  for (const auto& column : found) {
    if (column.column == "noise") {
      EXPECT_LT(std::fabs(column.drop), 0.02);
    }
  }
}

TEST(ColumnImportance, OfAScoreThatIsOneColumnIsTheAucAboveChance) {
  const MadeUp made(2'000, 2);
  const TableScorer scorer = [](const Table& rows) { return rows.column("telling").numbers(); };
  const std::vector<std::string> columns{"noise", "telling"};
  const auto found = column_importance(scorer, columns, made.table, made.labels, {.repeats = 5});
  EXPECT_EQ(found[0].column, "telling");
  EXPECT_NEAR(found[0].drop, 0.5, 0.03);
  EXPECT_EQ(found[1].drop, 0);
  EXPECT_EQ(found[1].spread, 0);
}

TEST(ColumnImportance, LooksAtAsManyRowsOfEachClassAsItMay) {
  const MadeUp made(400, 3);
  const std::vector<std::string> none;
  const auto rows_seen = [&](std::size_t most) {
    std::size_t seen = 0;
    const TableScorer scorer = [&](const Table& rows) {
      seen = rows.rows();
      return rows.column("telling").numbers();
    };
    column_importance(scorer, none, made.table, made.labels, {.most_rows = most});
    return seen;
  };
  EXPECT_EQ(rows_seen(100), 100U);
  EXPECT_EQ(rows_seen(300), 300U);  // 100 attacks, so 200 normal rows
  EXPECT_EQ(rows_seen(1'000), 400U);
}

TEST(ColumnImportance, IsTheSameForTheSameSeed) {
  const MadeUp made(300, 4);
  const Ensemble ensemble = made.fitted();
  const auto drops = [&](std::uint64_t seed) {
    std::vector<double> result;
    for (const auto& column : column_importance(ensemble, made.table, made.labels, {.most_rows = 80, .seed = seed})) {
      result.push_back(column.drop);
    }
    return result;
  };
  EXPECT_EQ(drops(1), drops(1));
  EXPECT_NE(drops(1), drops(2));
}

TEST(ColumnImportance, RefusesRowsWithoutBothClasses) {
  const MadeUp made(40, 5);
  const Ensemble ensemble = made.fitted();
  const std::vector<std::uint8_t> all_normal(40, 0);
  EXPECT_THROW(column_importance(ensemble, made.table, all_normal), Error);
  EXPECT_THROW(column_importance(ensemble, made.table, std::span(made.labels).first(39)), Error);
  EXPECT_THROW(column_importance(ensemble, made.table, made.labels, {.repeats = 0}), Error);
  EXPECT_THROW(column_importance(ensemble, made.table, made.labels, {.most_rows = 3}), Error);
}

}  // namespace
}  // namespace netstray
