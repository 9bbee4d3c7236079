#include "netstray/model/truth.h"

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

Table labelled(const std::vector<std::string>& labels) {
  Table table(Schema({{"label", ColumnType::category}, {"attack", ColumnType::integer}}));
  for (const auto& label : labels) {
    if (label.empty())
      table.column(0).append_missing();
    else
      table.column(0).append_text(label);
    table.column(1).append_number(label == "normal" ? 0 : 1);
  }
  return table;
}

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(MakeTruth, LabelsRowsAndAsksForTheFamilyOfAttacksOnly) {
  const auto truth = make_truth(labelled({"normal", "smurf", "teardrop", "nmap"}), "label", "normal",
                                [](std::string_view label) -> std::string {
                                  EXPECT_NE(label, "normal");
                                  return label == "nmap" ? "probe" : "dos";
                                });
  EXPECT_EQ(truth.labels, (std::vector<std::uint8_t>{0, 1, 1, 1}));
  EXPECT_EQ(truth.families, (std::vector<std::string>{"normal", "dos", "dos", "probe"}));
  EXPECT_EQ(truth.label_column, "label");
  EXPECT_EQ(truth.normal_value, "normal");
}

TEST(MakeTruth, TakesAColumnOfZerosAndOnes) {
  const auto truth = make_truth(labelled({"normal", "smurf"}), "attack", "0");
  EXPECT_EQ(truth.labels, (std::vector<std::uint8_t>{0, 1}));
  EXPECT_TRUE(truth.families.empty());
}

TEST(MakeTruth, NamesTheNearestColumnWhereThereIsNone) {
  const auto text = message_of([] { make_truth(labelled({"normal"}), "lable", "normal"); });
  EXPECT_NE(text.find("did you mean \"label\""), std::string::npos) << text;
}

TEST(MakeTruth, NamesTheMostFrequentLabelsWhereNormalIsNotAmongThem) {
  const auto text = message_of([] { make_truth(labelled({"ok", "smurf", "smurf"}), "label", "normal"); });
  const auto smurf = text.find("\"smurf\" (2 rows)");
  const auto ok = text.find("\"ok\" (1 row)");
  EXPECT_NE(smurf, std::string::npos) << text;
  EXPECT_NE(ok, std::string::npos) << text;
  EXPECT_LT(smurf, ok);
}

TEST(MakeTruth, CountsMissingLabelsAndNamesTheFirstRow) {
  const auto text = message_of([] { make_truth(labelled({"normal", "smurf", "", ""}), "label", "normal"); });
  EXPECT_NE(text.find("2 of 4 labels are missing"), std::string::npos) << text;
  EXPECT_NE(text.find("row 3"), std::string::npos) << text;
}

}  // namespace
}  // namespace netstray
