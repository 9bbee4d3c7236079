#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/model/made_up_traffic.h"
#include "netstray/model/train.h"

namespace netstray {
namespace {

constexpr std::size_t kAttackEvery = 5;

/// Every fifth row is a scan that sends far more than any quiet row.
Table mixed_flows(std::size_t rows, std::uint64_t seed) {
  const Table quiet = made_up::quiet_flows(rows, seed);
  Table mixed(quiet.schema());
  for (std::size_t row = 0; row < rows; ++row) {
    const bool attack = row % kAttackEvery == 0;
    for (std::size_t column = 0; column < quiet.columns(); ++column) {
      const Column& from = quiet.column(column);
      Column& to = mixed.column(column);
      if (column + 1 == quiet.columns()) {
        to.append_text(attack ? "scan" : "normal");
      } else if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
        to.append_text(from.text(row));
      } else {
        to.append_number(attack && quiet.schema()[column].name == "orig_bytes" ? 1e9 : from.number(row));
      }
    }
  }
  return mixed;
}

Trained train_with(const Table& table, const std::string& detector, const std::vector<std::string>& settings,
                   const std::string& rule, double calibration = 0.2) {
  TrainSettings how;
  how.recipe = make_recipe(detector, settings);
  how.rule = ThresholdRule::parse(rule);
  how.calibration_share = calibration;
  return train(table, choose_rows(table, "label", "normal", false), choose_columns(table, {}), how);
}

std::string message_of(const Table& table, const std::string& detector, const std::vector<std::string>& settings,
                       const std::string& rule, double calibration = 0.2) {
  try {
    train_with(table, detector, settings, rule, calibration);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    return error.what();
  }
  return "no error";
}

TEST(BestF1Cut, IsFoundOnKeptBackRowsAndAttacksAndSaysSoLoudly) {
  const Table table = mixed_flows(600, 3);
  const Trained trained = train_with(table, "mahalanobis", {}, "best-f1");
  const Model& model = trained.model;
  EXPECT_EQ(model.rule.text(), "best-f1");
  EXPECT_EQ(model.calibration.size(), 96U) << "a fifth of 480 normal rows: attacks give no p-values";
  EXPECT_TRUE(std::ranges::any_of(model.record.notes, [](const std::string& note) {
    return note.find("the labels of 24 attacks among 120 rows") != std::string::npos &&
           note.find("no share of false alarms is promised") != std::string::npos;
  }));
  const Verdicts verdicts = model.judge(mixed_flows(300, 11), Explain::none);
  for (std::size_t row = 0; row < 300; row += kAttackEvery) EXPECT_EQ(verdicts.verdicts[row], 1) << "row " << row;
  EXPECT_FALSE(model.rule.asked_share());
}

TEST(BestF1Cut, DoesNotChangeWhatIsLearned) {
  const Table table = mixed_flows(400, 5);
  const Trained labelled = train_with(table, "iforest", {"trees=20", "sample=64"}, "best-f1");
  const Trained plain = train_with(table, "iforest", {"trees=20", "sample=64"}, "false-alarms:0.05");
  EXPECT_EQ(labelled.fitted, plain.fitted);
  EXPECT_EQ(labelled.kept_back_scores, plain.kept_back_scores);
}

TEST(BestF1Cut, NeedsLabelsCalibrationRowsAndADetectorThatHasNotSeenTheAttacks) {
  const Table mixed = mixed_flows(200, 1);
  EXPECT_NE(message_of(mixed, "iforest", {}, "best-f1", 0).find("needs calibration rows"), std::string::npos);
  EXPECT_NE(message_of(mixed, "logistic", {}, "best-f1").find("attacks that it learned from"), std::string::npos);
  TrainSettings how;
  how.recipe = make_recipe("iforest");
  how.rule = ThresholdRule::parse("best-f1");
  EXPECT_THROW(train(mixed, choose_rows(mixed, std::nullopt, "", false), choose_columns(mixed, {}), how), Error);
  EXPECT_THROW(train_with(made_up::quiet_flows(100, 1), "iforest", {}, "best-f1"), Error) << "no attacks at all";
  Trained trained = train_with(mixed, "iforest", {}, "false-alarms:0.05");
  EXPECT_THROW(trained.model.recut(ThresholdRule::parse("best-f1")), Error);
}

TEST(ClusterMeanCut, IsForScoresInUnitsOfAClustersMeanDistanceOnly) {
  const Table table = made_up::quiet_flows(200, 1);
  const Trained trained = train_with(table, "kmeans", {"scale=cluster-mean"}, "cluster-mean:3");
  EXPECT_EQ(trained.model.cut, 3);
  for (const double score : trained.fitted_scores) EXPECT_GE(score, 0);
  EXPECT_NE(message_of(table, "kmeans", {}, "cluster-mean:3").find("scale=cluster-mean"), std::string::npos);
  EXPECT_NE(message_of(table, "iforest", {}, "cluster-mean:3").find("--detector kmeans"), std::string::npos);
}

}  // namespace
}  // namespace netstray
