#include "netstray/table/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr std::array<std::size_t, 2> kBoth = {0, 1};

Table two_columns(ColumnType number_type, const std::vector<double>& numbers, const std::vector<std::string>& texts) {
  Table table(Schema({{"n", number_type}, {"t", ColumnType::category}}));
  for (const double value : numbers) table.column(0).append_number(value);
  for (const auto& text : texts) {
    if (text.empty()) {
      table.column(1).append_missing();
    } else {
      table.column(1).append_text(text);
    }
  }
  return table;
}

TEST(Table, FindsColumnsByName) {
  const auto table = two_columns(ColumnType::integer, {1, 2}, {"a", "b"});
  EXPECT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.column("t").text(1), "b");
  EXPECT_THROW(table.column("nn"), Error);
}

TEST(Table, RefusesColumnsThatDoNotMatchItsSchema) {
  const Schema schema({{"n", ColumnType::number}, {"t", ColumnType::category}});
  EXPECT_THROW(Table(schema, {Column(ColumnType::number)}), Error);
  EXPECT_THROW(Table(schema, {Column(ColumnType::number), Column(ColumnType::time)}), Error);
  Column longer(ColumnType::category);
  longer.append_text("a");
  EXPECT_THROW(Table(schema, {Column(ColumnType::number), longer}), Error);
}

TEST(Table, WidensIntegersToNumbersInColumnAndSchema) {
  auto table = two_columns(ColumnType::integer, {1, 2}, {"a", "b"});
  table.become_number(0);
  EXPECT_EQ(table.schema()[0].type, ColumnType::number);
  EXPECT_EQ(table.column(0).type(), ColumnType::number);
  EXPECT_EQ(table.column(0).number(1), 2.0);
}

TEST(Fingerprints, DoNotDependOnWidthTypeOrOrderOfLevels) {
  const double nan = std::nan("");
  const auto narrow = two_columns(ColumnType::integer, {1, 0, nan}, {"a", "b", ""});
  auto wide = two_columns(ColumnType::number, {1e300, nan, -0.0, 1}, {"x", "", "b", "a"});
  const auto a = fingerprints(narrow, kBoth);
  const auto b = fingerprints(wide, kBoth);
  EXPECT_EQ(a[0], b[3]);
  EXPECT_EQ(a[1], b[2]);
  EXPECT_EQ(a[2], b[1]);
}

TEST(Fingerprints, DependOnTheOrderOfColumns) {
  Table table(Schema({{"a", ColumnType::number}, {"b", ColumnType::number}}));
  table.column(0).append_number(1);
  table.column(1).append_number(2);
  constexpr std::array<std::size_t, 2> kSwapped = {1, 0};
  EXPECT_NE(fingerprints(table, kBoth), fingerprints(table, kSwapped));
}

TEST(Fingerprints, TellApartAllRowsThatDiffer) {
  Table table(Schema({{"a", ColumnType::integer}, {"b", ColumnType::time}}));
  for (int i = 0; i < 40000; ++i) {
    table.column(0).append_decimal(i % 200, 0);
    table.column(1).append_time(i / 200);
  }
  auto prints = fingerprints(table, kBoth);
  std::ranges::sort(prints);
  EXPECT_EQ(std::ranges::adjacent_find(prints), prints.end());
}

TEST(Fingerprints, StayTheSameFromVersionToVersion) {
  const auto prints = fingerprints(two_columns(ColumnType::number, {0.25}, {"tcp"}), kBoth);
  EXPECT_EQ(prints[0], 351962168442841888U);
}

}  // namespace
}  // namespace netstray
