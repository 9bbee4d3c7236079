#include "netstray/encode/rarity.h"

#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

const Encoding kRarity = Encoding::parse("rank+rarity");

/// A number column "n" and `categories` category columns "c0", ... of a few levels each, every other one tied to the
/// column before it; some values are missing.
Table made_up_table(Rng& rng, std::size_t rows, std::size_t categories) {
  std::vector<Field> fields{{"n", ColumnType::number}};
  for (std::size_t c = 0; c < categories; ++c) fields.push_back({"c" + std::to_string(c), ColumnType::category});
  Table table{Schema(fields)};
  for (std::size_t row = 0; row < rows; ++row) {
    rng.below(9) == 0 ? table.column(0).append_missing() : table.column(0).append_number(rng.normal());
    std::uint64_t level = 0;
    for (std::size_t c = 1; c <= categories; ++c) {
      if (c % 2 == 1 || rng.below(4) == 0) level = rng.below(2 + 2 * c);
      level == 7 ? table.column(c).append_missing() : table.column(c).append_text("l" + std::to_string(level));
    }
  }
  return table;
}

Encoder fit_rows(const Table& table, const std::vector<std::uint32_t>& rows, const Encoding& encoding) {
  std::vector<std::size_t> columns(table.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return Encoder::fit(table, columns, rows, encoding);
}

Encoder fit_all(const Table& table, const Encoding& encoding) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return fit_rows(table, rows, encoding);
}

/// Naive twin: counts of texts, by maps.
class NaiveRarity {
 public:
  NaiveRarity(const Table& table, const std::vector<std::uint32_t>& rows) : table_(&table), rows_(&rows) {}

  double share(std::size_t column, const std::string& text) const {
    std::map<std::string, double> counts;
    for (const auto row : *rows_) counts[table_->column(column).text(row)] += 1;
    const double found = counts.contains(text) ? counts[text] : 0;
    const auto levels = static_cast<double>(counts.size());
    return (found + 0.5) / (static_cast<double>(rows_->size()) + 0.5 * (levels + 1));
  }
  double share_given(std::size_t column, const std::string& text, std::size_t given, const std::string& there) const {
    double both = 0;
    double of_given = 0;
    for (const auto row : *rows_) {
      const bool match = table_->column(given).text(row) == there;
      of_given += match ? 1 : 0;
      both += match && table_->column(column).text(row) == text ? 1 : 0;
    }
    return (both + 2 * share(column, text)) / (of_given + 2);
  }

 private:
  const Table* table_;
  const std::vector<std::uint32_t>* rows_;
};

TEST(Rarity, IsAsComputedByHand) {
  Table table{Schema({{"a", ColumnType::category}, {"b", ColumnType::category}})};
  for (const auto& [a, b] : {std::pair{"x", "p"}, {"x", "p"}, {"x", "q"}, {"y", "p"}}) {
    table.column(0).append_text(a);
    table.column(1).append_text(b);
  }
  const Encoder encoder = fit_all(table, Encoding::parse("log+rarity"));
  const Matrix matrix = encoder.encode(table);
  ASSERT_EQ(matrix.columns(), 4U);
  // p(x) = 3.5 / 5.5, p(q) = 1.5 / 5.5, p(q | x) = (1 + 2 * 1.5 / 5.5) / 5, p(x | q) = (1 + 2 * 3.5 / 5.5) / 3.
  EXPECT_NEAR(matrix.at(2, 0), -std::log(3.5 / 5.5), 1e-6);
  EXPECT_NEAR(matrix.at(2, 1), -std::log(1.5 / 5.5), 1e-6);
  EXPECT_NEAR(matrix.at(2, 2), -std::log((1 + 3 / 5.5) / 5), 1e-6);
  EXPECT_NEAR(matrix.at(2, 3), -std::log((1 + 7 / 5.5) / 3), 1e-6);
  EXPECT_EQ(encoder.column_name(0), "rarity of a");
  EXPECT_EQ(encoder.column_name(2), "rarity of b given a");
  EXPECT_EQ(encoder.column_name(3), "rarity of a given b");
  EXPECT_EQ(std::vector<std::size_t>(encoder.origin().begin(), encoder.origin().end()),
            (std::vector<std::size_t>{0, 1, 1, 0}));
}

