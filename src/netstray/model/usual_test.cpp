#include "netstray/model/usual.h"

#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// Small transfers for dns, large ones for http, a few rows of a rare service; `colour` and `noise` tell nothing.
Table transfers(std::size_t rows, std::uint64_t seed) {
  Table table(Schema({{"bytes", ColumnType::integer},
                      {"noise", ColumnType::number},
                      {"service", ColumnType::category},
                      {"colour", ColumnType::category}}));
  Rng rng(seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const bool rare = row % 100 == 99;
    const bool dns = row % 2 == 0;
    table.column(0).append_number(dns ? 40 + static_cast<double>(rng.below(20))
                                      : 5000 + static_cast<double>(rng.below(900)));
    table.column(1).append_number(rng.uniform());
    table.column(2).append_text(rare ? "rare" : dns ? "dns" : "http");
    table.column(3).append_text(rng.below(2) == 0 ? "red" : "blue");
  }
  return table;
}

struct Learned {
  Table table;
  Encoder encoder;
  UsualByCategory usual;
};

Learned learn(std::size_t rows, std::uint64_t seed) {
  Learned learned{transfers(rows, seed), {}, {}};
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0U);
  const std::vector<std::size_t> columns = {0, 1, 2, 3};
  learned.encoder = Encoder::fit(learned.table, columns, all, {});
  learned.usual = UsualByCategory::fit(learned.table, learned.encoder, all);
  return learned;
}

Table one_row(double bytes, const std::string& service) {
  Table table = transfers(0, 0);
  table.column(0).append_number(bytes);
  table.column(1).append_number(0.5);
  table.column(2).append_text(service);
  table.column(3).append_text("red");
  return table;
}

TEST(UsualByCategory, TellsTheRangeOfTheCategoryThatTellsMost) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Learned learned = learn(1000, seed);
    const auto range = learned.usual.telling(learned.encoder, 0, one_row(50, "http"), 0);
    ASSERT_TRUE(range.has_value()) << "seed " << seed;
    EXPECT_EQ(range->category, "service http");
    EXPECT_GE(range->low, 5000);
    EXPECT_LE(range->high, 5900);
    EXPECT_FALSE(learned.usual.telling(learned.encoder, 0, one_row(50, "dns"), 0)) << "usual for dns; seed " << seed;
    EXPECT_FALSE(learned.usual.telling(learned.encoder, 0, one_row(9000, "dns"), 0)) << "beyond all; seed " << seed;
    EXPECT_FALSE(learned.usual.telling(learned.encoder, 0, one_row(50, "rare"), 0)) << "too few rows; seed " << seed;
    EXPECT_FALSE(learned.usual.telling(learned.encoder, 0, one_row(50, "new"), 0)) << "never seen; seed " << seed;
    EXPECT_FALSE(learned.usual.telling(learned.encoder, 2, one_row(50, "http"), 0)) << "no number; seed " << seed;
  }
}

TEST(UsualByCategory, SavedAndLoadedSaysTheSameAndDamageIsRefused) {
  const Learned learned = learn(1000, 1);
  ByteWriter out;
  learned.usual.save(out);
  ByteReader in(out.bytes(), "test");
  const auto loaded = UsualByCategory::load(in, learned.encoder);
  in.expect_end();
  const auto range = loaded.telling(learned.encoder, 0, one_row(50, "http"), 0);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->low, learned.usual.telling(learned.encoder, 0, one_row(50, "http"), 0)->low);
  ByteWriter again;
  loaded.save(again);
  EXPECT_EQ(again.bytes(), out.bytes());
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    ByteReader cut(std::string_view(out.bytes()).substr(0, size), "test");
    EXPECT_THROW(UsualByCategory::load(cut, learned.encoder), Error) << size;
  }
  std::string wrong = out.bytes();
  wrong[8] = 2;  // the column: a category
  ByteReader hostile(wrong, "test");
  EXPECT_THROW(UsualByCategory::load(hostile, learned.encoder), Error);
}

}  // namespace
}  // namespace netstray
