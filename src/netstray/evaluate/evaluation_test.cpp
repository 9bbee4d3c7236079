#include "netstray/evaluate/evaluation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// 200 normal rows scored 0 to 199, and attacks: two of "dos" above all of them, two of "probe" among them.
struct Example {
  Truth truth;
  std::vector<double> scores;
  std::vector<std::uint8_t> verdicts;

  Example() {
    for (int i = 0; i < 200; ++i) add(i, "normal");
    add(300, "dos");
    add(301, "dos");
    add(195.5, "probe");  // 4 normal rows score higher: 2 %
    add(10, "probe");
    for (const double score : scores) verdicts.push_back(score > 197.5 ? 1 : 0);
  }

  EvaluationInput input() const { return {.truth = &truth, .scores = scores, .verdicts = verdicts, .cut = 197.5}; }

 private:
  void add(double score, const std::string& family) {
    truth.labels.push_back(family == "normal" ? 0 : 1);
    truth.families.push_back(family);
    scores.push_back(score);
  }
};

TEST(Evaluate, GivesEachFamilyItsRecallAtEachCut) {
  const Example example;
  const auto result = evaluate(example.input());
  ASSERT_EQ(result.families.size(), 2U);
  EXPECT_EQ(result.families[0].family, "dos");
  EXPECT_EQ(result.families[0].rows, 2U);
  EXPECT_EQ(result.families[0].recall, 1);
  EXPECT_EQ(result.families[0].recall_at_fpr_01, 1);
  EXPECT_EQ(result.families[1].family, "probe");
  EXPECT_EQ(result.families[1].recall, 0);
  EXPECT_EQ(result.families[1].recall_at_fpr_01, 0);
  EXPECT_EQ(result.families[1].recall_at_fpr_05, .5);
}

TEST(Evaluate, CountsByHand) {
  const Example example;
  const auto result = evaluate(example.input());
  EXPECT_EQ(result.rows, 204U);
  EXPECT_EQ(result.attacks, 4U);
  EXPECT_EQ(result.cut, 197.5);
  EXPECT_EQ(result.confusion->fp, 2U);
  EXPECT_EQ(result.confusion->tp, 2U);
  EXPECT_EQ(result.false_alarms.measured, .01);
  EXPECT_FALSE(result.false_alarms.low);
  EXPECT_DOUBLE_EQ(result.auc, (200 + 200 + 196 + 10.5) / 800);  // 10 meets its equal among the normal rows
  EXPECT_EQ(result.recall_at_fpr_01, .5);
  EXPECT_EQ(result.recall_at_fpr_05, .75);
  EXPECT_TRUE(result.intervals);
  EXPECT_TRUE(result.audits.empty());
}

TEST(Evaluate, RecallOfAllIsTheMeanOfTheFamiliesByRows) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Truth truth;
    std::vector<double> scores;
    std::vector<std::uint8_t> verdicts;
    for (int i = 0; i < 300; ++i) {
      const auto family = rng.below(4);
      truth.labels.push_back(family == 0 ? 0 : 1);
      truth.families.push_back(family == 0 ? "normal" : std::string(1, static_cast<char>('a' + family)));
      scores.push_back(std::round(rng.normal() * 10) + static_cast<double>(family) * 4);
      verdicts.push_back(scores.back() > 15 ? 1 : 0);
    }
    const auto result = evaluate({.truth = &truth, .scores = scores, .verdicts = verdicts, .resamples = 0});
    double flagged = 0;
    double at_01 = 0;
    double at_05 = 0;
    for (const auto& family : result.families) {
      flagged += family.recall * static_cast<double>(family.rows);
      at_01 += family.recall_at_fpr_01 * static_cast<double>(family.rows);
      at_05 += family.recall_at_fpr_05 * static_cast<double>(family.rows);
    }
    const auto attacks = static_cast<double>(result.attacks);
    EXPECT_NEAR(flagged / attacks, result.confusion->recall(), 1e-12) << "seed " << seed;
    EXPECT_NEAR(at_01 / attacks, result.recall_at_fpr_01, 1e-12) << "seed " << seed;
    EXPECT_NEAR(at_05 / attacks, result.recall_at_fpr_05, 1e-12) << "seed " << seed;
  }
}

TEST(Evaluate, SaysWhereFalseAlarmsShouldLie) {
  const Example example;
  auto input = example.input();
  input.asked_false_alarms = .01;
  input.calibration_rows = 999;
  const auto alarms = evaluate(input).false_alarms;
  const auto expected = false_alarm_interval(.01, 999, 200);
  EXPECT_EQ(alarms.asked, .01);
  EXPECT_EQ(alarms.low, expected.low);
  EXPECT_EQ(alarms.high, expected.high);
}

TEST(Evaluate, TakesScoresWithoutVerdictsAndWithoutFamilies) {
  Example example;
  example.truth.families.clear();
  const auto result = evaluate({.truth = &example.truth, .scores = example.scores, .resamples = 10});
  EXPECT_FALSE(result.confusion);
  EXPECT_FALSE(result.cut);
  EXPECT_TRUE(result.families.empty());
  EXPECT_TRUE(std::isnan(result.false_alarms.measured));
  EXPECT_TRUE(std::isnan(result.intervals->accuracy.low));
  EXPECT_LT(result.intervals->auc.low, result.auc);
}

TEST(Evaluate, IsNanWhereAClassIsAbsent) {
  Truth truth{.labels = {1, 1}, .families = {"dos", "dos"}, .label_column = "", .normal_value = ""};
  const std::vector<double> scores{1, 2};
  const std::vector<std::uint8_t> verdicts{0, 1};
  const auto attacks = evaluate({.truth = &truth, .scores = scores, .verdicts = verdicts});
  EXPECT_TRUE(std::isnan(attacks.auc));
  EXPECT_TRUE(std::isnan(attacks.false_alarms.measured));
  EXPECT_EQ(attacks.families.at(0).recall, .5);
  EXPECT_TRUE(std::isnan(attacks.families.at(0).recall_at_fpr_01));
  truth.labels = {0, 0};
  const auto normal = evaluate({.truth = &truth, .scores = scores, .verdicts = verdicts});
  EXPECT_TRUE(std::isnan(normal.average_precision));
  EXPECT_TRUE(normal.families.empty());
}

TEST(Evaluate, RefusesScoresThatDoNotFit) {
  const Example example;
  auto input = example.input();
  input.scores = input.scores.first(10);
  EXPECT_THROW(evaluate(input), Error);
  auto scores = example.scores;
  scores[3] = std::nan("");
  input.scores = scores;
  EXPECT_THROW(evaluate(input), Error);
}

}  // namespace
}  // namespace netstray