TEST(Rarity, AgreesWithANaiveCountOfTexts) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t categories = 1 + rng.below(4);
    const Table table = made_up_table(rng, 60, categories);
    const Table fresh = made_up_table(rng, 20, categories);
    std::vector<std::uint32_t> rows(table.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    rng.shuffle(rows);
    rows.resize(5 + rng.below(50));
    const Encoder encoder = fit_rows(table, rows, kRarity);
    const Matrix matrix = encoder.encode(fresh);
    const NaiveRarity naive(table, rows);
    ASSERT_EQ(matrix.columns(), encoder.width());
    ASSERT_EQ(encoder.pairs().size(), categories * (categories - 1));
    const std::size_t first = matrix.columns() - categories - encoder.pairs().size();
    for (std::size_t row = 0; row < fresh.rows(); ++row) {
      const auto text = [&](std::size_t column) { return fresh.column(column).text(row); };
      for (std::size_t c = 1; c <= categories; ++c) {
        const double expected = -std::log(naive.share(c, text(c)));
        ASSERT_NEAR(matrix.at(row, first + c - 1), expected, 1e-5) << "seed " << seed;
      }
      for (std::size_t k = 0; k < encoder.pairs().size(); ++k) {
        const auto& pair = encoder.pairs()[k];
        const double share = naive.share_given(pair.column, text(pair.column), pair.given, text(pair.given));
        ASSERT_NEAR(matrix.at(row, first + categories + k), -std::log(share), 1e-5) << "seed " << seed;
        ASSERT_EQ(encoder.origin()[first + categories + k], pair.column) << "seed " << seed;
      }
    }
  }
}

TEST(Rarity, KeepsThePairsWithTheLargestMutualInformation) {
  Rng rng(2);
  Table table{Schema({{"a", ColumnType::category},
                      {"b", ColumnType::category},
                      {"c", ColumnType::category},
                      {"d", ColumnType::category},
                      {"copy of a", ColumnType::category},
                      {"copy of c", ColumnType::category}})};
  for (int row = 0; row < 400; ++row) {
    std::vector<std::string> levels;
    levels.reserve(4);
    for (int c = 0; c < 4; ++c) levels.push_back(std::to_string(rng.below(5)));
    for (std::size_t c = 0; c < 4; ++c) table.column(c).append_text(levels[c]);
    table.column(4).append_text(levels[0]);
    table.column(5).append_text(levels[2]);
  }
  const Encoder encoder = fit_all(table, kRarity);
  ASSERT_EQ(encoder.pairs().size(), kMostRarityPairs);
  std::set<std::pair<std::size_t, std::size_t>> kept;
  for (const auto& pair : encoder.pairs()) kept.insert({pair.given, pair.column});
  for (const auto& [a, b] : {std::pair<std::size_t, std::size_t>{0, 4}, {2, 5}}) {
    EXPECT_TRUE(kept.contains({a, b}));
    EXPECT_TRUE(kept.contains({b, a}));
  }
}

TEST(Rarity, LeavesOutPairsWithTooManyCombinations) {
  Table table{Schema({{"a", ColumnType::category}, {"b", ColumnType::category}, {"c", ColumnType::category}})};
  for (int row = 0; row < 1100; ++row) {
    table.column(0).append_text(std::to_string(row));
    table.column(1).append_text("b" + std::to_string(row));
    table.column(2).append_text(row % 2 == 0 ? "even" : "odd");
  }
  const Encoder encoder = fit_all(table, kRarity);
  ASSERT_EQ(encoder.pairs().size(), 4U);
  for (const auto& pair : encoder.pairs()) EXPECT_TRUE(pair.given == 2 || pair.column == 2);
}

