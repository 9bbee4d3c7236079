#include "netstray/feature/derive.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/feature/port_class.h"

namespace netstray {
namespace {

using Texts = std::vector<std::string>;

Column categories(const Texts& values) {
  Column column(ColumnType::category);
  for (const auto& value : values) {
    if (value.empty()) {
      column.append_missing();
    } else {
      column.append_text(value);
    }
  }
  return column;
}

Column numbers(const std::vector<double>& values, ColumnType type = ColumnType::number) {
  Column column(type);
  for (const double value : values) column.append_number(value);  // NaN: missing
  return column;
}

Texts texts(const Column& column) {
  Texts found;
  for (std::size_t row = 0; row < column.size(); ++row) found.push_back(column.text(row));
  return found;
}

TEST(Derive, PresentIsOneAndMissingIsZero) {
  EXPECT_EQ(texts(is_present(categories({"x", "", "y"}))), (Texts{"1", "0", "1"}));
}

TEST(Derive, NumbersValuesInOrderOfFirstAppearance) {
  EXPECT_EQ(texts(first_seen_number(categories({"b", "a", "", "b", "c"}))), (Texts{"0", "1", "", "0", "2"}));
  EXPECT_EQ(texts(first_seen_number(numbers({7, 0.5, 7, NAN}))), (Texts{"0", "1", "0", ""}));
}

TEST(Derive, MapsTextsAndTheDefaultIsAlsoForMissingOnes) {
  const ValueMap map{{{"a", 1}, {"b", 2.5}}, 9};
  EXPECT_EQ(texts(mapped(categories({"b", "", "a", "z"}), map)), (Texts{"2.5", "9", "1", "9"}));
}

TEST(Derive, MapsNumbersByValue) {
  const ValueMap map{{{"443", 30}, {"5.0", 7}}, 100};
  const auto column = mapped(numbers({443, 5, 6, NAN}), map);
  EXPECT_EQ(column.type(), ColumnType::integer);
  EXPECT_EQ(texts(column), (Texts{"30", "7", "100", "100"}));
  EXPECT_THROW(mapped(numbers({1}), ValueMap{{{"http", 1}}, 0}), Error);
}

TEST(Derive, AMapWithoutDefaultNamesTheValueThatItDoesNotHave) {
  const ValueMap map{{{"a", 1}}, std::nullopt};
  EXPECT_EQ(texts(mapped(categories({"a", ""}), map)), (Texts{"1", ""}));
  try {
    mapped(categories({"a", "zoo"}), map);
    FAIL() << "a value without a number";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("\"zoo\""), std::string::npos) << error.what();
  }
}

TEST(Derive, EqualValuesShareTheMeanOfTheirRanks) {
  EXPECT_EQ(texts(ranks(numbers({30, NAN, 10, 20, 20}))), (Texts{"4", "", "1", "2.5", "2.5"}));
  EXPECT_THROW(ranks(categories({"a"})), Error);
}

TEST(Derive, RanksCountTheValuesBelowAndHalfOfTheEqualOnes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<double> values(1 + rng.below(30));
    for (auto& value : values) value = std::floor(rng.uniform(-5, 5)) / 4;
    const auto found = ranks(numbers(values));
    for (std::size_t row = 0; row < values.size(); ++row) {
      double expected = 0.5;
      for (const double other : values) expected += other < values[row] ? 1 : other == values[row] ? 0.5 : 0;
      EXPECT_EQ(found.number(row), expected) << "seed " << seed;
    }
  }
}

TEST(PortClasses, AreThoseOfTheNotebook) {
  const auto& map = port_classes();
  EXPECT_EQ(map.numbers.size(), 37U);
  EXPECT_EQ(texts(mapped(numbers({443, 80, 22, 53, 25, 81, 83, 8080, 5, 993, NAN}, ColumnType::integer), map)),
            (Texts{"30", "30", "20", "10", "40", "50", "0", "100", "0", "40", "100"}));
}

}  // namespace
}  // namespace netstray
