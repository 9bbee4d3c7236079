#include "netstray/table/column.h"

#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

double nearest_double(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TEST(Column, OfSmallIntegersTakesOneByteEach) {
  Column column(ColumnType::integer);
  column.reserve(10000);
  for (int i = 0; i < 10000; ++i) column.append_decimal(i % 256 - 128, 0);
  EXPECT_LT(column.memory_bytes(), 10000U + 500U);
  EXPECT_EQ(column.number(0), -128);
  EXPECT_EQ(column.number(255), 127);
}

TEST(Column, OfTwoDecimalRatesTakesOneByteEach) {
  Column column(ColumnType::number);
  column.reserve(10000);
  for (int i = 0; i < 10000; ++i) column.append_decimal(i % 101, 2);
  EXPECT_LT(column.memory_bytes(), 10000U + 500U);
  EXPECT_EQ(column.number(100), 1.0);
  EXPECT_EQ(column.number(7), 0.07);
  EXPECT_EQ(column.text(7), "0.07");
  EXPECT_EQ(column.text(100), "1");
}

TEST(Column, KeepsLargeIntegersExactInText) {
  Column column(ColumnType::integer);
  column.append_decimal(9'223'372'036'854'775'807, 0);
  column.append_decimal(-9'007'199'254'740'993, 0);
  EXPECT_EQ(column.text(0), "9223372036854775807");
  EXPECT_EQ(column.text(1), "-9007199254740993");
  EXPECT_EQ(column.number(0), 9.223372036854775807e18);
}

TEST(Column, FallsBackToDoublesWhereNoPowerOfTenFitsAll) {
  Column column(ColumnType::number);
  column.append_decimal(999'999'999'999'999, 0);
  column.append_missing();
  column.append_decimal(1, 15);
  column.append_number(1e300);
  EXPECT_EQ(column.number(0), 999999999999999.0);
  EXPECT_TRUE(std::isnan(column.number(1)));
  EXPECT_EQ(column.number(2), 1e-15);
  EXPECT_EQ(column.number(3), 1e300);
  EXPECT_EQ(column.text(3), "1e+300");
  EXPECT_EQ(column.missing_count(), 1U);
}

TEST(Column, NumbersLevelsInOrderOfFirstAppearance) {
  Column column(ColumnType::category);
  for (const auto* text : {"udp", "tcp", "udp", "icmp"}) column.append_text(text);
  column.append_missing();
  EXPECT_EQ(column.levels(), (std::vector<std::string>{"udp", "tcp", "icmp"}));
  EXPECT_EQ(column.code(2), 0U);
  EXPECT_EQ(column.code(3), 2U);
  EXPECT_EQ(column.code(4), Column::kMissingCode);
  EXPECT_TRUE(column.missing(4));
  EXPECT_EQ(column.text(4), "");
}

TEST(Column, HoldsMoreLevelsThanTwoBytesCanNumber) {
  Column column(ColumnType::category);
  for (int i = 0; i < 70000; ++i) column.append_text(fmt::format("level {}", i));
  column.append_missing();
  column.append_text("level 69999");
  EXPECT_EQ(column.levels().size(), 70000U);
  for (std::size_t i = 0; i < 70000; i += 997) EXPECT_EQ(column.text(i), fmt::format("level {}", i));
  EXPECT_EQ(column.code(70000), Column::kMissingCode);
  EXPECT_EQ(column.code(70001), 69999U);
}

TEST(Column, ForgetsTheLevelOfARowTakenBackOnlyWhereNoOtherRowHasIt) {
  Column column(ColumnType::category);
  column.append_text("a");
  column.append_text("b");
  column.append_text("b");
  column.pop_back();
  EXPECT_EQ(column.levels().size(), 2U);
  column.pop_back();
  EXPECT_EQ(column.levels(), std::vector<std::string>{"a"});
  column.append_text("c");
  column.append_text("a");
  EXPECT_EQ(column.text(1), "c");
  EXPECT_EQ(column.code(2), 0U);
}

TEST(Column, TakesBackMissingValues) {
  Column column(ColumnType::number);
  column.append_decimal(5, 1);
  column.append_missing();
  column.pop_back();
  column.append_decimal(7, 1);
  EXPECT_FALSE(column.has_missing());
  EXPECT_EQ(column.size(), 2U);
  EXPECT_EQ(column.number(1), 0.7);
}

TEST(Column, GivesTimesInSecondsAndAsText) {
  Column column(ColumnType::time);
  column.append_time(1'500'000'000);
  column.append_missing();
  EXPECT_EQ(column.number(0), 1.5);
  EXPECT_EQ(column.time(0), 1'500'000'000);
  EXPECT_EQ(column.text(0), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(column.text(1), "");
}

TEST(Column, HasNoMinusZero) {
  Column column(ColumnType::number);
  column.append_number(-0.0);
  column.append_number(0.3);
  column.append_number(-0.0);
  EXPECT_EQ(column.text(0), "0");
  EXPECT_EQ(column.text(2), "0");
}

/// Appends random decimals of growing widths and scales to a column and, as text, to a naive list of doubles.
void compare_with_naive_list(std::uint64_t seed) {
  Rng rng(seed);
  Column column(ColumnType::number);
  std::vector<double> naive;
  const auto most_digits = static_cast<unsigned>(1 + rng.below(15));
  for (int i = 0; i < 200; ++i) {
    const double dice = rng.uniform();
    if (dice < 0.05) {
      column.append_missing();
      naive.push_back(std::nan(""));
    } else if (dice < 0.06) {
      const double value = rng.normal() * 1e20;
      column.append_number(value);
      naive.push_back(value);
    } else {
      const auto digits = static_cast<unsigned>(1 + rng.below(most_digits));
      const auto limit = static_cast<std::uint64_t>(std::pow(10, digits));
      const auto size = static_cast<std::int64_t>(rng.below(limit));
      const std::int64_t mantissa = rng.uniform() < 0.3 ? -size : size;
      const auto scale = static_cast<unsigned>(rng.below(most_digits + 1));
      column.append_decimal(mantissa, scale);
      naive.push_back(nearest_double(fmt::format("{}e-{}", mantissa, scale)) + 0.0);
    }
    if (rng.uniform() < 0.1) {
      column.pop_back();
      naive.pop_back();
    }
  }
  const auto all = column.numbers();
  ASSERT_EQ(all.size(), naive.size()) << "seed " << seed;
  for (std::size_t row = 0; row < naive.size(); ++row) {
    ASSERT_EQ(column.missing(row), std::isnan(naive[row])) << "seed " << seed << " row " << row;
    if (std::isnan(naive[row])) continue;
    ASSERT_EQ(column.number(row), naive[row]) << "seed " << seed << " row " << row;
    ASSERT_EQ(all[row], naive[row]) << "seed " << seed << " row " << row;
    ASSERT_EQ(nearest_double(column.text(row)), naive[row]) << "seed " << seed << " row " << row;
  }
}

TEST(Column, GivesTheNearestDoubleHoweverItWasWidened) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) compare_with_naive_list(seed);
}

/// A value of any kind that a column of numbers may hold, appended to both.
void append_random(Rng& rng, bool numbers, Column& one, Column& other) {
  if (rng.uniform() < 0.1) {
    one.append_missing();
    other.append_missing();
  } else if (!numbers) {
    const auto text = "level " + std::to_string(rng.below(12));
    one.append_text(text);
    other.append_text(text);
  } else if (rng.uniform() < 0.02) {
    const double value = rng.uniform();
    one.append_number(value);
    other.append_number(value);
  } else {
    const auto scale = rng.uniform() < 0.5 ? 0U : static_cast<unsigned>(rng.below(4));
    const auto mantissa = static_cast<std::int64_t>(rng.below(rng.uniform() < 0.9 ? 100 : 1'000'000'000)) - 50;
    one.append_decimal(mantissa, scale);
    other.append_decimal(mantissa, scale);
  }
}

TEST(Column, PutTogetherOfPartsIsAsIfAppendedOneByOne) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const bool numbers = rng.uniform() < 0.6;
    const ColumnType type = numbers ? ColumnType::number : ColumnType::category;
    Column whole(type);
    Column joined(type);
    for (std::uint64_t parts = 1 + rng.below(5); parts > 0; --parts) {
      Column part(type);
      Column unused(type);
      for (std::uint64_t i = rng.below(5); i > 0; --i) append_random(rng, numbers, part, unused);
      const std::size_t begin = part.size();
      for (std::uint64_t i = rng.below(40); i > 0; --i) append_random(rng, numbers, part, whole);
      const std::size_t end = part.size();
      for (std::uint64_t i = rng.below(5); i > 0; --i) append_random(rng, numbers, part, unused);
      joined.append_rows(part, begin, end);
    }
    std::vector<std::uint32_t> picked;
    for (std::uint32_t row = 0; row < whole.size(); ++row) {
      if (rng.uniform() < 0.5) picked.push_back(row);
    }
    const Column gathered = whole.gather(picked);
    ASSERT_EQ(joined.size(), whole.size()) << "seed " << seed;
    ASSERT_EQ(joined.missing_count(), whole.missing_count()) << "seed " << seed;
    ASSERT_EQ(joined.levels(), whole.levels()) << "seed " << seed;
    for (std::size_t row = 0; row < whole.size(); ++row)
      ASSERT_EQ(joined.text(row), whole.text(row)) << "seed " << seed;
    ASSERT_EQ(gathered.size(), picked.size()) << "seed " << seed;
    for (std::size_t i = 0; i < picked.size(); ++i) {
      ASSERT_EQ(gathered.text(i), whole.text(picked[i])) << "seed " << seed;
      ASSERT_EQ(gathered.missing(i), whole.missing(picked[i])) << "seed " << seed;
    }
  }
}

TEST(Column, ADecimalsTextIsTheShortestThatMeansTheSameOver200Seeds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    Column column(ColumnType::number);
    column.append_decimal(1, 9);  // the scale that all of them get
    for (int i = 0; i < 50; ++i) {
      const auto size = static_cast<std::int64_t>(rng.below(std::uint64_t{1} << rng.below(40)));
      column.append_decimal(rng.below(2) == 0 ? size : -size, static_cast<unsigned>(rng.below(10)));
    }
    for (std::size_t row = 0; row < column.size(); ++row) {
      std::string written = "before ";
      column.write_text(row, written);
      EXPECT_EQ(written, fmt::format("before {}", column.number(row) + 0.0)) << "seed " << seed;
      EXPECT_EQ(column.text(row), fmt::format("{}", column.number(row) + 0.0)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace netstray
