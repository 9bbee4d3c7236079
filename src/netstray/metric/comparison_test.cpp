#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/metric/delong.h"
#include "netstray/metric/mcnemar.h"

namespace netstray {
namespace {

using Labels = std::vector<std::uint8_t>;

/// The paper's own sums over all pairs of an anomaly and a normal row.
struct NaiveAreas {
  std::vector<double> of_anomalies, of_normals;
  double area = 0;

  NaiveAreas(const Labels& labels, const std::vector<double>& scores) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      double sum = 0;
      double others = 0;
      for (std::size_t j = 0; j < labels.size(); ++j) {
        if (labels[i] == labels[j]) continue;
        const double anomaly = labels[i] == 1 ? scores[i] : scores[j];
        const double normal = labels[i] == 1 ? scores[j] : scores[i];
        sum += anomaly > normal ? 1 : anomaly == normal ? 0.5 : 0;
        ++others;
      }
      (labels[i] == 1 ? of_anomalies : of_normals).push_back(sum / others);
    }
    for (const double share : of_anomalies) area += share / static_cast<double>(of_anomalies.size());
  }
};

double naive_covariance(const std::vector<double>& a, double mean_a, const std::vector<double>& b, double mean_b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / static_cast<double>(a.size() - 1) / static_cast<double>(a.size());
}

double naive_covariance(const NaiveAreas& a, const NaiveAreas& b) {
  return naive_covariance(a.of_anomalies, a.area, b.of_anomalies, b.area) +
         naive_covariance(a.of_normals, a.area, b.of_normals, b.area);
}

TEST(CompareAucs, IsWhatAHandComputes) {
  // Anomalies score 3 and 1 against normal rows of 2 and 0: three of four pairs in order. The second scores all right.
  // Placements of the first: anomalies 1, .5, normal rows .5, 1; variance .125 / 2 + .125 / 2 = .125.
  const Labels labels{1, 1, 0, 0};
  const auto found = compare_aucs(labels, std::vector<double>{3, 1, 2, 0}, std::vector<double>{3, 3, 2, 0});
  EXPECT_EQ(found.first, 0.75);
  EXPECT_EQ(found.second, 1.0);
  EXPECT_EQ(found.first_variance, 0.125);
  EXPECT_EQ(found.second_variance, 0.0);
  EXPECT_EQ(found.covariance, 0.0);
  EXPECT_NEAR(found.z, -0.25 / std::sqrt(0.125), 1e-12);
  EXPECT_NEAR(found.p, 0.4795001, 1e-6);
  EXPECT_NEAR(found.interval.low, -0.25 - 1.959964 * std::sqrt(0.125), 1e-6);
  EXPECT_NEAR(found.interval.high, -0.25 + 1.959964 * std::sqrt(0.125), 1e-6);
}

TEST(CompareAucs, AgreesWithTheSumsOverAllPairs) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const std::size_t rows = 4 + rng.below(60);
    Labels labels(rows);
    std::vector<double> first(rows);
    std::vector<double> second(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      labels[i] = i < 4 ? static_cast<std::uint8_t>(i % 2) : static_cast<std::uint8_t>(rng.below(2));
      const double common = rng.normal() + labels[i];
      first[i] = seed % 2 == 0 ? std::round(2 * common) : common;
      second[i] = std::round(common + rng.normal());
    }
    const NaiveAreas a(labels, first);
    const NaiveAreas b(labels, second);
    const double variance = naive_covariance(a, a) + naive_covariance(b, b) - 2 * naive_covariance(a, b);
    const auto found = compare_aucs(labels, first, second);
    ASSERT_NEAR(found.first, a.area, 1e-12) << "seed " << seed;
    ASSERT_NEAR(found.second, b.area, 1e-12) << "seed " << seed;
    ASSERT_NEAR(found.first_variance, naive_covariance(a, a), 1e-12) << "seed " << seed;
    ASSERT_NEAR(found.second_variance, naive_covariance(b, b), 1e-12) << "seed " << seed;
    ASSERT_NEAR(found.covariance, naive_covariance(a, b), 1e-12) << "seed " << seed;
    if (variance < 1e-9) continue;
    ASSERT_NEAR(found.z, (a.area - b.area) / std::sqrt(variance), 1e-6) << "seed " << seed;
    ASSERT_NEAR(found.p, std::erfc(std::fabs(found.z) / std::sqrt(2.0)), 1e-12) << "seed " << seed;
  }
}

TEST(CompareAucs, CallsEqualModelsDifferentAboutOneTimeInTwenty) {
  int called = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Rng rng(seed);
    Labels labels(160);
    std::vector<double> first(160);
    std::vector<double> second(160);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels[i] = static_cast<std::uint8_t>(i % 4 == 0);
      const double common = rng.normal() + labels[i];
      first[i] = common + rng.normal();
      second[i] = common + rng.normal();
    }
    if (compare_aucs(labels, first, second).p < 0.05) ++called;
  }
  EXPECT_GE(called, 15);  // 30 expected, standard deviation 5.3
  EXPECT_LE(called, 46);
}

