#include "netstray/detect/threshold.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/maths/quantile.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Scores with ties (few distinct values for odd seeds), at least one.
std::vector<double> made_up_scores(Rng& rng, std::size_t most) {
  std::vector<double> scores(1 + rng.below(most));
  const bool tied = rng.below(2) == 0;
  for (double& score : scores) score = tied ? static_cast<double>(rng.below(6)) / 7 : rng.uniform();
  return scores;
}

std::string message_of(std::string_view rule) {
  try {
    (void)ThresholdRule::parse(rule);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    return error.what();
  }
  return "no error";
}

TEST(ScoreSample, AgreesWithTheSortedScoresThatItWasMadeOf) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    std::vector<double> scores = made_up_scores(rng, 60);
    const ScoreSample sample(scores);
    std::sort(scores.begin(), scores.end());
    ASSERT_EQ(sample.size(), scores.size()) << "seed " << seed;
    ASSERT_EQ(sample.sorted(), scores) << "seed " << seed;
    for (const double q : {0.0, 0.05, 0.25, 0.5, 0.9, 0.99, 1.0}) {
      ASSERT_DOUBLE_EQ(sample.quantile(q), sorted_quantile(scores, q)) << "seed " << seed << " q " << q;
    }
    for (double cut = -0.5; cut < 1.5; cut += 0.01) {
      const auto naive = std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= cut; });
      ASSERT_EQ(sample.at_least(cut), static_cast<std::size_t>(naive)) << "seed " << seed;
    }
    for (std::size_t i = 0; i < scores.size(); ++i) ASSERT_EQ(sample.nth(i), scores[i]) << "seed " << seed;
    ASSERT_NEAR(sample.mean(), mean_sd(scores).mean, 1e-12) << "seed " << seed;
    ASSERT_NEAR(sample.sd(), mean_sd(scores).sd, 1e-12) << "seed " << seed;
    ASSERT_DOUBLE_EQ(sample.median_absolute_deviation(), median_absolute_deviation(scores)) << "seed " << seed;
  }
}

TEST(ScoreSample, IsTheSameAfterSavingAndLoading) {
  Rng rng(7);
  const ScoreSample sample(made_up_scores(rng, 500));
  ByteWriter out;
  sample.save(out);
  ByteReader in(out.bytes(), "model");
  EXPECT_EQ(ScoreSample::load(in).sorted(), sample.sorted());
  in.expect_end();
}

TEST(ScoreSample, RefusesDamagedBytes) {
  const auto refused = [](const std::vector<double>& values, const std::vector<std::size_t>& below) {
    ByteWriter out;
    out.put_vector(values);
    out.put_vector(below);
    ByteReader in(out.bytes(), "model");
    EXPECT_THROW(ScoreSample::load(in), Error);
  };
  refused({0.1, 0.2}, {1});
  refused({0.2, 0.1}, {1, 2});
  refused({0.1, 0.1}, {1, 2});
  refused({0.1, 0.2}, {2, 2});
  refused({0.1, 0.2}, {0, 2});
  refused({0.1, kInfinity}, {1, 2});
  refused({std::nan(""), 0.2}, {1, 2});
  refused({0.1}, {std::size_t{1} << 50});
}

TEST(PValue, IsOneAddedToBothCounts) {
  const ScoreSample sample({0.1, 0.2, 0.2, 0.4});
  EXPECT_DOUBLE_EQ(p_value(sample, 0.5), 1.0 / 5);
  EXPECT_DOUBLE_EQ(p_value(sample, 0.4), 2.0 / 5);
  EXPECT_DOUBLE_EQ(p_value(sample, 0.2), 4.0 / 5);
  EXPECT_DOUBLE_EQ(p_value(sample, 0.0), 1.0);
  EXPECT_TRUE(std::isnan(p_value(ScoreSample(), 0.3)));
}

