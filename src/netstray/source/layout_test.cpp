#include "netstray/source/layout.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

TEST(Layout, OfBothKddSetsHasFortyOneFeaturesThenTheLabel) {
  const auto& kdd = layout("kdd99");
  const auto& nsl = layout("nsl-kdd");
  EXPECT_EQ(kdd.schema.size(), 42U);
  EXPECT_EQ(nsl.schema.size(), 43U);
  EXPECT_EQ(kdd.schema.find("label"), 41U);
  EXPECT_EQ(nsl.schema.find("label"), 41U);
  EXPECT_EQ(nsl.not_features, std::vector<std::string>{"difficulty"});
  EXPECT_TRUE(kdd.not_features.empty());
  EXPECT_EQ(kdd.normal_value, "normal.");
  EXPECT_EQ(nsl.normal_value, "normal");
  std::size_t categories = 0;
  for (const auto& field : kdd.schema.fields()) categories += field.type == ColumnType::category ? 1 : 0;
  EXPECT_EQ(categories, 4U);
}

TEST(Layout, KnowsTheFamilyOfEachAttackWithAndWithoutTheDot) {
  const auto& kdd = layout("kdd99");
  EXPECT_EQ(kdd.family("smurf."), "dos");
  EXPECT_EQ(kdd.family("mscan"), "probe");
  EXPECT_EQ(kdd.family("worm."), "r2l");
  EXPECT_EQ(kdd.family("httptunnel"), "u2r");
  EXPECT_EQ(kdd.family("novel."), "other");
}

TEST(Layout, UnknownIsAUsageErrorWithTheNearest) {
  try {
    layout("kdd9");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    EXPECT_EQ(std::string(error.what()), "no layout \"kdd9\"; did you mean \"kdd99\"? The layouts are: kdd99, nsl-kdd");
  }
}

TEST(Layout, IsRecognisedByWhatStandsInARow) {
  std::vector<std::string> cells(42, "0");
  cells[1] = "tcp";
  cells[3] = "SF";
  ASSERT_NE(layout_like(cells), nullptr);
  EXPECT_EQ(layout_like(cells)->id, "kdd99");
  cells.emplace_back("21");
  EXPECT_EQ(layout_like(cells)->id, "nsl-kdd");
  cells[3] = "0";
  EXPECT_EQ(layout_like(cells), nullptr);
  EXPECT_EQ(layout_like(std::vector<std::string>{"0", "tcp", "http", "SF"}), nullptr);
}

}  // namespace
}  // namespace netstray
