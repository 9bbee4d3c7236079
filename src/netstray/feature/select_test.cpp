#include "netstray/feature/select.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Column numbers(const std::vector<double>& values) {
  Column column(ColumnType::number);
  for (const double value : values) column.append_number(value);
  return column;
}

Column categories(const std::vector<std::string>& values) {
  Column column(ColumnType::category);
  for (const auto& value : values) {
    if (value.empty()) {
      column.append_missing();
    } else {
      column.append_text(value);
    }
  }
  return column;
}

std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

double information(const Column& column, const std::vector<std::uint8_t>& labels, unsigned bins = 32) {
  return mutual_information(column, labels, all_rows(labels.size()), bins);
}

TEST(MutualInformation, IsTheEntropyOfTheLabelsWhereTheColumnTellsThem) {
  EXPECT_NEAR(information(categories({"a", "a", "b", "b"}), {0, 0, 1, 1}), std::log(2.0), 1e-15);
  EXPECT_NEAR(information(numbers({1, 2, 30, 40}), {0, 0, 1, 1}), std::log(2.0), 1e-15);
  EXPECT_NEAR(information(categories({"", "", "", "b"}), {0, 0, 0, 1}), 0.5623351446188083, 1e-15);
}

TEST(MutualInformation, IsNothingOfAConstantOrAnUnrelatedColumn) {
  EXPECT_EQ(information(numbers({5, 5, 5, 5}), {0, 1, 0, 1}), 0);
  EXPECT_EQ(information(categories({"a", "b", "a", "b"}), {0, 0, 1, 1}), 0);
}

// 3 of a: one attack; 2 of b: two attacks; 1 missing: normal. By hand: sum of p(x, y) log(p(x, y) / (p(x) p(y))), with
// half of the rows attacks: (2/6) log(4/3) + (1/6) log(2/3) + (2/6) log 2 + (1/6) log 2.
TEST(MutualInformation, IsTheSumDoneByHand) {
  const double by_hand = std::log(4.0 / 3) / 3 + std::log(2.0 / 3) / 6 + std::log(2.0) / 3 + std::log(2.0) / 6;
  const std::vector<std::uint8_t> labels = {0, 0, 1, 1, 1, 0};
  EXPECT_NEAR(information(categories({"a", "a", "a", "b", "b", ""}), labels), by_hand, 1e-15);
  EXPECT_NEAR(information(numbers({1, 1, 1, 2, 2, kNan}), labels), by_hand, 1e-15);
}

TEST(MutualInformation, NeverPartsEqualValuesAndKeepsToItsBins) {
  // Cut at the median of 1 1 1 2 3 4, which is 1.5.
  EXPECT_NEAR(information(numbers({1, 1, 1, 2, 3, 4}), {0, 0, 0, 1, 1, 1}, 2), std::log(2.0), 1e-15);
  EXPECT_NEAR(information(numbers({1, 1, 1, 2, 3, 4}), {0, 0, 0, 1, 0, 1}, 2),
              information(categories({"x", "x", "x", "y", "y", "y"}), {0, 0, 0, 1, 0, 1}), 1e-15);
}

TEST(MutualInformation, LooksAtTheNamedRowsOnly) {
  const auto column = categories({"a", "b", "a", "b"});
  const std::vector<std::uint8_t> labels = {0, 1, 1, 0};
  EXPECT_NEAR(mutual_information(column, labels, std::vector<std::uint32_t>{0, 1}), std::log(2.0), 1e-15);
  EXPECT_EQ(mutual_information(column, labels, all_rows(4)), 0);
}

TEST(MutualInformation, OfCodesIsThatOfTheirLevelsWhateverTheirNumbers) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t n = 1 + rng.below(60);
    std::vector<double> values(n);
    std::vector<std::string> names(n);
    std::vector<std::uint8_t> labels(n);
    std::map<std::pair<double, int>, double> joint;
    std::map<double, double> of_value;
    std::array<double, 2> of_label{};
    for (std::size_t i = 0; i < n; ++i) {
      values[i] = static_cast<double>(rng.below(5));
      names[i] = "level" + std::to_string(static_cast<int>(values[i] * 7) % 5);
      labels[i] = rng.uniform() < 0.2 + values[i] / 8 ? 1 : 0;
      ++joint[{values[i], labels[i]}];
      ++of_value[values[i]];
      ++of_label[labels[i]];
    }
    double naive = 0;
    for (const auto& [key, count] : joint) {
      naive += count / static_cast<double>(n) *
               std::log(count * static_cast<double>(n) / of_value[key.first] /
                        of_label[static_cast<std::size_t>(key.second)]);
    }
    EXPECT_NEAR(information(categories(names), labels), naive, 1e-12) << "seed " << seed;
    EXPECT_NEAR(information(numbers(values), labels, 1000), naive, 1e-12) << "seed " << seed;
  }
}

TEST(RankByInformation, PutsTheMostTellingColumnFirstAndTiesInTheOrderGiven) {
  Table table(Schema({{"same", ColumnType::number},
                      {"some", ColumnType::number},
                      {"all", ColumnType::number},
                      {"none", ColumnType::number}}),
              {numbers({1, 1, 1, 1}), numbers({1, 1, 2, 1}), numbers({1, 1, 2, 2}), numbers({3, 4, 3, 4})});
  const std::array<std::size_t, 4> columns = {3, 0, 1, 2};
  const std::vector<std::uint8_t> labels = {0, 0, 1, 1};
  const auto ranked = rank_by_information(table, columns, labels, all_rows(4));
  EXPECT_EQ(ranked[0].column, 2U);
  EXPECT_EQ(ranked[1].column, 1U);
  EXPECT_EQ(ranked[2].column, 3U);
  EXPECT_EQ(ranked[3].column, 0U);
  EXPECT_THROW(rank_by_information(table, columns, {}, all_rows(4)), Error);
  EXPECT_THROW(rank_by_information(table, columns, labels, {}), Error);
}

}  // namespace
}  // namespace netstray
