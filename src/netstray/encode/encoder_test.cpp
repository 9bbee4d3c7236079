#include "netstray/encode/encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/maths/quantile.h"

namespace netstray {
namespace {

constexpr std::array kAllScalings{NumericScaling::standardise, NumericScaling::log,  NumericScaling::minmax,
                                  NumericScaling::robust,      NumericScaling::rank, NumericScaling::none};
const double kMissing = std::nan("");

/// One number column "x"; NaN is a missing value.
Table numbers_table(const std::vector<double>& values) {
  Table table{Schema({{"x", ColumnType::number}})};
  for (const double value : values) table.column(0).append_number(value);
  return table;
}

/// One category column "c"; "-" is a missing value.
Table category_table(const std::vector<std::string>& texts) {
  Table table{Schema({{"c", ColumnType::category}})};
  for (const auto& text : texts) text == "-" ? table.column(0).append_missing() : table.column(0).append_text(text);
  return table;
}

std::vector<std::uint32_t> all_rows(const Table& table) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<std::size_t> all_columns(const Table& table) {
  std::vector<std::size_t> columns(table.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

Encoder fit_all(const Table& table, NumericScaling scaling) {
  return Encoder::fit(table, all_columns(table), all_rows(table), Encoding{{scaling}});
}

std::vector<double> encoded(const Encoder& encoder, const std::vector<double>& values) {
  const Matrix matrix = encoder.encode(numbers_table(values));
  return {matrix.numbers(0).begin(), matrix.numbers(0).end()};
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << "at " << i;
}

/// Numbers (skewed, tied, constant, with missing ones) and categories, from few levels or many.
Table made_up_table(Rng& rng, std::size_t rows) {
  std::vector<Field> fields;
  fields.reserve(6);
  for (std::size_t i = 0; i < 4; ++i) fields.push_back({"n" + std::to_string(i), ColumnType::number});
  for (std::size_t i = 0; i < 2; ++i) fields.push_back({"c" + std::to_string(i), ColumnType::category});
  Table table{Schema(fields)};
  for (std::size_t row = 0; row < rows; ++row) {
    table.column(0).append_number(std::round(std::exp(3 * rng.normal())));
    table.column(1).append_number(4);
    rng.below(3) == 0 ? table.column(2).append_missing() : table.column(2).append_number(rng.normal() * 1e6);
    table.column(3).append_number(static_cast<double>(rng.below(3)) / 4);
    rng.below(4) == 0 ? table.column(4).append_missing()
                      : table.column(4).append_text("l" + std::to_string(rng.below(5)));
    table.column(5).append_text("l" + std::to_string(rng.below(30)));
  }
  return table;
}

/// Naive twin of one number: from the definitions, with all training values at hand. `training` is imputed.
double naive_scaled(double x, std::vector<double> training, NumericScaling scaling) {
  std::sort(training.begin(), training.end());
  const auto q = [&](double share) { return sorted_quantile(training, share); };
  const auto sd_or_1 = [](double sd) { return sd > 1e-12 ? sd : 1; };
  switch (scaling) {
    case NumericScaling::standardise:
      return (x - mean_sd(training).mean) / sd_or_1(mean_sd(training).sd);
    case NumericScaling::log: {
      const auto logged = [](double v) { return (v < 0 ? -1 : 1) * std::log(1 + std::fabs(v)); };
      for (double& value : training) value = logged(value);
      return (logged(x) - mean_sd(training).mean) / sd_or_1(mean_sd(training).sd);
    }
    case NumericScaling::minmax:
      return (x - q(0)) / (q(1) > q(0) ? q(1) - q(0) : 1);
    case NumericScaling::robust: {
      const double spread = q(0.75) - q(0.25);
      return (x - q(0.5)) / (spread > 0 ? spread : sd_or_1(mean_sd(training).sd));
    }
    case NumericScaling::rank: {
      std::vector<double> table;
      table.reserve(1001);
      for (int i = 0; i <= 1000; ++i) table.push_back(q(i / 1000.0));
      double first = -1;  // the rank from the left and from the right, as numpy.interp would give them
      double last = -1;
      if (x < table.front()) return 0;
      if (x > table.back()) return 1;
      for (std::size_t i = 0; i < table.size(); ++i) {
        const auto rank = static_cast<double>(i) / 1000;
        if (table[i] == x) {
          if (first < 0) first = rank;
          last = rank;
        } else if (i + 1 < table.size() && table[i] < x && x < table[i + 1]) {
          first = last = rank + (x - table[i]) / (table[i + 1] - table[i]) / 1000;
        }
      }
      return (first + last) / 2;
    }
    case NumericScaling::none:
      break;
  }
  return x;
}

TEST(Encoder, LearnsOfLongColumnsWhatSortingThemTells) {
  constexpr std::size_t kRows = 4'200;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::uint64_t distinct = seed % 10 == 0 ? kRows * kRows : 1 + rng.below(300);
    std::vector<double> values(kRows);
    for (double& value : values) value = static_cast<double>(rng.below(distinct)) / 8 - 10;
    const Encoder encoder = fit_all(numbers_table(values), NumericScaling::rank);
    std::sort(values.begin(), values.end());
    const Encoder::Column& column = encoder.columns().front();
    EXPECT_EQ(column.min, values.front()) << "seed " << seed;
    EXPECT_EQ(column.median, sorted_quantile(values, 0.5)) << "seed " << seed;
    EXPECT_EQ(column.mean, values.front() == values.back() ? values.front() : mean_sd(values).mean) << "seed " << seed;
    for (const std::size_t step : {0UL, 17UL, 500UL, 999UL, 1000UL})
      EXPECT_EQ(column.quantiles[step], sorted_quantile(values, static_cast<double>(step) / 1000)) << "seed " << seed;
  }
}

TEST(Encoder, ScalesAsComputedByHand) {
  const std::vector<double> training{0, 0, 1, 3, 6};  // mean 2, variance 5.2, quartiles 0 and 3
  const auto scaled = [&](NumericScaling scaling, const std::vector<double>& values) {
    return encoded(fit_all(numbers_table(training), scaling), values);
  };
  expect_near(scaled(NumericScaling::standardise, {2, 6, -10}), {0, 4 / std::sqrt(5.2), -12 / std::sqrt(5.2)});
  expect_near(scaled(NumericScaling::minmax, {0, 3, 6, 12, -6}), {0, 0.5, 1, 2, -1});
  expect_near(scaled(NumericScaling::robust, {1, 4, -2}), {0, 1, -1});
  expect_near(scaled(NumericScaling::none, {5, -7}), {5, -7});
  // Quantiles: 0 up to 1/4, then straight to 1 at 1/2, 3 at 3/4, 6 at 1.
  expect_near(scaled(NumericScaling::rank, {0, 0.5, 1, 2, 6, 7, -1}), {0.125, 0.375, 0.5, 0.625, 1, 1, 0});
  const double log_mean = (std::log(2.0) + std::log(4.0) + std::log(7.0)) / 5;
  const auto logs = scaled(NumericScaling::log, {0, 1, -1});
  EXPECT_NEAR((logs[1] + logs[2]) / 2, logs[0], 1e-6);
  EXPECT_NEAR(logs[0] / (logs[1] - logs[0]), -log_mean / std::log(2.0), 1e-5);
}

TEST(Encoder, FallsBackOnTheSpreadThatIsThere) {
  const std::vector<double> mostly_zero{0, 0, 0, 0, 10};  // quartiles are equal: / sd = 4
  expect_near(encoded(fit_all(numbers_table(mostly_zero), NumericScaling::robust), {0, 10}), {0, 2.5});
  for (const auto scaling : {NumericScaling::standardise, NumericScaling::minmax, NumericScaling::robust}) {
    expect_near(encoded(fit_all(numbers_table({0.1, 0.1, 0.1}), scaling), {0.1, 1.1}), {0, 1});
  }
  expect_near(encoded(fit_all(numbers_table({3, 3}), NumericScaling::rank), {3, 2, 4}), {0.5, 0, 1});
  EXPECT_TRUE(fit_all(numbers_table({3, 3}), NumericScaling::none).columns()[0].constant);
  EXPECT_FALSE(fit_all(numbers_table({3, kMissing}), NumericScaling::none).columns()[0].constant);
}

TEST(Encoder, AgreesWithANaiveEncodingOfEachCell) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Rng rng(seed);
    const Table table = made_up_table(rng, 60);
    const Table fresh = made_up_table(rng, 30);
    const auto scaling = kAllScalings[seed % kAllScalings.size()];
    auto rows = all_rows(table);
    rng.shuffle(rows);
    rows.resize(5 + rng.below(50));
    const Encoder encoder = Encoder::fit(table, all_columns(table), rows, Encoding{{scaling}});
    const Matrix matrix = encoder.encode(fresh);
    ASSERT_EQ(matrix.columns(), encoder.width());
    std::size_t missing_column = 4;
    for (std::size_t column = 0; column < 4; ++column) {
      std::vector<double> present;
      for (const auto row : rows) {
        if (!table.column(column).missing(row)) present.push_back(table.column(column).number(row));
      }
      const double median = quantile(present, 0.5);
      const bool had_missing = present.size() < rows.size();
      auto imputed = present;
      imputed.resize(rows.size(), median);
      for (std::size_t row = 0; row < fresh.rows(); ++row) {
        const bool missing = fresh.column(column).missing(row);
        const double expected = naive_scaled(missing ? median : fresh.column(column).number(row), imputed, scaling);
        ASSERT_NEAR(matrix.at(row, column), expected, 1e-5 * (1 + std::fabs(expected))) << "seed " << seed;
        if (had_missing) {
          ASSERT_EQ(matrix.at(row, missing_column), missing ? 1.0F : 0.0F) << "seed " << seed;
        }
      }
      if (had_missing) ++missing_column;
    }
    std::size_t first = missing_column;
    for (const std::size_t column : {4U, 5U}) {
      std::vector<std::string> levels;
      for (const auto row : rows) {
        const std::string text = table.column(column).text(row);
        if (std::ranges::find(levels, text) == levels.end()) levels.push_back(text);
      }
      for (std::size_t row = 0; row < fresh.rows(); ++row) {
        const auto found = std::ranges::find(levels, fresh.column(column).text(row)) - levels.begin();
        for (std::size_t k = 0; k <= levels.size(); ++k) {
          ASSERT_EQ(matrix.at(row, first + k), k == static_cast<std::size_t>(found) ? 1.0F : 0.0F) << "seed " << seed;
        }
      }
      first += levels.size() + 1;
    }
    ASSERT_EQ(first, encoder.width()) << "seed " << seed;
  }
}

TEST(Encoder, LearnsNothingFromRowsThatAreNotTraining) {
  for (const auto scaling : kAllScalings) {
    Rng rng(5);
    const Table table = made_up_table(rng, 80);
    std::vector<std::uint32_t> rows(40);
    std::iota(rows.begin(), rows.end(), 0U);
    Table front(table.schema());
    for (std::size_t row = 0; row < 40; ++row) {
      for (std::size_t column = 0; column < table.columns(); ++column) {
        const Column& from = table.column(column);
        Column& to = front.column(column);
        if (from.missing(row)) {
          to.append_missing();
        } else if (from.type() == ColumnType::category) {
          to.append_text(from.text(row));
        } else {
          to.append_number(from.number(row));
        }
      }
    }
    ByteWriter with;
    ByteWriter without;
    Encoder::fit(table, all_columns(table), rows, Encoding{{scaling}}).save(with);
    fit_all(front, scaling).save(without);
    EXPECT_EQ(with.bytes(), without.bytes()) << name_of(scaling);
  }
}

TEST(Encoder, NamesColumnsAndTellsWhereTheyComeFrom) {
  Table table{Schema({{"c", ColumnType::category}, {"x", ColumnType::number}, {"y", ColumnType::integer}})};
  table.column(0).append_text("http");
  table.column(0).append_missing();
  table.column(1).append_missing();
  table.column(1).append_number(2);
  for (int i = 0; i < 2; ++i) table.column(2).append_number(i);
  const Encoder encoder = fit_all(table, NumericScaling::none);
  std::vector<std::string> names;
  names.reserve(encoder.width());
  for (std::size_t dense = 0; dense < encoder.width(); ++dense) names.push_back(encoder.column_name(dense));
  EXPECT_EQ(names, (std::vector<std::string>{"x", "y", "x missing", "c=http", "c=", "c unseen"}));
  EXPECT_EQ(std::vector<std::size_t>(encoder.origin().begin(), encoder.origin().end()),
            (std::vector<std::size_t>{1, 2, 1, 0, 0, 0}));
  EXPECT_EQ(encoder.schema(), table.schema());
  EXPECT_EQ(encoder.columns()[0].levels, (std::vector<std::string>{"http", ""}));
  EXPECT_EQ(encoder.columns()[0].level_rows, (std::vector<std::uint64_t>{1, 1}));
}

TEST(Encoder, StandardisesEachLevelAsItWouldANumber) {
  const Encoding encoding = Encoding::parse("standardise+standardised-one-hot");
  const Table training = category_table({"a", "b", "a", "-", "a", "a"});
  const Encoder encoder = Encoder::fit(training, all_columns(training), all_rows(training), encoding);
  ASSERT_EQ(encoder.width(), 3U);
  EXPECT_EQ(encoder.column_name(0), "c=a");
  EXPECT_EQ(encoder.column_name(2), "c=");
  EXPECT_EQ(encoder.origin()[2], 0U);
  const Matrix matrix = encoder.encode(category_table({"a", "b", "-", "unseen"}));
  EXPECT_EQ(matrix.number_columns(), 3U);
  const double a = 4.0 / 6;
  const double b = 1.0 / 6;
  const auto sd = [](double share) { return std::sqrt(share * (1 - share)); };
  const auto column = [&](std::size_t k) {
    return std::vector<double>(matrix.numbers(k).begin(), matrix.numbers(k).end());
  };
  expect_near(column(0), {(1 - a) / sd(a), -a / sd(a), -a / sd(a), -a / sd(a)});
  expect_near(column(1), {-b / sd(b), (1 - b) / sd(b), -b / sd(b), -b / sd(b)});
  expect_near(column(2), {-b / sd(b), -b / sd(b), (1 - b) / sd(b), -b / sd(b)});
  const Table alike = category_table({"a", "a"});
  const Matrix constant =
      Encoder::fit(alike, all_columns(alike), all_rows(alike), encoding).encode(category_table({"a", "other"}));
  EXPECT_EQ(constant.numbers(0)[0], 0.0F);
  EXPECT_EQ(constant.numbers(0)[1], -1.0F);
}

TEST(Encoder, TakesAsManyStandardisedLevelsAsFit) {
  std::vector<std::string> many;
  many.reserve(4'097);
  for (int i = 0; i < 4'097; ++i) many.push_back(std::to_string(i));
  const Encoding encoding = Encoding::parse("standardise+standardised-one-hot");
  const auto fit = [&] {
    const Table table = category_table(many);
    return Encoder::fit(table, all_columns(table), all_rows(table), encoding).width();
  };
  EXPECT_THROW(fit(), Error);
  many.pop_back();
  EXPECT_EQ(fit(), 4'096U);
}

TEST(Encoder, TakesAnEmptyTextAndAMissingValueForOneLevel) {
  const Encoder encoder = fit_all(category_table({"a", "", "-", "b"}), NumericScaling::none);
  EXPECT_EQ(encoder.columns()[0].levels, (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(encoder.columns()[0].level_rows, (std::vector<std::uint64_t>{1, 2, 1}));
}

TEST(Encoder, CountsWhatTrainingHadNotSeen) {
  Table training{Schema({{"x", ColumnType::number}, {"c", ColumnType::category}})};
  Table fresh(training.schema());
  for (const double value : {1.0, 5.0}) training.column(0).append_number(value);
  for (const double value : {0.9, 1.0, 5.0, 6.0, kMissing}) fresh.column(0).append_number(value);
  for (const auto* text : {"a", "b"}) training.column(1).append_text(text);
  for (const auto* text : {"a", "z", "b", "y"}) fresh.column(1).append_text(text);
  fresh.column(1).append_missing();
  const Encoder encoder = fit_all(training, NumericScaling::standardise);
  EncodeCounts counts;
  (void)encoder.encode(fresh, &counts);
  (void)encoder.encode(fresh, &counts);
  EXPECT_EQ(counts.rows, 10U);
  EXPECT_EQ(counts.out_of_range, (std::vector<std::uint64_t>{4, 0}));
  EXPECT_EQ(counts.unseen, (std::vector<std::uint64_t>{2, 6}));
}

TEST(Encoder, FindsColumnsByNameInAnyOrderAndBatch) {
  const Encoder encoder = fit_all(category_table({"a", "b", "c"}), NumericScaling::none);
  Table batch{Schema({{"other", ColumnType::number}, {"c", ColumnType::category}})};
  for (const auto* text : {"c", "x", "a"}) {
    batch.column(0).append_number(1);
    batch.column(1).append_text(text);
  }
  EXPECT_EQ(encoder.encode(batch).groups()[0].codes, (std::vector<std::uint16_t>{2, 3, 0}));
}

TEST(Encoder, RefusesTablesWithoutItsColumns) {
  const Encoder encoder = fit_all(numbers_table({1, 2}), NumericScaling::none);
  EXPECT_THROW((void)encoder.encode(category_table({"a"})), Error);
  Table text{Schema({{"x", ColumnType::category}})};
  EXPECT_THROW((void)encoder.encode(text), Error);
  Table integers{Schema({{"x", ColumnType::integer}})};
  integers.column(0).append_number(3);
  EXPECT_EQ(encoder.encode(integers).numbers(0)[0], 3.0F);
}

TEST(Encoder, RefusesToLearnWhatCannotBeLearned) {
  const Table table = numbers_table({1, 2});
  EXPECT_THROW(Encoder::fit(table, {}, all_rows(table), Encoding{}), Error);
  EXPECT_THROW(Encoder::fit(table, all_columns(table), {}, Encoding{}), Error);
  const Table time{Schema({{"t", ColumnType::time}})};
  EXPECT_THROW(Encoder::fit(time, all_columns(time), std::vector<std::uint32_t>{0}, Encoding{}), Error);
  std::vector<std::string> many;
  many.reserve(65'535);
  for (int i = 0; i < 65'535; ++i) many.push_back(std::to_string(i));
  EXPECT_THROW(fit_all(category_table(many), NumericScaling::none), Error);
  many.pop_back();
  EXPECT_EQ(fit_all(category_table(many), NumericScaling::none).width(), 65'535U);
}

TEST(Encoder, GivesFiniteValuesForAnyNumbers) {
  const std::vector<double> wild{std::numeric_limits<double>::max(),
                                 -std::numeric_limits<double>::max(),
                                 1e300,
                                 0,
                                 5e-324,
                                 -1,
                                 std::numeric_limits<double>::infinity(),
                                 kMissing};
  for (const auto scaling : kAllScalings) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Rng rng(seed);
      std::vector<double> training;
      training.reserve(5);
      for (std::size_t i = 0; i < 1 + seed % 5; ++i) training.push_back(wild[rng.below(wild.size())]);
      for (const double value : encoded(fit_all(numbers_table(training), scaling), wild)) {
        ASSERT_TRUE(std::isfinite(value)) << name_of(scaling) << " seed " << seed;
      }
    }
  }
}

TEST(Encoder, TellsHowSurprisingAValueIs) {
  Table table{Schema({{"x", ColumnType::number}, {"c", ColumnType::category}})};
  for (int row = 0; row < 100; ++row) {
    table.column(0).append_number(row);
    table.column(1).append_text(row < 90 ? "usual" : row < 99 ? "seldom" : "once");
  }
  const Encoder encoder = fit_all(table, NumericScaling::none);
  Table fresh(table.schema());
  for (const double value : {50.0, 100.0, -1.0, kMissing}) fresh.column(0).append_number(value);
  for (const auto* text : {"usual", "seldom", "once", "never"}) fresh.column(1).append_text(text);
  EXPECT_EQ(encoder.surprise(0, fresh.column(0), 0), 0);
  for (const std::size_t row : {1U, 2U, 3U}) EXPECT_EQ(encoder.surprise(0, fresh.column(0), row), 1);
  EXPECT_EQ(encoder.surprise(1, fresh.column(1), 0), 0);
  EXPECT_GT(encoder.surprise(1, fresh.column(1), 1), 0.2);
  EXPECT_GT(encoder.surprise(1, fresh.column(1), 2), encoder.surprise(1, fresh.column(1), 1));
  EXPECT_LT(encoder.surprise(1, fresh.column(1), 2), 1);
  EXPECT_EQ(encoder.surprise(1, fresh.column(1), 3), 1);
}

TEST(Encoder, IsTheSameAfterSavingAndLoadingAndForAnyNumberOfThreads) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Table table = made_up_table(rng, 40);
    const Table fresh = made_up_table(rng, 40);
    set_threads(1 + static_cast<unsigned>(seed % 3));
    Encoding encoding{{kAllScalings[seed % kAllScalings.size()]}};
    if (seed % 4 == 0) encoding.categories = CategoryEncoding::standardised_one_hot;
    const Encoder encoder = Encoder::fit(table, all_columns(table), all_rows(table), encoding);
    set_threads(1);
    ByteWriter out;
    encoder.save(out);
    ByteReader in(out.bytes(), "model");
    const Encoder loaded = Encoder::load(in);
    in.expect_end();
    const Matrix before = encoder.encode(fresh);
    const Matrix after = loaded.encode(fresh);
    ASSERT_EQ(before.columns(), after.columns());
    for (std::size_t row = 0; row < fresh.rows(); ++row) {
      for (std::size_t column = 0; column < before.columns(); ++column) {
        ASSERT_EQ(before.at(row, column), after.at(row, column)) << "seed " << seed;
      }
    }
    ByteWriter again;
    loaded.save(again);
    ASSERT_EQ(again.bytes(), out.bytes());
  }
  set_threads(0);
}

TEST(Encoder, RefusesOrSurvivesAnyDamagedByte) {
  Rng rng(3);
  const Table table = made_up_table(rng, 25);
  for (const auto* text : {"log+one-hot", "log+standardised-one-hot", "rank+one-hot"}) {
    const Encoding encoding = Encoding::parse(text);
    ByteWriter out;
    Encoder::fit(table, all_columns(table), all_rows(table), encoding).save(out);
    const std::string& bytes = out.bytes();
    const std::size_t stride = encoding.has(NumericScaling::rank) ? 37 : 1;
    std::size_t loaded = 0;
    for (std::size_t at = 0; at < bytes.size(); at += stride) {
      ByteReader cut(std::string_view(bytes).substr(0, at), "model");
      EXPECT_THROW(Encoder::load(cut), Error) << at;
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(~damaged[at]);
      ByteReader in(damaged, "model");
      try {
        const Encoder encoder = Encoder::load(in);
        ++loaded;
        const Matrix matrix = encoder.encode(table);
        for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
          for (const float value : matrix.numbers(column)) ASSERT_TRUE(std::isfinite(value)) << at;
        }
      } catch (const Error&) {
        continue;
      }
    }
    EXPECT_GT(loaded, 0U);
  }
}

}  // namespace
}  // namespace netstray
