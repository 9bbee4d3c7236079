#include "netstray/table/csv_writer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace netstray {
namespace {

Table texts(const std::vector<std::string>& values) {
  Table table(Schema({{"name", ColumnType::category}}));
  for (const auto& value : values) table.column(0).append_text(value);
  return table;
}

TEST(CsvWriter, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(csv_text(texts({"plain", "a,b", "say \"so\"", "two\nlines", " space", "semi;colon"})),
            "name\nplain\n\"a,b\"\n\"say \"\"so\"\"\"\n\"two\nlines\"\n\" space\"\nsemi;colon\n");
  EXPECT_EQ(csv_text(texts({"a,b", "semi;colon"}), ';'), "name\na,b\n\"semi;colon\"\n");
}

TEST(CsvWriter, WritesEveryTypeAsTheColumnHasIt) {
  Table table(Schema({{"when", ColumnType::time},
                      {"count", ColumnType::integer},
                      {"share", ColumnType::number},
                      {"from", ColumnType::address}}));
  table.column(0).append_time(0);
  table.column(1).append_decimal(-12, 0);
  table.column(2).append_decimal(25, 2);
  table.column(3).append_text("10.0.0.1");
  for (std::size_t c = 0; c < 4; ++c) table.column(c).append_missing();
  EXPECT_EQ(csv_text(table), "when,count,share,from\n1970-01-01T00:00:00Z,-12,0.25,10.0.0.1\n,,,\n");
}

TEST(CsvWriter, NeverWritesABlankLine) {
  Table table(Schema({{"name", ColumnType::category}}));
  table.column(0).append_missing();
  EXPECT_EQ(csv_text(table), "name\n\"\"\n");
}

TEST(CsvWriter, NumbersAndTimesAreQuotedWhereTheyHoldTheDelimiter) {
  Table table(Schema({{"when", ColumnType::time}, {"share", ColumnType::number}}));
  table.column(0).append_time(0);
  table.column(1).append_decimal(-25, 2);
  EXPECT_EQ(csv_text(table, ':'), "when:share\n\"1970-01-01T00:00:00Z\":-0.25\n");
  EXPECT_EQ(csv_text(table, '-'), "when-share\n\"1970-01-01T00:00:00Z\"-\"-0.25\"\n");
  std::string row = "# ";
  append_csv_row(row, table, 0, '|');
  EXPECT_EQ(row, "# 1970-01-01T00:00:00Z|-0.25\n");
}

}  // namespace
}  // namespace netstray
