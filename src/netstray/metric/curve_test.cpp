#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

struct Scored {
  std::vector<std::uint8_t> labels;
  std::vector<double> scores;
};

/// Random rows with many equal scores; anomalies score a little higher. At least one row of each class.
Scored random_rows(std::uint64_t seed) {
  Rng rng(seed);
  const auto n = 2 + rng.below(150);
  const auto levels = 1 + rng.below(40);
  Scored made;
  for (std::uint64_t i = 0; i < n; ++i) {
    const bool anomaly = i == 0 || (i > 1 && rng.uniform() < .3);
    made.labels.push_back(anomaly ? 1 : 0);
    made.scores.push_back(static_cast<double>(rng.below(levels) + (anomaly ? rng.below(3) : 0)) / 7 - 1);
  }
  return made;
}

/// Every pair of an anomaly and a normal row: the share where the anomaly scores higher, ties half.
double naive_auc(const Scored& rows) {
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i)
    for (std::size_t j = 0; j < rows.labels.size(); ++j) {
      if (rows.labels[i] == 0 || rows.labels[j] != 0) continue;
      ++pairs;
      won += rows.scores[i] > rows.scores[j] ? 1 : rows.scores[i] == rows.scores[j] ? .5 : 0;
    }
  return won / pairs;
}

/// For each distinct score as a cut, counted anew.
std::vector<CurvePoint> naive_curve(const Scored& rows) {
  auto cuts = rows.scores;
  std::ranges::sort(cuts, std::greater<>());
  cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
  std::vector<CurvePoint> points{{std::numeric_limits<double>::infinity(), 0, 0}};
  for (const double cut : cuts) {
    CurvePoint point{cut, 0, 0};
    for (std::size_t i = 0; i < rows.scores.size(); ++i)
      if (rows.scores[i] >= cut) ++(rows.labels[i] != 0 ? point.tp : point.fp);
    points.push_back(point);
  }
  return points;
}

void expect_same(std::span<const CurvePoint> a, std::span<const CurvePoint> b, std::uint64_t seed) {
  ASSERT_EQ(a.size(), b.size()) << "seed " << seed;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].threshold, b[i].threshold) << "seed " << seed;
    EXPECT_EQ(a[i].tp, b[i].tp) << "seed " << seed;
    EXPECT_EQ(a[i].fp, b[i].fp) << "seed " << seed;
  }
}

TEST(Curve, AgreesWithCountingAnewAtEveryCut) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const auto rows = random_rows(seed);
    const auto points = curve(rows.labels, rows.scores);
    expect_same(points, naive_curve(rows), seed);
    EXPECT_NEAR(auc(points), naive_auc(rows), 1e-12) << "seed " << seed;
  }
}

TEST(Curve, DoesNotDependOnTheOrderOfRows) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto rows = random_rows(seed);
    std::vector<std::size_t> order(rows.labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng(seed + 1000);
    rng.shuffle(order);
    Scored shuffled;
    for (const auto i : order) {
      shuffled.labels.push_back(rows.labels[i]);
      shuffled.scores.push_back(rows.scores[i]);
    }
    expect_same(curve(shuffled.labels, shuffled.scores), curve(rows.labels, rows.scores), seed);
  }
}

TEST(Curve, AreasDoNotChangeUnderARisingFunctionOfTheScores) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto rows = random_rows(seed);
    const auto before = curve(rows.labels, rows.scores);
    for (auto& score : rows.scores) score = std::exp(3 * score) - 100;
    const auto after = curve(rows.labels, rows.scores);
    EXPECT_EQ(auc(before), auc(after)) << "seed " << seed;
    EXPECT_EQ(average_precision(before), average_precision(after)) << "seed " << seed;
    EXPECT_EQ(recall_at_fpr(before, .1), recall_at_fpr(after, .1)) << "seed " << seed;
  }
}

TEST(Curve, TurningTheScoresRoundTurnsTheAreaRound) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto rows = random_rows(seed);
    const double before = auc(curve(rows.labels, rows.scores));
    for (auto& score : rows.scores) score = -score;
    EXPECT_NEAR(auc(curve(rows.labels, rows.scores)), 1 - before, 1e-12) << "seed " << seed;
  }
}

// scikit-learn 1.9.1: roc_auc_score(y, s), average_precision_score(y, s), and tpr[fpr <= q].max() of
// roc_curve(y, s, drop_intermediate=False), for
//   i = np.arange(200); y = ((i * 53) % 17 < 5).astype(int); s = ((i * 37) % 101) / 10.0 + 2.0 * y
TEST(Curve, AgreesWithScikitLearn) {
  Scored rows;
  for (int i = 0; i < 200; ++i) {
    rows.labels.push_back((i * 53) % 17 < 5 ? 1 : 0);
    rows.scores.push_back(((i * 37) % 101) / 10.0 + 2.0 * rows.labels.back());
  }
  const auto points = curve(rows.labels, rows.scores);
  EXPECT_NEAR(auc(points), 0.6823214285714285, 1e-12);
  EXPECT_NEAR(average_precision(points), 0.5554399042599709, 1e-12);
  EXPECT_NEAR(recall_at_fpr(points, .01), 0.21666666666666667, 1e-12);
  EXPECT_NEAR(recall_at_fpr(points, .05), 0.25, 1e-12);
  EXPECT_NEAR(recall_at_fpr(points, .2), 0.38333333333333336, 1e-12);
}

