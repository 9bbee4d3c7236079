#include "netstray/model/column_roles.h"

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/model/made_up_traffic.h"

namespace netstray {
namespace {

std::string why_of(const ColumnRoles& roles, const std::string& name) {
  for (const auto& column : roles.carried) {
    if (column.name == name) return column.why;
  }
  return "learned";
}

std::vector<std::string> learned_names(const Table& table, const ColumnRoles& roles) {
  std::vector<std::string> names;
  names.reserve(roles.learned.size());
  for (const std::size_t column : roles.learned) names.push_back(table.schema()[column].name);
  return names;
}

TEST(ColumnRoles, AddressesRowNumbersAndLabelsAreCarriedNotLearned) {
  const Table table = made_up::quiet_flows(100, 1);
  const ColumnRoles roles = choose_columns(table, {});
  EXPECT_EQ(why_of(roles, "id"), "row number");
  EXPECT_EQ(why_of(roles, "src_ip"), "address");
  EXPECT_EQ(why_of(roles, "label"), "its name says that it is a label");
  EXPECT_EQ(learned_names(table, roles), (std::vector<std::string>{"duration", "orig_bytes", "resp_bytes", "packets",
                                                                   "error_rate", "wrong", "proto", "service"}));
}

TEST(ColumnRoles, CategoriesWithVeryManyValuesAreCarried) {
  Table table(Schema({{"flow", ColumnType::category}, {"kind", ColumnType::category}, {"empty", ColumnType::number}}));
  for (int row = 0; row < 400; ++row) {
    table.column(0).append_text("f" + std::to_string(row));
    table.column(1).append_text(row % 2 == 0 ? "a" : "b");
    table.column(2).append_missing();
  }
  const ColumnRoles roles = choose_columns(table, {});
  EXPECT_EQ(why_of(roles, "flow"), "400 distinct values in 400 rows");
  EXPECT_EQ(why_of(roles, "kind"), "learned");
  EXPECT_EQ(why_of(roles, "empty"), "no values");
}

TEST(ColumnRoles, FeaturesOfASetAreLearnedWhateverIsInThem) {
  const Table table = made_up::quiet_flows(100, 1);
  ColumnChoice choice;
  choice.features = {"id"};  // it counts up, as a count of packets may
  choice.not_features = {"packets"};
  choice.features_of = "conn-v1";
  const ColumnRoles roles = choose_columns(table, choice);
  EXPECT_EQ(why_of(roles, "id"), "learned");
  EXPECT_EQ(why_of(roles, "packets"), "not a feature of conn-v1");
  EXPECT_EQ(why_of(roles, "label"), "its name says that it is a label");
  EXPECT_EQ(why_of(roles, "duration"), "learned");
}

TEST(ColumnRoles, DropTakesColumnsOutAndLearnTakesExactlyThese) {
  const Table table = made_up::quiet_flows(50, 2);
  ColumnChoice choice;
  choice.drop = {"wrong", "proto"};
  EXPECT_EQ(why_of(choose_columns(table, choice), "proto"), "dropped");

  ColumnChoice exactly;
  exactly.learn = {"id", "service"};
  const ColumnRoles roles = choose_columns(table, exactly);
  EXPECT_EQ(learned_names(table, roles), (std::vector<std::string>{"id", "service"}));
  EXPECT_EQ(why_of(roles, "duration"), "not in --learn");
}

TEST(ColumnRoles, WrongWishesAreUsageErrors) {
  const Table table = made_up::quiet_flows(50, 3);
  ColumnChoice unknown;
  unknown.drop = {"servise"};
  try {
    choose_columns(table, unknown);
    FAIL() << "an unknown column was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    EXPECT_NE(std::string(error.what()).find("did you mean \"service\""), std::string::npos) << error.what();
  }
  ColumnChoice address;
  address.learn = {"src_ip"};
  EXPECT_THROW(choose_columns(table, address), Error);
  ColumnChoice label;
  label.label = "label";
  label.learn = {"label"};
  EXPECT_THROW(choose_columns(table, label), Error);
  ColumnChoice nothing;
  nothing.drop = {"duration", "orig_bytes", "resp_bytes", "packets", "error_rate", "wrong", "proto", "service"};
  EXPECT_THROW(choose_columns(table, nothing), Error);
}

TEST(ColumnRoles, ALayoutsColumnsAreAllFeaturesButThoseItNames) {
  const Table table = made_up::quiet_flows(50, 4);
  ColumnChoice choice;
  choice.label = "label";
  choice.known_layout = true;
  choice.not_features = {"wrong"};
  const ColumnRoles roles = choose_columns(table, choice);
  EXPECT_EQ(why_of(roles, "id"), "learned");
  EXPECT_EQ(why_of(roles, "wrong"), "not a feature of this layout");
  EXPECT_EQ(why_of(roles, "label"), "label");
}

}  // namespace
}  // namespace netstray
