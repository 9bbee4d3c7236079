#include "netstray/table/stack.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/table/distinct.h"

namespace netstray {
namespace {

Table table_of(const std::vector<Field>& fields, const std::vector<std::vector<std::string>>& rows) {
  Table table{Schema(fields)};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_text = fields[i].type == ColumnType::category || fields[i].type == ColumnType::address;
      if (row[i].empty()) {
        table.column(i).append_missing();
      } else if (is_text) {
        table.column(i).append_text(row[i]);
      } else {
        table.column(i).append_number(std::stod(row[i]));
      }
    }
  }
  return table;
}

std::string error_of(const Table& a, const Table& b) {
  try {
    stack(std::array<NamedTable, 2>{NamedTable{"first.csv", &a}, NamedTable{"second.csv", &b}});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

const std::vector<Field> kFields = {{"n", ColumnType::integer}, {"t", ColumnType::category}};

TEST(Stack, PutsRowsUnderEachOtherByNameAndTellsWhereTheyComeFrom) {
  const auto first = table_of(kFields, {{"1", "a"}, {"2", ""}});
  const auto second = table_of({{"t", ColumnType::address}, {"n", ColumnType::number}}, {{"b", "0.5"}});
  const std::array<NamedTable, 2> both = {NamedTable{"first.csv", &first}, NamedTable{"second.csv", &second}};
  const auto stacked = stack(both);
  EXPECT_EQ(stacked.table.schema(), Schema({{"n", ColumnType::number}, {"t", ColumnType::category}}));
  EXPECT_EQ(stacked.table.column("n").text(2), "0.5");
  EXPECT_EQ(stacked.table.column("t").text(2), "b");
  EXPECT_TRUE(stacked.table.column("t").missing(1));
  EXPECT_EQ(stacked.origins.names, (std::vector<std::string>{"first.csv", "second.csv"}));
  EXPECT_EQ(stacked.origins.of_row, (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(stacked.origins.gather(std::vector<std::uint32_t>{2, 0}).of_row, (std::vector<std::uint32_t>{1, 0}));
}

TEST(Stack, NamesTheColumnThatDoesNotFit) {
  const auto table = table_of(kFields, {{"1", "a"}});
  EXPECT_EQ(error_of(table, table_of({{"n", ColumnType::category}, {"t", ColumnType::category}}, {})),
            "column \"n\" is integer in first.csv, but category in second.csv");
  EXPECT_EQ(error_of(table, table_of({{"n", ColumnType::integer}}, {})),
            "second.csv has no column \"t\", which first.csv has");
  EXPECT_EQ(error_of(table_of({{"n", ColumnType::integer}}, {}), table),
            "second.csv has a column \"t\", which first.csv has not");
  EXPECT_THROW(stack({}), Error);
}

TEST(DistinctRows, OfATableKeepTheFirstOfEqualOnes) {
  const auto table = table_of({{"n", ColumnType::number}, {"t", ColumnType::category}, {"other", ColumnType::integer}},
                              {{"1", "a", "1"},
                               {"1", "b", "2"},
                               {"1", "a", "3"},
                               {"", "a", "4"},
                               {"0.5", "", "5"},
                               {"", "a", "6"},
                               {"0.5", "", "7"}});
  const auto distinct = distinct_rows(table, std::array<std::size_t, 2>{0, 1});
  EXPECT_EQ(distinct.first, (std::vector<std::uint32_t>{0, 1, 3, 4}));
  EXPECT_EQ(distinct.copies, (std::vector<std::uint32_t>{2, 1, 2, 2}));
  EXPECT_EQ(distinct.which, (std::vector<std::uint32_t>{0, 1, 0, 2, 3, 2, 3}));
  EXPECT_EQ(distinct_rows(table, std::array<std::size_t, 1>{2}).first.size(), 7U);
}

TEST(DistinctRows, OfATableAgreeWithALookAtAllPairs) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<std::vector<std::string>> rows(rng.below(40));
    for (auto& row : rows) {
      row = {rng.below(5) == 0 ? "" : std::to_string(rng.below(3)),
             rng.below(5) == 0 ? "" : "t" + std::to_string(rng.below(3))};
    }
    std::vector<std::uint32_t> first;
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (std::find(rows.begin(), rows.begin() + i, rows[i]) == rows.begin() + i) first.push_back(i);
    }
    EXPECT_EQ(distinct_rows(table_of(kFields, rows), std::array<std::size_t, 2>{0, 1}).first, first) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
