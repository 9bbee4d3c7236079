#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr Confusion kExample{.tn = 98, .fp = 42, .fn = 29, .tp = 31};

TEST(Confusion, CountsEachCellOnce) {
  const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1, 1, 1, 0};
  const std::vector<std::uint8_t> verdicts{0, 0, 1, 0, 0, 1, 1, 0};
  const auto counted = confusion(labels, verdicts);
  EXPECT_EQ(counted.tn, 3U);
  EXPECT_EQ(counted.fp, 1U);
  EXPECT_EQ(counted.fn, 2U);
  EXPECT_EQ(counted.tp, 2U);
  EXPECT_EQ(counted.rows(), 8U);
}

TEST(Confusion, RefusesLabelsAndVerdictsOfDifferentLength) {
  const std::vector<std::uint8_t> labels{0, 1};
  const std::vector<std::uint8_t> verdicts{0};
  EXPECT_THROW(confusion(labels, verdicts), Error);
}

TEST(Confusion, GivesTheSharesByHand) {
  EXPECT_DOUBLE_EQ(kExample.accuracy(), 129.0 / 200);
  EXPECT_DOUBLE_EQ(kExample.precision(), 31.0 / 73);
  EXPECT_DOUBLE_EQ(kExample.recall(), 31.0 / 60);
  EXPECT_DOUBLE_EQ(kExample.false_positive_rate(), 42.0 / 140);
  EXPECT_DOUBLE_EQ(kExample.f1(), 2 * (31.0 / 73) * (31.0 / 60) / (31.0 / 73 + 31.0 / 60));
}

TEST(Confusion, GivesZeroOrNanWhereNothingIsThere) {
  const Confusion empty;
  EXPECT_TRUE(std::isnan(empty.accuracy()));
  EXPECT_EQ(empty.precision(), 0);
  EXPECT_EQ(empty.recall(), 0);
  EXPECT_EQ(empty.f1(), 0);
  EXPECT_TRUE(std::isnan(empty.false_positive_rate()));
}

// scikit-learn 1.9.1: precision_recall_fscore_support(y, v), and with average="macro" and "weighted", for
//   i = np.arange(200); y = ((i * 53) % 17 < 5).astype(int); s = ((i * 37) % 101) / 10.0 + 2.0 * y; v = (s > 7)
TEST(ClassScores, AgreesWithScikitLearn) {
  const auto [normal, anomaly, macro, weighted] = class_scores(kExample);
  EXPECT_NEAR(normal.precision, 0.77165354, 1e-8);
  EXPECT_NEAR(normal.recall, 0.7, 1e-12);
  EXPECT_NEAR(normal.f1, 0.7340824, 1e-8);
  EXPECT_EQ(normal.support, 140U);
  EXPECT_NEAR(anomaly.precision, 0.42465753, 1e-8);
  EXPECT_NEAR(anomaly.recall, 0.51666667, 1e-8);
  EXPECT_NEAR(anomaly.f1, 0.46616541, 1e-8);
  EXPECT_EQ(anomaly.support, 60U);
  EXPECT_NEAR(macro.precision, 0.5981555387768309, 1e-12);
  EXPECT_NEAR(macro.recall, 0.6083333333333334, 1e-12);
  EXPECT_NEAR(macro.f1, 0.6001239052687899, 1e-12);
  EXPECT_NEAR(weighted.precision, 0.6675547405889332, 1e-12);
  EXPECT_NEAR(weighted.recall, 0.645, 1e-12);
  EXPECT_NEAR(weighted.f1, 0.653707301962772, 1e-12);
  EXPECT_EQ(weighted.support, 200U);
}

TEST(ClassScores, DividesByZeroToZero) {
  const auto [normal, anomaly, macro, weighted] = class_scores({.tn = 4, .fp = 0, .fn = 0, .tp = 0});
  EXPECT_EQ(normal.f1, 1);
  EXPECT_EQ(anomaly.precision, 0);
  EXPECT_EQ(anomaly.recall, 0);
  EXPECT_EQ(anomaly.f1, 0);
  EXPECT_EQ(macro.f1, .5);
  EXPECT_EQ(weighted.f1, 1);
  EXPECT_EQ(class_scores({})[3].f1, 0);
}

}  // namespace
}  // namespace netstray
