#include "netstray/source/row_sample.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace netstray {
namespace {

/// Draws from a stream of `rows` rows whose only column is their number, appended some at a time.
RowBatch draw(std::size_t rows, std::size_t wanted, std::uint64_t seed, std::size_t at_once,
              std::size_t* most = nullptr) {
  RowBatch batch;
  batch.table = Table(Schema({{"number", ColumnType::integer}, {"text", ColumnType::category}}));
  RowSample sample(wanted, seed);
  for (std::size_t row = 0; row < rows;) {
    for (std::size_t i = 0; i < at_once && row < rows; ++i, ++row) {
      batch.table.column(0).append_decimal(static_cast<std::int64_t>(row + 1), 0);
      batch.table.column(1).append_text(std::to_string(row + 1));
      batch.lines.push_back(row + 1);
    }
    if (most != nullptr) *most = std::max(*most, batch.table.rows());
    sample.thin(batch);
  }
  sample.finish(batch);
  EXPECT_EQ(sample.numbers(), batch.lines);
  return batch;
}

TEST(RowSample, DrawsTheSameRowsInFileOrderHoweverTheyCome) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    const std::size_t rows = 1 + rng.below(2000);
    const std::size_t wanted = 1 + rng.below(300);
    const auto one = draw(rows, wanted, seed, 1);
    const auto many = draw(rows, wanted, seed, 1 + rng.below(700));
    ASSERT_EQ(one.lines, many.lines) << "seed " << seed;
    ASSERT_EQ(one.lines.size(), std::min(rows, wanted)) << "seed " << seed;
    ASSERT_TRUE(std::is_sorted(one.lines.begin(), one.lines.end())) << "seed " << seed;
    for (std::size_t row = 0; row < one.lines.size(); ++row) {
      ASSERT_EQ(one.table.column(0).text(row), std::to_string(one.lines[row])) << "seed " << seed;
      ASSERT_EQ(one.table.column(1).text(row), std::to_string(one.lines[row])) << "seed " << seed;
    }
    ASSERT_EQ(one.table.column(1).levels().size(), one.lines.size()) << "seed " << seed;
  }
}

TEST(RowSample, DrawsEachRowEquallyOften) {
  constexpr std::size_t kRows = 40;
  constexpr std::size_t kWanted = 10;
  constexpr std::size_t kDraws = 4000;
  std::vector<double> counts(kRows, 0);
  for (std::uint64_t seed = 1; seed <= kDraws; ++seed) {
    for (const auto line : draw(kRows, kWanted, seed, 7).lines) counts[line - 1] += 1;
  }
  // Each count is binomial: mean 1000, standard deviation 27; all 40 lie within five of them with 1 - 2e-5.
  for (std::size_t row = 0; row < kRows; ++row) EXPECT_NEAR(counts[row], 1000, 140) << "row " << row;
}

TEST(RowSample, HoldsTwiceTheRowsWantedAtMost) {
  std::size_t most = 0;
  draw(50'000, 500, 1, 100, &most);
  EXPECT_LE(most, 1100U);
}

}  // namespace
}  // namespace netstray
