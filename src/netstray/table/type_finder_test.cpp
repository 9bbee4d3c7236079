#include "netstray/table/type_finder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace netstray {
namespace {

std::optional<ColumnType> type_of(const std::vector<std::string>& cells, const std::string& name = "x") {
  TypeFinder finder;
  for (const auto& cell : cells) finder.add(cell);
  return finder.type(name);
}

TEST(TypeFinder, NeedsAValue) { EXPECT_EQ(type_of({}), std::nullopt); }

TEST(TypeFinder, TellsIntegersFromNumbers) {
  EXPECT_EQ(type_of({"1", "-2", "003"}), ColumnType::integer);
  EXPECT_EQ(type_of({"1", "2.0"}), ColumnType::number);
  EXPECT_EQ(type_of({"1", "99999999999999999999"}), ColumnType::number);
  EXPECT_EQ(type_of({"0x1f", "0x2a"}), ColumnType::category);
}

TEST(TypeFinder, IsNumericFromFourInFive) {
  EXPECT_EQ(type_of({"1", "2", "3", "4", "x"}), ColumnType::integer);
  EXPECT_EQ(type_of({"1", "2", "3", "x"}), ColumnType::category);
  EXPECT_EQ(type_of({"1", "x"}), ColumnType::category);
  EXPECT_EQ(type_of({"1"}), ColumnType::integer);
}

TEST(TypeFinder, KnowsTimesByFormOrByNameAndRange) {
  EXPECT_EQ(type_of({"2026-11-21T21:45:10Z", "2026-11-21"}), ColumnType::time);
  EXPECT_EQ(type_of({"2026-11-21", "yesterday"}), ColumnType::category);
  EXPECT_EQ(type_of({"1469718399.5", "1469718400"}, "ts"), ColumnType::time);
  EXPECT_EQ(type_of({"1469718399.5", "1469718400"}, "bytes"), ColumnType::number);
  EXPECT_EQ(type_of({"0", "1469718400"}, "ts"), ColumnType::integer);
  EXPECT_EQ(type_of({"1469718399", "1469718400000"}, "ts"), ColumnType::integer);
}

TEST(TypeFinder, KnowsAddresses) {
  EXPECT_EQ(type_of({"10.0.0.1", "fe80::1", "00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7"}), ColumnType::address);
  EXPECT_EQ(type_of({"10.0.0.1", "host"}), ColumnType::category);
  EXPECT_EQ(type_of({"10.0.0.256"}), ColumnType::category);
  EXPECT_EQ(type_of({"1.2.3"}), ColumnType::category);
}

}  // namespace
}  // namespace netstray
