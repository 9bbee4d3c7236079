#include "netstray/table/sample.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

using Rows = std::vector<std::uint32_t>;

const Rows kRows = {3, 5, 8, 13, 21, 34};
/// Rows 1, 4 and 6 of eight are of the class.
const std::vector<std::uint8_t> kOfClass = {0, 1, 0, 0, 1, 0, 1, 0};

TEST(DrawRows, WithoutReplacementTakesEachAtMostOnce) {
  auto drawn = draw_rows(kRows, 6, false, 1);
  EXPECT_NE(drawn, kRows);
  std::ranges::sort(drawn);
  EXPECT_EQ(drawn, kRows);
  EXPECT_THROW(draw_rows(kRows, 7, false, 1), Error);
  EXPECT_TRUE(draw_rows(kRows, 0, false, 1).empty());
}

TEST(DrawRows, WithReplacementTakesAllEquallyOften) {
  std::map<std::uint32_t, int> counts;
  for (const auto row : draw_rows(kRows, 60'000, true, 7)) ++counts[row];
  ASSERT_EQ(counts.size(), kRows.size());
  for (const auto& [row, count] : counts) EXPECT_NEAR(count, 10'000, 400) << "row " << row;  // 4 sd
  EXPECT_THROW(draw_rows({}, 1, true, 1), Error);
}

TEST(DrawRows, FollowsTheSeed) {
  for (const bool again : {false, true}) {
    EXPECT_EQ(draw_rows(kRows, 5, again, 3), draw_rows(kRows, 5, again, 3));
    EXPECT_NE(draw_rows(kRows, 5, again, 3), draw_rows(kRows, 5, again, 4));
  }
}

Rows own_part(const Rows& rows) { return {rows.begin() + 5, rows.end()}; }

TEST(ResizeClass, LeavesTheOthersInFrontAndDrawsTheClassBehindThem) {
  const auto rows = resize_class(kOfClass, {ClassSize::Rule::rows, 2}, false, 1);
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(Rows(rows.begin(), rows.begin() + 5), (Rows{0, 2, 3, 5, 7}));
  for (const auto row : own_part(rows)) EXPECT_EQ(kOfClass[row], 1);
}

TEST(ResizeClass, KnowsRowsAndTheSizeOfTheRest) {
  const auto size = [](ClassSize::Rule rule, double amount) {
    return own_part(resize_class(kOfClass, {rule, amount}, true, 1)).size();
  };
  EXPECT_EQ(size(ClassSize::Rule::rows, 10), 10U);
  EXPECT_EQ(size(ClassSize::Rule::rest, 1), 5U);
  EXPECT_EQ(size(ClassSize::Rule::rest, 0.5), 3U);
}

TEST(ResizeClass, RefusesWhatItCannotDraw) {
  EXPECT_THROW(resize_class(kOfClass, {ClassSize::Rule::rest, 1}, false, 1), Error);
  EXPECT_THROW(resize_class(kOfClass, {ClassSize::Rule::rest, 0}, true, 1), Error);
  EXPECT_THROW(resize_class(kOfClass, {ClassSize::Rule::rest, 1e12}, true, 1), Error);
  EXPECT_THROW(resize_class(kOfClass, {ClassSize::Rule::rest, NAN}, true, 1), Error);
  EXPECT_EQ(resize_class(kOfClass, {ClassSize::Rule::rows, 4}, true, 1, 9).size(), 9U);
  EXPECT_THROW(resize_class(kOfClass, {ClassSize::Rule::rows, 5}, true, 1, 9), Error);
  EXPECT_THROW(resize_class(std::vector<std::uint8_t>{0, 0}, {ClassSize::Rule::rows, 1}, true, 1), Error);
}

}  // namespace
}  // namespace netstray
