#include "netstray/encode/close_mantissas.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/base/serial.h"
#include "netstray/encode/encoder.h"

namespace netstray {
namespace {

struct Decimal {
  std::int64_t mantissa;
  unsigned scale;
  bool missing;
};

std::vector<Decimal> random_decimals(Rng& rng) {
  const bool has_missing = rng.uniform() < 0.4;
  const std::uint64_t spread = rng.uniform() < 0.5 ? 5 : 40;
  std::vector<Decimal> values(2 + rng.below(300));
  for (auto& value : values) {
    const auto scale = static_cast<unsigned>(rng.below(3));
    value = {static_cast<std::int64_t>(rng.below(spread)) - 10, scale, has_missing && rng.uniform() < 0.2};
  }
  return values;
}

/// The same numbers, as mantissas or (with the same meaning) as f64.
Table table_of(const std::vector<Decimal>& values, bool as_doubles) {
  Table table(Schema({{"x", ColumnType::number}}));
  Column& column = table.column(0);
  if (as_doubles) {
    column.append_number(0.1234567890123456);
    column.pop_back();
  }
  for (const auto& [mantissa, scale, missing] : values) {
    if (missing) {
      column.append_missing();
    } else {
      column.append_decimal(mantissa, scale);
    }
  }
  return table;
}

std::string bytes_of(const Encoder& encoder) {
  ByteWriter out;
  encoder.save(out);
  return std::string(out.bytes());
}

TEST(CloseMantissas, GiveTheSameEncoderMatrixAndCountsAsPlainNumbers) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Rng rng(seed);
    const auto training = random_decimals(rng);
    const auto later = random_decimals(rng);
    if (std::ranges::all_of(training, &Decimal::missing)) continue;
    const Encoding encoding{{NumericScaling::log, NumericScaling::rank, NumericScaling::robust}};
    std::vector<std::uint32_t> rows(training.size());
    std::iota(rows.begin(), rows.end(), 0U);
    constexpr std::array<std::size_t, 1> kColumns{0};
    ASSERT_TRUE(CloseMantissas::find(table_of(training, false).column(0))) << "seed " << seed;
    ASSERT_FALSE(CloseMantissas::find(table_of(training, true).column(0))) << "seed " << seed;
    const auto quick = Encoder::fit(table_of(training, false), kColumns, rows, encoding);
    const auto plain = Encoder::fit(table_of(training, true), kColumns, rows, encoding);
    ASSERT_EQ(bytes_of(quick), bytes_of(plain)) << "seed " << seed;
    EncodeCounts quick_counts;
    EncodeCounts plain_counts;
    const Matrix a = quick.encode(table_of(later, false), &quick_counts);
    const Matrix b = quick.encode(table_of(later, true), &plain_counts);
    ASSERT_EQ(a.columns(), b.columns());
    ASSERT_EQ(quick_counts.unseen, plain_counts.unseen) << "seed " << seed;
    ASSERT_EQ(quick_counts.out_of_range, plain_counts.out_of_range) << "seed " << seed;
    for (std::size_t c = 0; c < a.columns(); ++c) {
      ASSERT_TRUE(std::ranges::equal(a.numbers(c), b.numbers(c))) << "seed " << seed << ", column " << c;
    }
  }
}

TEST(CloseMantissas, AreNotFoundWhereTheListWouldBeLong) {
  Column column(ColumnType::integer);
  EXPECT_FALSE(CloseMantissas::find(column));
  column.append_decimal(0, 0);
  column.append_decimal(4095, 0);
  EXPECT_TRUE(CloseMantissas::find(column));
  column.append_decimal(4096, 0);
  EXPECT_FALSE(CloseMantissas::find(column));
  column.append_decimal(INT64_MIN, 0);
  column.append_decimal(INT64_MAX, 0);
  EXPECT_FALSE(CloseMantissas::find(column));
}

}  // namespace
}  // namespace netstray
