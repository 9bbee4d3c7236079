#include "netstray/table/join.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// A key and a value that tells the row; nothing: a missing key.
struct Row {
  std::optional<double> key;
  std::string value;
};

Table table_of(ColumnType key_type, const std::string& value_name, const std::vector<Row>& rows) {
  Table table(Schema({{"key", key_type}, {value_name, ColumnType::category}}));
  for (const auto& row : rows) {
    if (!row.key) {
      table.column(0).append_missing();
    } else if (key_type == ColumnType::category || key_type == ColumnType::address) {
      table.column(0).append_text(std::to_string(*row.key));
    } else if (key_type == ColumnType::time) {
      table.column(0).append_time(static_cast<std::int64_t>(*row.key));
    } else {
      table.column(0).append_number(*row.key);
    }
    table.column(1).append_text(row.value);
  }
  return table;
}

std::vector<std::string> lines(const Table& table) {
  std::vector<std::string> found;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string line;
    for (std::size_t column = 0; column < table.columns(); ++column) {
      line += (column > 0 ? "," : "") + table.column(column).text(row);
    }
    found.push_back(line);
  }
  return found;
}

using Lines = std::vector<std::string>;

const std::vector<Row> kLeft = {{1, "a"}, {2, "b"}, {{}, "c"}, {3, "d"}, {1, "e"}};
const std::vector<Row> kRight = {{3, "x"}, {1, "y"}, {{}, "z"}, {1, "w"}, {9, "v"}};

Table left_table() { return table_of(ColumnType::integer, "l", kLeft); }
Table right_table() { return table_of(ColumnType::integer, "r", kRight); }

TEST(Join, PairsEachLeftRowWithItsMatchesInOrderAndCountsWhatItDid) {
  const auto joined = join(left_table(), right_table(), "key", "key", JoinKind::inner);
  EXPECT_EQ(joined.table.schema().names(), (Lines{"key", "l", "r"}));
  EXPECT_EQ(lines(joined.table), (Lines{"1,a,y", "1,a,w", "3,d,x", "1,e,y", "1,e,w"}));
  EXPECT_EQ(joined.left_row, (std::vector<std::uint32_t>{0, 0, 3, 4, 4}));
  EXPECT_EQ(joined.counts,
            (JoinCounts{.left_rows = 5, .right_rows = 5, .rows = 5, .dropped = 2, .multiplied = 2, .added = 2}));
}

TEST(Join, OfKindLeftKeepsRowsWithoutAMatchWithMissingValues) {
  const auto joined = join(left_table(), right_table(), "key", "key", JoinKind::left);
  EXPECT_EQ(lines(joined.table), (Lines{"1,a,y", "1,a,w", "2,b,", ",c,", "3,d,x", "1,e,y", "1,e,w"}));
  EXPECT_EQ(joined.table.column("r").missing_count(), 2U);
  EXPECT_EQ(joined.counts.rows, 7U);
  EXPECT_EQ(joined.counts.dropped, 2U);
}

TEST(Join, ComparesNumbersByValueAndTextsByText) {
  const auto integers = table_of(ColumnType::integer, "l", {{1, "a"}, {0, "b"}, {7, "c"}});
  const auto decimals = table_of(ColumnType::number, "r", {{0.5, "x"}, {1, "y"}, {-0.0, "z"}});
  EXPECT_EQ(lines(join(integers, decimals, "key", "key", JoinKind::inner).table), (Lines{"1,a,y", "0,b,z"}));
  const auto categories = table_of(ColumnType::category, "l", {{1, "a"}, {2, "b"}});
  const auto addresses = table_of(ColumnType::address, "r", {{2, "x"}});
  EXPECT_EQ(join(categories, addresses, "key", "key", JoinKind::inner).counts.rows, 1U);
  const auto times = table_of(ColumnType::time, "r", {{2, "x"}, {2, "y"}});
  EXPECT_EQ(join(table_of(ColumnType::time, "l", {{2, "a"}}), times, "key", "key", JoinKind::inner).counts.added, 1U);
}