TEST(CompareAucs, OfOneModelWithItselfIsNoDifference) {
  const Labels labels{1, 0, 1, 0, 0};
  const std::vector<double> scores{5, 1, 2, 3, -std::numeric_limits<double>::infinity()};
  const auto found = compare_aucs(labels, scores, scores);
  EXPECT_EQ(found.z, 0);
  EXPECT_EQ(found.p, 1);
  EXPECT_EQ(found.interval.low, 0);
  EXPECT_EQ(found.interval.high, 0);
  // Both tell the classes apart without an error, in the two directions: no chance can explain it.
  const auto apart = compare_aucs(Labels{1, 1, 0, 0}, std::vector<double>{2, 2, 1, 1}, std::vector<double>{1, 1, 2, 2});
  EXPECT_EQ(apart.p, 0);
  EXPECT_EQ(apart.difference, 1);
}

TEST(CompareAucs, RefusesWhatCannotBeCompared) {
  const std::vector<double> scores{1, 2, 3, 4};
  EXPECT_THROW(compare_aucs(Labels{1, 1, 0}, scores, scores), Error);
  EXPECT_THROW(compare_aucs(Labels{1, 0, 0, 0}, scores, scores), Error);
  EXPECT_THROW(compare_aucs(Labels{1, 1, 1, 0}, scores, scores), Error);
  EXPECT_THROW(compare_aucs(Labels{1, 1, 0, 0}, scores, std::vector<double>{1, 2, std::nan(""), 4}), Error);
}

/// `only_first` rows that the first alone judges rightly, then `only_second`, then rows on which both agree.
VerdictComparison compared(std::size_t only_first, std::size_t only_second) {
  Labels labels;
  Labels first;
  Labels second;
  for (std::size_t i = 0; i < only_first + only_second + 10; ++i) {
    const auto label = static_cast<std::uint8_t>(i % 2);
    labels.push_back(label);
    first.push_back(i < only_first || i >= only_first + only_second ? label : 1 - label);
    second.push_back(i < only_first ? 1 - label : label);
  }
  return compare_verdicts(labels, first, second);
}

TEST(CompareVerdicts, IsExactForFewRowsAndChiSquaredForMany) {
  const auto few = compared(2, 8);  // 2 (1 + 10 + 45) / 1024
  EXPECT_TRUE(few.exact);
  EXPECT_EQ(few.only_first, 2U);
  EXPECT_EQ(few.only_second, 8U);
  EXPECT_NEAR(few.p, 0.109375, 1e-12);
  EXPECT_EQ(compared(0, 0).p, 1);
  EXPECT_EQ(compared(3, 3).p, 1);
  EXPECT_NEAR(compared(0, 24).p, std::ldexp(1.0, -23), 1e-18);
  const auto many = compared(86, 150);  // 63^2 / 236, Agresti's approval ratings
  EXPECT_FALSE(many.exact);
  EXPECT_NEAR(many.statistic, 3969.0 / 236, 1e-12);
  EXPECT_NEAR(many.p, 4.115e-5, 2e-8);
  EXPECT_EQ(compared(13, 13).p, 1);
  EXPECT_EQ(compared(13, 13).statistic, 0);
}

TEST(CompareVerdicts, RefusesVerdictsOnOtherRows) {
  EXPECT_THROW(compare_verdicts(Labels{1, 0}, Labels{1}, Labels{1, 0}), Error);
  EXPECT_THROW(compare_verdicts(Labels{1, 0}, Labels{1, 0}, Labels{1, 0, 1}), Error);
}

TEST(Holm, MultipliesTheSmallestMostAndKeepsTheOrder) {
  const auto adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  ASSERT_EQ(adjusted.size(), 4U);
  EXPECT_NEAR(adjusted[0], 0.03, 1e-15);
  EXPECT_NEAR(adjusted[1], 0.06, 1e-15);
  EXPECT_NEAR(adjusted[2], 0.06, 1e-15);
  EXPECT_NEAR(adjusted[3], 0.02, 1e-15);
  EXPECT_EQ(holm(std::vector<double>{0.7, 0.9}), (std::vector<double>{1, 1}));
  const auto with_nan = holm(std::vector<double>{0.02, std::nan(""), 0.5});
  EXPECT_NEAR(with_nan[0], 0.04, 1e-15);
  EXPECT_TRUE(std::isnan(with_nan[1]));
  EXPECT_EQ(with_nan[2], 0.5);
  EXPECT_TRUE(holm({}).empty());
}

}  // namespace
}  // namespace netstray