TEST(FalseAlarms, FlagsExactlyTheRowsWhosePIsAtMostTheShare) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const std::vector<double> scores = made_up_scores(rng, 120);
    const ScoreSample sample(scores);
    const auto n = static_cast<double>(scores.size());
    const double on_the_step = (1 + static_cast<double>(rng.below(scores.size()))) / (n + 1);
    for (const double share : {0.01, 0.05, 0.3, 0.999, on_the_step, std::nextafter(on_the_step, 0.0), rng.uniform()}) {
      const double cut = ThresholdRule{ThresholdRule::Kind::false_alarms, share}.cut({}, sample).value;
      std::vector<double> tried = scores;
      for (const double score : scores) tried.push_back(std::nextafter(score, 1.0));
      tried.insert(tried.end(), {-1.0, 2.0});
      for (const double score : tried) {
        ASSERT_EQ(score > cut, p_value(sample, score) <= share)
            << "seed " << seed << " share " << share << " " << score;
      }
    }
  }
}

TEST(FalseAlarms, KeepsTheShareOfFreshRowsFlagged) {
  // Over many draws the mean share flagged is at most the share asked; the bound is 4 standard errors.
  constexpr std::size_t kRepeats = 4000;
  for (const double share : {0.02, 0.1, 0.25}) {
    std::size_t flagged = 0;
    for (std::uint64_t seed = 0; seed < kRepeats; ++seed) {
      Rng rng = Rng::stream(99, seed);
      std::vector<double> scores(99);
      for (double& score : scores) score = std::floor(rng.exponential() * 50);
      const double cut = ThresholdRule{ThresholdRule::Kind::false_alarms, share}.cut({}, ScoreSample(scores)).value;
      if (std::floor(rng.exponential() * 50) > cut) ++flagged;
    }
    const double measured = static_cast<double>(flagged) / kRepeats;
    EXPECT_LE(measured, share + 4 * std::sqrt(share * (1 - share) / kRepeats));
    EXPECT_GT(measured, share / 2);  // not for want of flagging anything
  }
}

TEST(FalseAlarms, FlagsNothingWithTooFewRowsAndTellsHowManyItTakes) {
  for (const double share : {0.01, 0.05, 0.1, 0.3, 0.5, 1.0 / 3, 0.0007}) {
    const ThresholdRule rule{ThresholdRule::Kind::false_alarms, share};
    const std::size_t needed = rule.rows_needed();
    std::vector<double> scores(needed);
    std::iota(scores.begin(), scores.end(), 0.0);
    EXPECT_LT(rule.cut({}, ScoreSample(scores)).value, kInfinity) << share;
    if (needed == 1) continue;
    scores.pop_back();
    EXPECT_EQ(rule.cut({}, ScoreSample(scores)).value, kInfinity) << share;
  }
  EXPECT_EQ((ThresholdRule{ThresholdRule::Kind::false_alarms, 0.01}).rows_needed(), 99U);
}

TEST(Contamination, FlagsTheRowsThatScikitLearnDoes) {
  // scikit-learn: offset = np.percentile(-scores, 100 c); flagged where -score < offset.
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const std::vector<double> scores = made_up_scores(rng, 200);
    std::vector<double> negated(scores.size());
    std::transform(scores.begin(), scores.end(), negated.begin(), std::negate<>());
    for (const double share : {0.1, 0.07, 0.5, rng.uniform(0.001, 0.5)}) {
      const double offset = quantile(negated, 100 * share / 100);
      const auto cut = ThresholdRule{ThresholdRule::Kind::contamination, share}.cut(ScoreSample(scores), ScoreSample());
      ASSERT_TRUE(cut.from_training);
      for (const double score : scores) {
        ASSERT_EQ(score > cut.value, -score < offset) << "seed " << seed << " share " << share;
      }
    }
  }
}

TEST(ThresholdRule, GivesTheCutsOfHandComputedNumbers) {
  const ScoreSample training({0.9});
  const ScoreSample calibration({1, 2, 3, 4, 10});
  const auto cut = [&](std::string_view rule) { return ThresholdRule::parse(rule).cut(training, calibration).value; };
  EXPECT_DOUBLE_EQ(cut("quantile:0.5"), 3);
  EXPECT_DOUBLE_EQ(cut("quantile:0.875"), 7);
  EXPECT_DOUBLE_EQ(cut("mean-sd:2"), 4 + 2 * std::sqrt(10.0));
  EXPECT_DOUBLE_EQ(cut("mad:3.5"), 3 + 3.5 * 1 / 0.6745);
  EXPECT_DOUBLE_EQ(cut("contamination:auto"), 0.5);
  EXPECT_DOUBLE_EQ(cut("contamination:0.5"), 0.9);
  EXPECT_DOUBLE_EQ(cut("false-alarms:0.4"), 4);
}