TEST(Join, TellsLargeIntegersApart) {
  Table left(Schema({{"key", ColumnType::integer}}));
  Table right(Schema({{"key", ColumnType::integer}}));
  left.column(0).append_decimal((std::int64_t{1} << 60) + 1, 0);
  right.column(0).append_decimal(std::int64_t{1} << 60, 0);
  EXPECT_EQ(join(left, right, "key", "key", JoinKind::inner).counts.rows, 0U);
}

TEST(Join, RefusesKeysThatCannotBeComparedAndNamesThatCollide) {
  const auto texts = table_of(ColumnType::category, "r", {{1, "x"}});
  EXPECT_THROW(join(left_table(), texts, "key", "key", JoinKind::inner), Error);
  EXPECT_THROW(join(left_table(), table_of(ColumnType::time, "r", {{1, "x"}}), "key", "key", JoinKind::inner), Error);
  EXPECT_THROW(join(left_table(), right_table(), "kay", "key", JoinKind::inner), Error);
  try {
    join(left_table(), table_of(ColumnType::integer, "l", kRight), "key", "key", JoinKind::inner);
    FAIL() << "two columns of one name";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("\"l\""), std::string::npos) << error.what();
  }
}

TEST(Join, RefusesAResultThatDoesNotFitBeforeItIsMade) {
  const std::vector<Row> many(100'000, {1, "x"});
  try {
    join(table_of(ColumnType::integer, "l", many), table_of(ColumnType::integer, "r", many), "key", "key",
         JoinKind::inner);
    FAIL() << "ten thousand million rows";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("10,000,000,000 rows"), std::string::npos) << error.what();
  }
  EXPECT_THROW(join(left_table(), right_table(), "key", "key", JoinKind::inner, 10), Error);
}

/// All pairs of rows, one after the other.
Lines join_naively(const std::vector<Row>& left, const std::vector<Row>& right, const Table& keys, JoinKind kind) {
  Lines pairs;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::string start = keys.column(0).text(i) + "," + left[i].value + ",";
    bool matched = false;
    for (const auto& other : right) {
      if (!left[i].key || left[i].key != other.key) continue;
      pairs.push_back(start + other.value);
      matched = true;
    }
    if (!matched && kind == JoinKind::left) pairs.push_back(start);
  }
  return pairs;
}

TEST(Join, AgreesWithALookAtAllPairsForAnyTypeOfKey) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Rng rng(seed);
    const auto random_rows = [&](const std::string& name) {
      std::vector<Row> rows(rng.below(30));
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rng.below(8) > 0) rows[i].key = static_cast<double>(rng.below(12));
        rows[i].value = name + std::to_string(i);
      }
      return rows;
    };
    const auto left = random_rows("l");
    const auto right = random_rows("r");
    const auto type = static_cast<ColumnType>(seed % 5);
    const auto kind = rng.below(2) == 0 ? JoinKind::inner : JoinKind::left;
    const auto keys = table_of(type, "l", left);
    const auto joined = join(keys, table_of(type, "r", right), "key", "key", kind);
    EXPECT_EQ(lines(joined.table), join_naively(left, right, keys, kind)) << "seed " << seed;
    const auto& counts = joined.counts;
    EXPECT_EQ(counts.rows, counts.left_rows + counts.added - (kind == JoinKind::inner ? counts.dropped : 0))
        << "seed " << seed;
    EXPECT_EQ(counts.rows, joined.table.rows()) << "seed " << seed;
  }
}

TEST(Join, SameForAnyThreads) {
  set_threads(1);
  const auto alone = lines(join(left_table(), right_table(), "key", "key", JoinKind::left).table);
  set_threads(3);
  EXPECT_EQ(lines(join(left_table(), right_table(), "key", "key", JoinKind::left).table), alone);
  set_threads(0);
}

}  // namespace
}  // namespace netstray
