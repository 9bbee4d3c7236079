#include "netstray/model/rank.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/model/made_up_traffic.h"

namespace netstray {
namespace {

/// Quiet flows with `copies` equal rows and `alike` rows that are odd in the same four columns.
Table with_odd_rows(std::size_t alike, std::size_t copies, std::uint64_t seed) {
  Table table = made_up::quiet_flows(400, seed);
  const Table more = made_up::quiet_flows(1, seed + 1000);
  for (std::size_t i = 0; i < alike + copies; ++i) {
    for (std::size_t index = 0; index < table.columns(); ++index) {
      const Column& from = more.column(index);
      Column& to = table.column(index);
      const std::string& name = table.schema()[index].name;
      if (i < alike && (name.ends_with("bytes") || name == "duration" || name == "packets")) {
        to.append_number(name == "duration" ? 9000.0 + static_cast<double>(i) : 5e9 + static_cast<double>(i));
      } else if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
        to.append_text(from.text(0));
      } else {
        to.append_number(from.number(0));
      }
    }
  }
  return table;
}

Ranking ranked(const Table& table, std::size_t top, Alike alike) {
  ColumnChoice choice;
  choice.drop = {"id"};
  TrainSettings settings;
  settings.recipe =
      make_recipe("iforest", {}, Encoding{{NumericScaling::standardise}});  // the odd rows are odd by their size
  return rank_rows(table, choose_columns(table, choice), settings, top, alike);
}

TEST(Rank, OddRowsComeFirstAndScoresFall) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Ranking ranking = ranked(with_odd_rows(2, 0, seed), 10, Alike::apart);
    ASSERT_EQ(ranking.top.size(), 10U);
    EXPECT_GE(ranking.top[0].row, 400U) << "seed " << seed;
    EXPECT_GE(ranking.top[1].row, 400U) << "seed " << seed;
    EXPECT_TRUE(std::is_sorted(ranking.top.begin(), ranking.top.end(),
                               [](const RankedRow& a, const RankedRow& b) { return a.score > b.score; }));
  }
}

TEST(Rank, EqualRowsAreOneEntryWithTheirCount) {
  const Ranking ranking = ranked(with_odd_rows(0, 30, 1), 1000, Alike::apart);
  std::uint64_t rows = 0;
  std::set<std::size_t> firsts;
  for (const auto& entry : ranking.top) {
    rows += entry.count;
    firsts.insert(entry.row);
  }
  EXPECT_EQ(rows, 430U);
  EXPECT_EQ(firsts.size(), ranking.top.size());
  EXPECT_EQ(ranking.top.size(), ranking.distinct_rows);
  EXPECT_GE(ranking.commonest_share, 30.0 / 430.0);
}

TEST(Rank, OfRowsThatStandOutAlikeThreeAreShownAndTheRestCounted) {
  const Ranking ranking = ranked(with_odd_rows(12, 0, 3), 8, Alike::together);
  ASSERT_EQ(ranking.top.size(), 8U);
  const auto odd =
      std::count_if(ranking.top.begin(), ranking.top.end(), [](const RankedRow& entry) { return entry.row >= 400; });
  EXPECT_GE(odd, 3);
  EXPECT_LT(odd, 8);
  EXPECT_GE(ranking.top[0].similar, 5U);
}

TEST(Rank, WhereKindsAreFewTheNextHighestFillTheList) {
  Table table(Schema({{"a", ColumnType::integer}}));
  for (std::int64_t value = 0; value < 12; ++value) table.column(0).append_decimal(value * value, 0);
  const Ranking ranking = rank_rows(table, choose_columns(table, {}), {}, 10, Alike::together);
  EXPECT_EQ(ranking.top.size(), 10U);
}

TEST(Rank, OneRowCannotBeRanked) {
  const Table table = made_up::quiet_flows(1, 1);
  ColumnChoice choice;
  choice.learn = {"duration"};
  EXPECT_THROW(rank_rows(table, choose_columns(table, choice), {}, 5, Alike::together), Error);
}

}  // namespace
}  // namespace netstray