TEST(Tail, GoesOnWhereTheCalibrationRowsEnd) {
  // Exponential scores: the true cut for a share S is -ln S, far beyond the largest of 2,000 scores for S = 1e-6.
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<double> scores(2000);
    for (double& score : scores) score = rng.exponential();
    const ScoreSample sample(std::move(scores));
    const auto cut = [&](double share) {
      return ThresholdRule{ThresholdRule::Kind::tail, share}.cut({}, sample).value;
    };
    EXPECT_NEAR(cut(0.01), -std::log(0.01), 0.8) << "seed " << seed;
    EXPECT_GT(cut(1e-6), sample.nth(sample.size() - 1)) << "seed " << seed;
    EXPECT_LT(cut(1e-6), 60) << "seed " << seed;
    for (double share = 0.1; share > 1e-9; share *= 0.7) EXPECT_LE(cut(share), cut(share * 0.7)) << "seed " << seed;
  }
}

TEST(Tail, FlagsTheShareThatWasAskedOfFreshRows) {
  constexpr double kShare = 0.001;  // of 500 calibration rows: false-alarms could flag nothing
  double flagged = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed);
    std::vector<double> scores(500);
    for (double& score : scores) score = rng.exponential() + rng.exponential();
    const double cut = ThresholdRule{ThresholdRule::Kind::tail, kShare}.cut({}, ScoreSample(scores)).value;
    // P(sum of two exponentials > c) = (1 + c) exp(-c)
    flagged += (1 + cut) * std::exp(-cut);
  }
  const double mean = flagged / 50;
  EXPECT_GT(mean, kShare / 3);
  EXPECT_LT(mean, kShare * 3);
}

TEST(Tail, IsFiniteHoweverFewOrEqualTheScoresAre) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const ScoreSample sample(made_up_scores(rng, seed < 100 ? 5 : 200));
    for (const double share : {0.1, 0.03, 1e-6}) {
      EXPECT_TRUE(std::isfinite(ThresholdRule{ThresholdRule::Kind::tail, share}.cut({}, sample).value))
          << "seed " << seed;
    }
  }
}

TEST(AlertsPerDay, AreTheTailOfTheirShare) {
  Rng rng(3);
  std::vector<double> scores(1000);
  for (double& score : scores) score = rng.exponential();
  const ScoreSample sample(std::move(scores));
  const auto rule = ThresholdRule::parse("alerts-per-day:20/1000000");
  EXPECT_EQ(rule.asked_share(), 2e-5);
  EXPECT_EQ(rule.cut({}, sample).value, ThresholdRule::parse("tail:0.00002").cut({}, sample).value);
}

TEST(BestF1, IsTheBestOfAllCuts) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    std::vector<double> scores = made_up_scores(rng, 60);
    scores.push_back(0.5);
    std::vector<std::uint8_t> labels(scores.size());
    for (auto& label : labels) label = static_cast<std::uint8_t>(rng.below(2));
    labels.front() = 1;
    labels.back() = 0;
    const auto f1_at = [&](double cut) {
      std::vector<std::uint8_t> verdicts(scores.size());
      std::ranges::transform(scores, verdicts.begin(), [&](double s) { return static_cast<std::uint8_t>(s > cut); });
      return confusion(labels, verdicts).f1();
    };
    const BestF1 best = best_f1_cut(labels, scores);
    ASSERT_DOUBLE_EQ(f1_at(best.cut), best.f1) << "seed " << seed;
    for (const double score : scores) {
      ASSERT_LE(f1_at(score), best.f1 + 1e-12) << "seed " << seed;
      ASSERT_LE(f1_at(std::nextafter(score, -1.0)), best.f1 + 1e-12) << "seed " << seed;
    }
  }
}

