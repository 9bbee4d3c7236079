#include "netstray/synth/flow_table.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

std::map<std::string, std::size_t> labels(const Table& table) {
  std::map<std::string, std::size_t> counts;
  const Column& column = table.column("label");
  for (std::size_t row = 0; row < table.rows(); ++row) ++counts[column.text(row)];
  return counts;
}

TEST(FlowTable, SameSettingsGiveTheSameBytes) {
  const FlowTableSettings settings{.rows = 2'000, .anomaly_share = 0.05, .seed = 7};
  EXPECT_EQ(csv_text(make_flow_table(settings)), csv_text(make_flow_table(settings)));
}

TEST(FlowTable, AnySeedAndShareGiveAsManyRowsAndAnomaliesAsAsked) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const double share = static_cast<double>(seed) / 99;
    const FlowTableSettings settings{.rows = 100 + seed, .anomaly_share = share, .seed = seed};
    const Table table = make_flow_table(settings);
    const auto wanted = static_cast<std::size_t>(std::llround(static_cast<double>(settings.rows) * share));
    ASSERT_EQ(table.rows(), settings.rows) << "seed " << seed;
    ASSERT_EQ(table.rows() - labels(table)["normal"], wanted) << "seed " << seed;
  }
}

TEST(FlowTable, EachKindIsThereAsSoonAsThereIsRoom) {
  const auto counts = labels(make_flow_table({.rows = 700, .anomaly_share = 0.01}));
  for (const auto& kind : planted_kinds()) EXPECT_EQ(counts.count(std::string(kind.label)), 1U) << kind.label;
}

TEST(FlowTable, QuietDaysHaveNoAnomalies) {
  const auto counts = labels(make_flow_table({.rows = 3'000, .anomaly_share = 0}));
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{{"normal", 3'000}}));
}

TEST(FlowTable, RowsComeInOrderOfTimeWithinTheDays) {
  const FlowTableSettings settings{.rows = 3'000, .anomaly_share = 0.1, .days = 2};
  const Table table = make_flow_table(settings);
  const Column& time = table.column("time");
  TimeNs last = settings.start;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ASSERT_LE(last, time.time(row)) << "row " << row;
    last = time.time(row);
  }
  EXPECT_LT(last, settings.start + 2 * 86'400'000'000'000 + 60'000'000'000);
}

TEST(FlowTable, OtherDaysOfTheSameOfficeHaveTheSameUsersAndOtherFlows) {
  FlowTableSettings settings{.rows = 5'000, .anomaly_share = 0};
  const Table first = make_flow_table(settings);
  settings.start += 7LL * 86'400'000'000'000;
  const Table second = make_flow_table(settings);
  EXPECT_NE(csv_text(first), csv_text(second));
  std::map<std::string, int> users;
  for (const auto& ip : first.column("src_ip").levels()) users[ip] |= 1;
  for (const auto& ip : second.column("src_ip").levels()) users[ip] |= 2;
  std::size_t both = 0;
  for (const auto& [ip, seen] : users) both += seen == 3 ? 1U : 0U;
  EXPECT_GE(both, 40U);
}

TEST(FlowTable, NightsAreQuieterThanDays) {
  const Table table = make_flow_table({.rows = 10'000, .anomaly_share = 0});
  std::size_t night = 0;
  std::size_t day = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto hour = table.column("time").time(row) / 3'600'000'000'000 % 24;
    if (hour < 4) ++night;
    if (hour >= 9 && hour < 13) ++day;
  }
  EXPECT_LT(night * 10, day);
}

TEST(FlowTable, RefusesSettingsOutOfRange) {
  EXPECT_THROW(make_flow_table({.rows = 0}), Error);
  EXPECT_THROW(make_flow_table({.anomaly_share = 1.5}), Error);
  EXPECT_THROW(make_flow_table({.anomaly_share = std::nan("")}), Error);
  EXPECT_THROW(make_flow_table({.days = 0}), Error);
}

}  // namespace
}  // namespace netstray
