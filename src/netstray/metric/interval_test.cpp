#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

// statsmodels 0.14: proportion_confint(k, n, method="wilson")
TEST(Wilson, AgreesWithStatsmodels) {
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.27753279986288926, 1e-12);
  EXPECT_NEAR(wilson(3, 10).low, 0.10779126740630104, 1e-12);
  EXPECT_NEAR(wilson(3, 10).high, 0.6032218525388546, 1e-12);
  EXPECT_NEAR(wilson(10, 10).low, 0.7224672001371106, 1e-12);
  EXPECT_EQ(wilson(10, 10).high, 1);
  EXPECT_NEAR(wilson(120, 9711).low, 0.010344707413474468, 1e-12);
  EXPECT_NEAR(wilson(120, 9711).high, 0.014755183290279188, 1e-12);
}

TEST(Wilson, KnowsNothingWithoutRows) {
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

struct Case {
  double share;
  std::uint64_t calibration_rows, rows;
  double low, high;  ///< counts
};

// scipy 1.17: k = floor(share * (n + 1)); betabinom.ppf([.025, .975], m, k, n + 1 - k)
TEST(FalseAlarmInterval, AgreesWithScipy) {
  for (const auto& [share, calibration_rows, rows, low, high] :
       {Case{.01, 999, 1000, 3, 20}, Case{.05, 13469, 9711, 431, 541}, Case{.05, 99, 50, 0, 7},
        Case{.01, 19456, 60593, 510, 705}, Case{.1, 9, 1'000'000, 2809, 336'268}}) {
    const auto found = false_alarm_interval(share, calibration_rows, rows);
    EXPECT_DOUBLE_EQ(found.low, low / static_cast<double>(rows)) << share << ' ' << calibration_rows;
    EXPECT_DOUBLE_EQ(found.high, high / static_cast<double>(rows)) << share << ' ' << calibration_rows;
  }
}

TEST(FalseAlarmInterval, CountsTheRankAsPValuesDo) {
  // 29 / 100 <= .29 holds, though .29 * 100 falls below 29: a p-value of 29 / 100 is flagged.
  const auto exact = false_alarm_interval(.29, 99, 1000);
  const auto beyond = false_alarm_interval(.2999, 99, 1000);
  EXPECT_EQ(exact.low, beyond.low);
  EXPECT_EQ(exact.high, beyond.high);
  EXPECT_LT(false_alarm_interval(.2899, 99, 1000).high, exact.high);
}

TEST(FalseAlarmInterval, HandlesTheEnds) {
  EXPECT_EQ(false_alarm_interval(.01, 0, 100).high, 1);
  EXPECT_EQ(false_alarm_interval(.01, 100, 0).high, 1);
  const auto beyond_all = false_alarm_interval(.01, 50, 100);  // 51 places: no p-value is as small as .01
  EXPECT_EQ(beyond_all.low, 0);
  EXPECT_EQ(beyond_all.high, false_alarm_interval(1.0 / 51, 50, 100).high);
  EXPECT_EQ(false_alarm_interval(1, 50, 100).low, 1);
  const auto uniform = false_alarm_interval(.5, 1, 999);  // Beta(1, 1): every count from 0 to 999 alike
  EXPECT_NEAR(uniform.low, .025, .002);
  EXPECT_NEAR(uniform.high, .975, .002);
}

TEST(FalseAlarmInterval, NarrowsToTheTrueSpreadForHugeTests) {
  const auto large = false_alarm_interval(.05, 999, 10'000'000);
  const auto larger = false_alarm_interval(.05, 999, 4'000'000'000);
  EXPECT_EQ(large.low, larger.low);
  EXPECT_EQ(large.high, larger.high);
  EXPECT_NEAR(large.low, .0374, .0003);  // scipy: beta.ppf([.025, .975], 50, 950) = .03740, .06430
  EXPECT_NEAR(large.high, .0643, .0003);
}

/// Draws both samples anew and flags by p-values, 4,000 times: the share of realised counts inside is .95 or a little
/// more (counts are whole numbers).
TEST(FalseAlarmInterval, HoldsWhatIsRealisedNineteenTimesOfTwenty) {
  constexpr std::size_t kCalibration = 199;
  constexpr std::size_t kRows = 150;
  const auto interval = false_alarm_interval(.05, kCalibration, kRows);
  int inside = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    auto rng = Rng::stream(5, static_cast<std::uint64_t>(trial));
    std::vector<double> calibration(kCalibration);
    for (auto& score : calibration) score = rng.uniform();
    std::ranges::nth_element(calibration, calibration.begin() + 9, std::greater<>());
    const double cut = calibration[9];  // the tenth largest: 10 / 200 = .05
    int flagged = 0;
    for (std::size_t row = 0; row < kRows; ++row) flagged += rng.uniform() > cut ? 1 : 0;
    const double share = flagged / static_cast<double>(kRows);
    inside += share >= interval.low && share <= interval.high ? 1 : 0;
  }
  EXPECT_GT(inside, .945 * kTrials);
  EXPECT_LT(inside, .98 * kTrials);
}

}  // namespace
}  // namespace netstray