TEST(Encoder, PutsSeveralScalingsSideBySide) {
  Rng rng(1);
  const Table table = made_up_table(rng, 50, 2);
  const Encoder both = fit_all(table, Encoding::parse("log+rank+one-hot"));
  const Matrix matrix = both.encode(table);
  const Matrix logs = fit_all(table, Encoding::parse("log")).encode(table);
  const Matrix ranks = fit_all(table, Encoding::parse("rank")).encode(table);
  ASSERT_EQ(matrix.number_columns(), 3U);  // log, rank, missing
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ASSERT_EQ(matrix.at(row, 0), logs.at(row, 0));
    ASSERT_EQ(matrix.at(row, 1), ranks.at(row, 0));
    for (std::size_t column = 2; column < matrix.columns(); ++column) {
      ASSERT_EQ(matrix.at(row, column), logs.at(row, column - 1));
    }
  }
  EXPECT_EQ(both.column_name(0), "n (log)");
  EXPECT_EQ(both.column_name(1), "n (rank)");
  EXPECT_EQ(both.column_name(2), "n missing");
  EXPECT_EQ(both.column_name(3).substr(0, 3), "c0=");
  EXPECT_EQ(both.column_name(both.width() - 1), "c1 unseen");
  EXPECT_EQ(both.origin()[1], 0U);
}

TEST(Encoder, LeavesCategoriesOutWhereAsked) {
  Rng rng(1);
  const Table table = made_up_table(rng, 50, 2);
  const Encoder encoder = fit_all(table, Encoding::parse("log+no-categories"));
  EXPECT_EQ(encoder.width(), 2U);
  EncodeCounts counts;
  Table fresh(table.schema());
  fresh.column(0).append_number(0);
  for (const std::size_t column : {1U, 2U}) fresh.column(column).append_text("never seen");
  EXPECT_EQ(encoder.encode(fresh, &counts).columns(), 2U);
  EXPECT_EQ(counts.unseen, (std::vector<std::uint64_t>{0, 1, 1}));
  Table categories{Schema({{"c", ColumnType::category}})};
  categories.column(0).append_text("x");
  EXPECT_THROW(fit_all(categories, Encoding::parse("log+no-categories")), Error);
  EXPECT_EQ(fit_all(categories, Encoding::parse("log+rarity")).width(), 1U);
}

TEST(Rarity, IsTheSameAfterSavingAndLoadingAndForAnyNumberOfThreads) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Table table = made_up_table(rng, 40, 1 + rng.below(6));
    set_threads(1 + static_cast<unsigned>(seed % 3));
    const Encoder encoder = fit_all(table, kRarity);
    ByteWriter out;
    encoder.save(out);
    set_threads(1);
    ByteReader in(out.bytes(), "model");
    const Encoder loaded = Encoder::load(in);
    in.expect_end();
    const Matrix before = encoder.encode(table);
    const Matrix after = loaded.encode(table);
    for (std::size_t column = 0; column < before.columns(); ++column) {
      ASSERT_TRUE(std::ranges::equal(before.numbers(column), after.numbers(column))) << "seed " << seed;
      ASSERT_EQ(loaded.column_name(column), encoder.column_name(column));
    }
    ByteWriter again;
    loaded.save(again);
    ASSERT_EQ(again.bytes(), out.bytes());
  }
  set_threads(0);
}

TEST(Rarity, RefusesOrSurvivesAnyDamagedByte) {
  Rng rng(3);
  const Table table = made_up_table(rng, 15, 3);
  ByteWriter out;
  fit_all(table, Encoding::parse("log+rarity")).save(out);
  const std::string& bytes = out.bytes();
  std::size_t survived = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    ByteReader cut(std::string_view(bytes).substr(0, at), "model");
    EXPECT_THROW(Encoder::load(cut), Error) << at;
    for (const int mask : {0xff, 0x01}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      ByteReader in(damaged, "model");
      try {
        const Matrix matrix = Encoder::load(in).encode(table);
        for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
          for (const float value : matrix.numbers(column)) ASSERT_TRUE(std::isfinite(value)) << at;
        }
        ++survived;
      } catch (const Error&) {
        continue;
      }
    }
  }
  EXPECT_GT(survived, 0U);
}

}  // namespace
}  // namespace netstray
