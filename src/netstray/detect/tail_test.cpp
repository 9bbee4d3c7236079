#include "netstray/detect/tail.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

ScoreTail tail_of(std::vector<double> scores) { return ScoreTail(ScoreSample(std::move(scores))); }

/// Scores of one of four kinds: normal, heavy-tailed, few distinct values, exponential.
std::vector<double> made_up_scores(Rng& rng, std::size_t count, std::uint64_t kind) {
  std::vector<double> scores(count);
  for (double& score : scores) {
    switch (kind % 4) {
      case 0:
        score = rng.normal();
        break;
      case 1:
        score = std::exp(2 * rng.normal());
        break;
      case 2:
        score = static_cast<double>(rng.below(8));
        break;
      default:
        score = -std::log(1 - rng.uniform());
    }
  }
  return scores;
}

TEST(ScoreTail, GivesTheEmpiricalPUpToTheNinetiethPercentile) {
  std::vector<double> scores(101);
  std::iota(scores.begin(), scores.end(), 0.0);  // 0 to 100: the quantile is 90
  const ScoreTail tail = tail_of(scores);
  EXPECT_EQ(tail.start(), 90);
  EXPECT_EQ(tail.minus_log10_p(-5), 0);
  EXPECT_EQ(tail.minus_log10_p(0), 0);
  EXPECT_DOUBLE_EQ(tail.minus_log10_p(50), -std::log10(52.0 / 102));
  EXPECT_DOUBLE_EQ(tail.minus_log10_p(90), -std::log10(12.0 / 102));
}

TEST(ScoreTail, GoesOnAsAnExponentialWhereTheExcessesAreFew) {
  // 50 scores of which 5 are over the quantile 45: by 1, 2, 3, 4 and 15 (mean 5), too few for a shape.
  std::vector<double> scores(46);
  std::iota(scores.begin(), scores.end(), 0.0);
  for (const double excess : {1, 2, 3, 4, 15}) scores.push_back(45 + excess);
  const ScoreTail tail = tail_of(scores);
  ASSERT_EQ(scores.size(), 51U);
  EXPECT_EQ(tail.start(), 45);
  EXPECT_EQ(tail.shape(), 0);
  EXPECT_DOUBLE_EQ(tail.scale(), 5);
  EXPECT_NEAR(tail.minus_log10_p(45 + 10), -std::log10(6.0 / 52 * std::exp(-2.0)), 1e-12);
}

TEST(ScoreTail, FitsAShapeByProbabilityWeightedMoments) {
  // Quantile 900; 100 excesses, each x_i = 2 ((i / 101)^-xi - 1) / xi of a Pareto tail with xi = .5, sigma = 2.
  std::vector<double> scores(900);
  std::iota(scores.begin(), scores.end(), 0.0);
  scores.push_back(900);
  double a0 = 0;
  double a1 = 0;
  std::vector<double> excesses;
  for (int i = 100; i >= 1; --i) excesses.push_back(4 * (1 / std::sqrt(i / 101.0) - 1));
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    a0 += excesses[i] / 100;
    a1 += excesses[i] / 100 * static_cast<double>(99 - i) / 99;
    scores.push_back(900 + excesses[i]);
  }
  const ScoreTail tail = tail_of(scores);
  EXPECT_EQ(tail.start(), 900);
  EXPECT_NEAR(tail.shape(), 2 - a0 / (a0 - 2 * a1), 1e-9);
  EXPECT_GT(tail.shape(), 0.2);
  EXPECT_LT(tail.shape(), 0.6);
  EXPECT_NEAR(tail.scale(), a0 * (1 - tail.shape()), 1e-9);
  const double expected = 101.0 / 1002 * std::pow(1 + tail.shape() * 30 / tail.scale(), -1 / tail.shape());
  EXPECT_NEAR(tail.minus_log10_p(930), -std::log10(expected), 1e-9);
}

TEST(ScoreTail, NeverFallsAndStaysInRangeWhateverTheScores) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const auto scores = made_up_scores(rng, 1 + rng.below(300), seed);
    const ScoreTail tail = tail_of(scores);
    std::vector<double> probes = scores;
    for (int i = 0; i < 100; ++i) probes.push_back(50 * rng.normal());
    for (const double far : {-1e300, 1e3, 1e10, 1e300, tail.start(), std::nextafter(tail.start(), 1e300)}) {
      probes.push_back(far);
    }
    std::ranges::sort(probes);
    double before = 0;
    for (const double probe : probes) {
      const double found = tail.minus_log10_p(probe);
      ASSERT_GE(found, before) << "seed " << seed << " at " << probe;
      ASSERT_LE(found, ScoreTail::kMostUnusual) << "seed " << seed;
      before = found;
    }
  }
}

TEST(ScoreTail, GoesOnFromWhereTheEmpiricalPEnds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const auto scores = made_up_scores(rng, 20 + rng.below(300), seed);
    const ScoreTail tail = tail_of(scores);
    const auto above = std::ranges::count_if(scores, [&](double score) { return score > tail.start(); });
    const double p = static_cast<double>(above + 1) / static_cast<double>(scores.size() + 1);
    const double just_above = std::nextafter(tail.start(), std::numeric_limits<double>::infinity());
    ASSERT_NEAR(tail.minus_log10_p(just_above), -std::log10(p), 1e-9) << "seed " << seed;
    if (std::ranges::find(scores, tail.start()) == scores.end()) {
      ASSERT_NEAR(tail.minus_log10_p(tail.start()), tail.minus_log10_p(just_above), 1e-9) << "seed " << seed;
    }
  }
}

