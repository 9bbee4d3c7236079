#include "netstray/experiment/tables/steps.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

/// Events of two users by turns, at networks 0, 1 and 2.
MadeTable made_events() {
  MadeTable made;
  made.table = Table(Schema({{"user", ColumnType::category}, {"asn", ColumnType::integer}}));
  for (std::uint32_t row = 0; row < 12; ++row) {
    made.table.column(0).append_text(row % 2 == 0 ? "a" : "b");
    made.table.column(1).append_decimal(row % 3, 0);
    made.source_row.push_back(row);
    made.sources.of_row.push_back(0);
    made.parts.of_row.push_back(0);
  }
  made.sources.names = made.parts.names = {"events"};
  return made;
}

/// Network 1 once, network 2 twice.
Table networks() {
  Table table(Schema({{"asn", ColumnType::integer}, {"country", ColumnType::category}}));
  for (const int asn : {1, 2, 2}) {
    table.column(0).append_decimal(asn, 0);
    table.column(1).append_text("PT");
  }
  return table;
}

MadeTable after(const StepSpec& step) {
  const Experiment experiment;
  const Table other = networks();
  MadeTable made = made_events();
  apply_step(step, made,
             {.experiment = experiment,
              .table_named = [&](const std::string&) -> const Table& { return other; },
              .file_of = [](const std::string& source) { return source; }});
  return made;
}

StepSpec lag_step() {
  StepSpec step;
  step.kind = StepSpec::Kind::lag;
  step.columns = {"asn"};
  step.events = 2;
  step.per = "user";
  return step;
}

TEST(Steps, LagsKeepToTheirUserUnlessToldNotTo) {
  auto step = lag_step();
  const auto made = after(step);
  ASSERT_EQ(made.lags.size(), 1U);
  EXPECT_EQ(made.lags[0].rows, 8U);
  EXPECT_EQ(made.lags[0].rows_across_entities, 0U);
  EXPECT_EQ(made.steps.front(), "lag: asn of the 2 events before of each user; 12 rows became 8");
  step.across = true;
  const auto across = after(step);
  EXPECT_EQ(across.lags[0].rows_across_entities, 10U) << "so that the audit of it can tell";
  EXPECT_EQ(across.lags[0].entity, "user");
  step.per = "";
  EXPECT_THROW(after(step), Error);
}

TEST(Steps, PlacesOfTwoColumnsOfAddressesHavePrefixes) {
  std::string path = testing::TempDir() + "netstray_steps_places.tsv";
  std::ofstream(path) << "1.0.0.0\t1.0.0.255\t13335\tAU\tCloudflare\n";
  const Experiment experiment;
  const StepContext context{
      .experiment = experiment, .table_named = {}, .file_of = [&](const std::string&) { return path; }};
  MadeTable made;
  made.table = Table(Schema({{"src", ColumnType::address}, {"dst", ColumnType::address}}));
  made.table.column(0).append_text("1.0.0.1");
  made.table.column(1).append_text("2.0.0.1");
  StepSpec step;
  step.kind = StepSpec::Kind::places;
  for (const auto* column : {"src", "dst"}) {
    step.column = column;
    step.as = step.column + "_";
    apply_step(step, made, context);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(made.table.column("src_country").text(0), "AU");
  EXPECT_TRUE(made.table.column("dst_asn").missing(0));
  EXPECT_NE(made.steps.back().find("1 rows have none"), std::string::npos) << made.steps.back();
}

TEST(Steps, JoinsTellWhatTheyDroppedAndMultiplied) {
  StepSpec step;
  step.kind = StepSpec::Kind::join;
  step.with = "networks";
  step.on = "asn";
  const auto made = after(step);
  ASSERT_EQ(made.joins.size(), 1U);
  EXPECT_EQ(made.table.rows(), 12U);
  EXPECT_EQ(made.source_row, (std::vector<std::uint32_t>{1, 2, 2, 4, 5, 5, 7, 8, 8, 10, 11, 11}));
  EXPECT_EQ(made.sources.of_row.size(), 12U);
  EXPECT_NE(made.steps.front().find("4 without a match dropped, 4 with several"), std::string::npos)
      << made.steps.front();
}

}  // namespace
}  // namespace netstray