TEST(BestF1, NeedsBothClassesAndIsNoRuleForAModel) {
  const std::vector<double> scores{1, 2, 3};
  EXPECT_THROW(best_f1_cut(std::vector<std::uint8_t>{0, 0, 0}, scores), Error);
  EXPECT_THROW(best_f1_cut(std::vector<std::uint8_t>{1, 1, 1}, scores), Error);
  EXPECT_THROW(ThresholdRule::parse("best-f1").cut(ScoreSample(scores), ScoreSample(scores)), Error);
}

TEST(ThresholdRule, TakesItsCutFromNoScoresWhereItNeedsNone) {
  for (const std::string_view text : {"cluster-mean:3", "score:-0.25", "contamination:auto"}) {
    EXPECT_TRUE(ThresholdRule::parse(text).uses_no_scores()) << text;
    EXPECT_EQ(ThresholdRule::parse(text).rows_needed(), 0U) << text;
  }
  EXPECT_EQ(ThresholdRule::parse("cluster-mean:3").cut({}, {}).value, 3);
  EXPECT_EQ(ThresholdRule::parse("score:-0.25").cut({}, {}).value, -0.25);
}

TEST(ThresholdRule, FallsBackOnTrainingScoresAndSaysSo) {
  const ScoreSample some({1, 2, 3});
  const auto fallen = ThresholdRule::parse("quantile:0.5").cut(some, ScoreSample());
  EXPECT_TRUE(fallen.from_training);
  EXPECT_DOUBLE_EQ(fallen.value, 2);
  EXPECT_FALSE(ThresholdRule::parse("quantile:0.5").cut(ScoreSample(), some).from_training);
  EXPECT_THROW(ThresholdRule::parse("quantile:0.5").cut(ScoreSample(), ScoreSample()), Error);
  EXPECT_THROW(ThresholdRule::parse("contamination:0.1").cut(ScoreSample(), some), Error);
  EXPECT_DOUBLE_EQ(ThresholdRule::parse("contamination:auto").cut(ScoreSample(), ScoreSample()).value, 0.5);
}

TEST(ThresholdRule, MeanNeverLiesBelowEqualScores) {
  for (int count = 1; count < 200; ++count) {
    const double score = 0.1 * count;
    const ScoreSample equal(std::vector<double>(static_cast<std::size_t>(count), score));
    ASSERT_FALSE(score > ThresholdRule::parse("mean-sd:0").cut({}, equal).value) << count;
  }
}

TEST(ThresholdRule, IsReadAndWrittenAsText) {
  for (const std::string_view text : {"false-alarms:0.01", "quantile:0.99", "contamination:0.1", "contamination:auto",
                                      "mean-sd:2", "mad:3.5", "contamination:0.5", "mean-sd:0", "tail:0.0001",
                                      "alerts-per-day:20/1000000", "cluster-mean:3", "score:0.7", "best-f1"}) {
    EXPECT_EQ(ThresholdRule::parse(text).text(), text);
  }
  EXPECT_EQ(ThresholdRule(), ThresholdRule::parse("false-alarms:0.01"));
}

TEST(ThresholdRule, RefusesWhatIsNoRuleOrOutOfRange) {
  EXPECT_NE(message_of("false-alarm:0.1").find("did you mean \"false-alarms\""), std::string::npos);
  EXPECT_NE(message_of("xyz").find("the rules are false-alarms:SHARE"), std::string::npos);
  for (const auto* text : {"",
                           "quantile",
                           "quantile:",
                           "quantile:x",
                           "quantile:1",
                           "quantile:0",
                           "quantile:nan",
                           "false-alarms:1",
                           "false-alarms:0",
                           "contamination:0.51",
                           "contamination:0",
                           "mad:-1",
                           "mad:inf",
                           "mean-sd:1e9",
                           "quantile:auto",
                           "quantile:0.5:1",
                           "tail:0",
                           "tail:0.2",
                           "alerts-per-day:5",
                           "alerts-per-day:5/10",
                           "alerts-per-day:0/100",
                           "alerts-per-day:1/inf",
                           "best-f1:2",
                           "score:nan",
                           "score:inf",
                           "cluster-mean:-1"}) {
    EXPECT_NE(message_of(text), "no error") << text;
  }
}

}  // namespace
}  // namespace netstray
