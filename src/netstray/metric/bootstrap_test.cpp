#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

struct Judged {
  std::vector<std::uint8_t> labels, verdicts;
  std::vector<double> scores;
};

Judged random_rows(std::uint64_t seed, std::size_t normal, std::size_t anomalies, double shift) {
  Rng rng(seed);
  Judged made;
  for (std::size_t i = 0; i < normal + anomalies; ++i) {
    const bool anomaly = i >= normal;
    made.labels.push_back(anomaly ? 1 : 0);
    made.scores.push_back(rng.normal() + (anomaly ? shift : 0));
    made.verdicts.push_back(made.scores.back() > 1.5 ? 1 : 0);
  }
  return made;
}

TEST(Bootstrap, HoldsTheMetricsOfTheRowsThemselves) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto rows = random_rows(seed, 300, 100, 1.5);
    const auto intervals = bootstrap(rows.labels, rows.scores, rows.verdicts, 100, seed);
    const auto points = curve(rows.labels, rows.scores);
    const auto counted = confusion(rows.labels, rows.verdicts);
    const auto expect_inside = [&](const Interval& interval, double value, const char* what) {
      EXPECT_LT(interval.low, value) << what << ", seed " << seed;
      EXPECT_GT(interval.high, value) << what << ", seed " << seed;
    };
    expect_inside(intervals.auc, auc(points), "auc");
    expect_inside(intervals.average_precision, average_precision(points), "average precision");
    expect_inside(intervals.accuracy, counted.accuracy(), "accuracy");
    expect_inside(intervals.recall, counted.recall(), "recall");
    expect_inside(intervals.false_positive_rate, counted.false_positive_rate(), "false positives");
  }
}

TEST(Bootstrap, IsAsWideAsTheBinomialSpreadOfRecallAndFalsePositives) {
  const auto rows = random_rows(1, 2000, 500, 1.5);
  const auto intervals = bootstrap(rows.labels, rows.scores, rows.verdicts, 2000, 1);
  const auto counted = confusion(rows.labels, rows.verdicts);
  const auto width = [](double p, double n) { return 2 * 1.96 * std::sqrt(p * (1 - p) / n); };
  const double recall_width = width(counted.recall(), 500);
  const double alarm_width = width(counted.false_positive_rate(), 2000);
  EXPECT_NEAR(intervals.recall.high - intervals.recall.low, recall_width, .12 * recall_width);
  EXPECT_NEAR(intervals.false_positive_rate.high - intervals.false_positive_rate.low, alarm_width, .12 * alarm_width);
}

TEST(Bootstrap, HoldsTheTrueAreaAboutNineteenTimesOfTwenty) {
  const double truth = .5 * std::erfc(-1.0 / std::sqrt(2.0) / std::sqrt(2.0));  // P(N(1, 1) > N(0, 1))
  int inside = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto rows = random_rows(seed, 150, 100, 1);
    const auto interval = bootstrap(rows.labels, rows.scores, {}, 200, seed).auc;
    inside += interval.low <= truth && truth <= interval.high ? 1 : 0;
  }
  EXPECT_GE(inside, 178);  // .95 of 200 is 190; 178 lies 3.9 sd below
  EXPECT_LE(inside, 199);
}

TEST(Bootstrap, CountsRowsOfOneScoreAndOppositeVerdictsApart) {
  // Verdicts made elsewhere need not follow the scores: all scores equal, verdicts equal to the labels.
  const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1};
  const std::vector<double> scores(5, 1.0);
  const auto intervals = bootstrap(labels, scores, labels, 50, 1);
  EXPECT_EQ(intervals.auc.low, .5);
  EXPECT_EQ(intervals.auc.high, .5);
  EXPECT_EQ(intervals.accuracy.low, 1);
  EXPECT_EQ(intervals.recall.low, 1);
  EXPECT_EQ(intervals.false_positive_rate.high, 0);
}

TEST(Bootstrap, GivesTheSameForTheSameSeedAndRowOrder) {
  const auto rows = random_rows(2, 400, 50, 1);
  const auto first = bootstrap(rows.labels, rows.scores, rows.verdicts, 40, 7);
  const auto again = bootstrap(rows.labels, rows.scores, rows.verdicts, 40, 7);
  EXPECT_EQ(first.auc.low, again.auc.low);
  EXPECT_EQ(first.average_precision.high, again.average_precision.high);
  const Judged turned{{rows.labels.rbegin(), rows.labels.rend()},
                      {rows.verdicts.rbegin(), rows.verdicts.rend()},
                      {rows.scores.rbegin(), rows.scores.rend()}};
  EXPECT_EQ(bootstrap(turned.labels, turned.scores, turned.verdicts, 40, 7).auc.low, first.auc.low);
  EXPECT_NE(bootstrap(rows.labels, rows.scores, rows.verdicts, 40, 8).auc.low, first.auc.low);
}

TEST(Bootstrap, IsNanWhereAMetricCannotBeComputed) {
  const std::vector<std::uint8_t> normal(5, 0);
  const std::vector<double> scores{1, 2, 3, 4, 5};
  const auto intervals = bootstrap(normal, scores, normal, 20, 1);
  EXPECT_TRUE(std::isnan(intervals.auc.low));
  EXPECT_TRUE(std::isnan(intervals.average_precision.low));
  EXPECT_TRUE(std::isnan(intervals.recall.high));
  EXPECT_EQ(intervals.accuracy.low, 1);
  EXPECT_EQ(intervals.false_positive_rate.high, 0);
  EXPECT_TRUE(std::isnan(bootstrap(normal, scores, {}, 20, 1).accuracy.low)) << "no verdicts";
  EXPECT_TRUE(std::isnan(bootstrap(normal, scores, normal, 0, 1).accuracy.low)) << "no resamples";
  EXPECT_TRUE(std::isnan(bootstrap({}, {}, {}, 20, 1).auc.low)) << "no rows";
  EXPECT_THROW(bootstrap(normal, {}, normal, 20, 1), Error);
}

}  // namespace
}  // namespace netstray