TEST(Curve, OfEqualScoresIsOneStepAndTossesACoin) {
  const std::vector<std::uint8_t> labels{1, 0, 0, 1, 0};
  const std::vector<double> scores(5, .25);
  const auto points = curve(labels, scores);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[1].tp, 2U);
  EXPECT_EQ(points[1].fp, 3U);
  EXPECT_EQ(auc(points), .5);
  EXPECT_DOUBLE_EQ(average_precision(points), .4);
  EXPECT_EQ(recall_at_fpr(points, .99), 0);
  EXPECT_EQ(recall_at_fpr(points, 1), 1);
}

TEST(Curve, TakesZeroAndMinusZeroAsOneScore) {
  const std::vector<std::uint8_t> labels{1, 0};
  const std::vector<double> scores{-0.0, 0.0};
  const auto points = curve(labels, scores);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_FALSE(std::signbit(points[1].threshold));
}

TEST(Curve, TakesInfiniteScoresAndRefusesNan) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::uint8_t> labels{1, 0};
  EXPECT_EQ(auc(curve(labels, std::vector<double>{infinity, -infinity})), 1);
  EXPECT_THROW(curve(labels, std::vector<double>{0, std::nan("")}), Error);
  EXPECT_THROW(curve(labels, std::vector<double>{0}), Error);
}

TEST(Curve, OfOneClassOrNoRowsHasNoAreas) {
  const auto none = curve({}, {});
  EXPECT_EQ(none.size(), 1U);
  EXPECT_TRUE(std::isnan(auc(none)));
  EXPECT_TRUE(std::isnan(average_precision(none)));
  EXPECT_TRUE(std::isnan(recall_at_fpr(none, .01)));
  const std::vector<double> scores{1, 2};
  const auto normal = curve(std::vector<std::uint8_t>{0, 0}, scores);
  EXPECT_TRUE(std::isnan(auc(normal)));
  EXPECT_TRUE(std::isnan(average_precision(normal)));
  const auto anomalies = curve(std::vector<std::uint8_t>{1, 1}, scores);
  EXPECT_TRUE(std::isnan(auc(anomalies)));
  EXPECT_EQ(average_precision(anomalies), 1);
}

TEST(RecallAtFpr, CountsAShareThatIsExactlyTheOneAsked) {
  // 29 / 100 is .29, though .29 * 100 falls below 29 in binary.
  std::vector<std::uint8_t> labels(100, 0);
  std::vector<double> scores(100);
  std::iota(scores.begin(), scores.end(), 0.0);
  labels.push_back(1);
  scores.push_back(70.5);  // 29 normal rows score higher
  EXPECT_EQ(recall_at_fpr(curve(labels, scores), .29), 1);
  EXPECT_EQ(recall_at_fpr(curve(labels, scores), .28), 0);
}

TEST(Thinned, KeepsTheEndsAndDropsWhatLiesOnStraightLinesFirst) {
  Scored rows;
  for (int i = 0; i < 300; ++i) {  // 100 anomalies, then 100 normal rows, then 100 anomalies: corners at 100 and 200
    rows.labels.push_back(i < 100 || i >= 200 ? 1 : 0);
    rows.scores.push_back(-i);
  }
  const auto full = curve(rows.labels, rows.scores);
  const auto few = thinned(full, 4);
  ASSERT_EQ(few.size(), 4U);
  EXPECT_EQ(few[0].tp + few[0].fp, 0U);
  EXPECT_EQ(few[1].tp, 100U);
  EXPECT_EQ(few[1].fp, 0U);
  EXPECT_EQ(few[2].tp, 100U);
  EXPECT_EQ(few[2].fp, 100U);
  EXPECT_EQ(few[3].tp, 200U);
}

TEST(Thinned, KeepsTheAreaOfRandomCurvesAndOnlyPointsOfThem) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Scored rows;
    for (int i = 0; i < 2000; ++i) {
      rows.labels.push_back(rng.uniform() < .3 ? 1 : 0);
      rows.scores.push_back(rng.normal() + rows.labels.back());
    }
    const auto full = curve(rows.labels, rows.scores);
    const auto few = thinned(full, 100);
    EXPECT_EQ(few.size(), 100U);
    EXPECT_NEAR(auc(few), auc(full), .002) << "seed " << seed;
    EXPECT_TRUE(std::ranges::includes(
        full, few,
        [](const CurvePoint& a, const CurvePoint& b) { return std::pair(a.fp, a.tp) < std::pair(b.fp, b.tp); }))
        << "seed " << seed;
  }
}

TEST(Thinned, LeavesAShortCurveAsItIs) {
  const auto rows = random_rows(3);
  const auto full = curve(rows.labels, rows.scores);
  expect_same(thinned(full, full.size()), full, 3);
}

}  // namespace
}  // namespace netstray