TEST(ScoreTail, GivesUniformPForScoresLikeThoseOfCalibration) {
  for (std::uint64_t kind : {0U, 1U, 3U}) {
    std::size_t rows = 0;
    std::vector<std::size_t> within(4);  // of p <= .5, .1, .01, .001
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Rng rng(seed);
      const ScoreTail tail = tail_of(made_up_scores(rng, 2000, kind));
      for (const double score : made_up_scores(rng, 1000, kind)) {
        const double p = std::pow(10, -tail.minus_log10_p(score));
        ++rows;
        std::size_t place = 0;
        for (const double share : {0.5, 0.1, 0.01, 0.001}) {
          if (p <= share) ++within[place];
          ++place;
        }
      }
    }
    const auto share = [&](std::size_t place) {
      return static_cast<double>(within[place]) / static_cast<double>(rows);
    };
    EXPECT_NEAR(share(0), 0.5, 0.01) << kind;
    EXPECT_NEAR(share(1), 0.1, 0.006) << kind;
    EXPECT_NEAR(share(2), 0.01, 0.003) << kind;
    EXPECT_NEAR(share(3), 0.001, 0.0009) << kind;
    EXPECT_GT(share(3), 0) << kind;
  }
}

TEST(ScoreTail, RanksScoresBeyondAllThatCalibrationShowed) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const auto scores = made_up_scores(rng, 200, seed);
    const ScoreTail tail = tail_of(scores);
    const double most = *std::ranges::max_element(scores);
    ASSERT_GT(tail.minus_log10_p(most + 2), tail.minus_log10_p(most + 1)) << "seed " << seed;
    ASSERT_GT(tail.minus_log10_p(most + 1), tail.minus_log10_p(most)) << "seed " << seed;
  }
}

TEST(ScoreTail, TakesTheSpreadOfAllScoresWhereNoneIsAboveTheStart) {
  const ScoreTail ties = tail_of({0, 0, 0, 2, 2, 2});  // the quantile is the greatest score; sd 1
  EXPECT_EQ(ties.start(), 2);
  EXPECT_EQ(ties.scale(), 1);
  EXPECT_NEAR(ties.minus_log10_p(5), -std::log10(1.0 / 7 * std::exp(-3.0)), 1e-12);
  const ScoreTail equal = tail_of(std::vector<double>(40, 7.5));
  EXPECT_EQ(equal.minus_log10_p(7.5), 0);
  EXPECT_NEAR(equal.minus_log10_p(8.5), -std::log10(1.0 / 41 * std::exp(-1.0)), 1e-12);
  const ScoreTail one = tail_of({3});
  EXPECT_EQ(one.minus_log10_p(3), 0);
  EXPECT_NEAR(one.minus_log10_p(4), -std::log10(0.5 * std::exp(-1.0)), 1e-12);
  EXPECT_EQ(ScoreTail().minus_log10_p(1e9), 0);
  EXPECT_EQ(tail_of({}).minus_log10_p(1e9), 0);
}

TEST(ScoreTail, StaysFiniteForTheGreatestScoresThatThereAre) {
  for (const double large : {1e300, std::numeric_limits<double>::max()}) {
    std::vector<double> scores(30, -large);
    for (int i = 0; i < 20; ++i) scores.push_back(large / (1 + i));
    const ScoreTail tail = tail_of(scores);
    for (const double score : {-large, 0.0, large}) {
      EXPECT_GE(tail.minus_log10_p(score), 0);
      EXPECT_LE(tail.minus_log10_p(score), ScoreTail::kMostUnusual);
    }
  }
  EXPECT_EQ(tail_of({1, 2, 3}).minus_log10_p(1e300), ScoreTail::kMostUnusual);
}

TEST(ScoreTail, IsTheSameAfterSavingAndLoading) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const ScoreTail tail = tail_of(made_up_scores(rng, rng.below(100), seed));
    ByteWriter out;
    tail.save(out);
    ByteReader in(out.bytes(), "model");
    const ScoreTail loaded = ScoreTail::load(in);
    in.expect_end();
    for (int i = 0; i < 50; ++i) {
      const double score = 20 * rng.normal();
      ASSERT_EQ(loaded.minus_log10_p(score), tail.minus_log10_p(score)) << "seed " << seed;
    }
  }
}

TEST(ScoreTail, RefusesOrSurvivesAnyDamagedByte) {
  Rng rng(1);
  ByteWriter out;
  tail_of(made_up_scores(rng, 60, 3)).save(out);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < out.bytes().size(); ++at) {
    ByteReader cut(std::string_view(out.bytes()).substr(0, at), "model");
    EXPECT_THROW(ScoreTail::load(cut), Error) << at;
    std::string damaged = out.bytes();
    damaged[at] = static_cast<char>(~damaged[at]);
    ByteReader in(damaged, "model");
    try {
      const ScoreTail tail = ScoreTail::load(in);
      for (const double score : {-1e300, 0.0, 1.0, 1e300}) {
        ASSERT_GE(tail.minus_log10_p(score), 0) << at;
        ASSERT_LE(tail.minus_log10_p(score), ScoreTail::kMostUnusual) << at;
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace netstray
