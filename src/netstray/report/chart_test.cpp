#include "netstray/report/chart.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/report/markup_check.h"
#include "netstray/report/sample_answers.h"
#include "netstray/report/svg.h"

namespace netstray {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Well-formed, and no number in it went wrong.
std::string fault_of(const std::string& svg) {
  if (has(svg, "nan") || has(svg, "inf")) return "a number that is none: " + svg;
  return markup_fault(svg);
}

TEST(Escaped, DisarmsMarkup) {
  EXPECT_EQ(escaped("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
  EXPECT_EQ(escaped("a\x01\xff"), "a\\x01\\xff");
}

TEST(NiceTicks, AreRoundAndWithinTheRange) {
  EXPECT_EQ(nice_ticks(0, 1, 5), (std::vector<double>{0, .2, .4, .2 * 3, .8, 1}));
  EXPECT_EQ(nice_ticks(3, 3, 5), (std::vector<double>{3}));
  EXPECT_TRUE(nice_ticks(0, kInfinity, 5).empty());
  EXPECT_TRUE(nice_ticks(2, 1, 5).empty());
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const double low = rng.uniform(-1, 1) * std::pow(10, rng.uniform(-6, 6));
    const double high = low + std::pow(10, rng.uniform(-6, 6));
    const auto ticks = nice_ticks(low, high, 5);
    ASSERT_TRUE(ticks.size() >= 2 && ticks.size() <= 7) << "seed " << seed << ": " << ticks.size();
    const double step = ticks[1] - ticks[0];
    const double leading = step / std::pow(10, std::floor(std::log10(step) + 1e-6));
    EXPECT_TRUE(std::fabs(leading - 1) < 1e-3 || std::fabs(leading - 2) < 1e-3 || std::fabs(leading - 5) < 1e-3)
        << "seed " << seed << ": step " << step;
    EXPECT_GE(ticks.front(), low - step * 1e-6) << "seed " << seed;
    EXPECT_LE(ticks.back(), high + step * 1e-6) << "seed " << seed;
  }
}

TEST(TickText, HasTheDecimalsOfItsStep) {
  EXPECT_EQ(tick_text(0.4, 0.2), "0.4");
  EXPECT_EQ(tick_text(0.25, 0.05), "0.25");
  EXPECT_EQ(tick_text(1200, 200), "1200");
  EXPECT_EQ(tick_text(-1e-17, 0.1), "0.0");
  EXPECT_EQ(tick_text(2e9, 1e9), "2e+09");
}

TEST(Scale, MapsEndsAndClampsBeyondThem) {
  const Scale linear(0, 10, 100, 200);
  EXPECT_EQ(linear(0), 100);
  EXPECT_EQ(linear(10), 200);
  EXPECT_EQ(linear(99), 200);
  const Scale logarithmic(1, 100, 0, 2, true);
  EXPECT_NEAR(logarithmic(10), 1, 1e-12);
  EXPECT_EQ(Scale(3, 3, 0, 10)(3), 5);
}

TEST(Charts, AreWellFormedAsFilesToo) {
  const auto rows = sample_scores(3, 900, 500);
  const std::string svg = histogram_chart(score_histogram(rows.labels, rows.scores), rows.cut);
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_EQ(fault_of(standalone_svg(svg)), "");
  EXPECT_TRUE(has(standalone_svg(svg), "prefers-color-scheme:dark"));
}

TEST(HistogramChart, SaysWhyThereIsNothingToDraw) {
  EXPECT_TRUE(has(histogram_chart({}, 0.5), "there are no scores"));
  EXPECT_EQ(fault_of(histogram_chart({}, {})), "");
}

TEST(FamilyChart, ShowsTheLargestFamiliesAndEscapesTheirNames) {
  std::vector<FamilyRecall> families;
  for (std::uint64_t i = 1; i <= 20; ++i) families.push_back({"f" + std::to_string(i), i, .5, 0, 0});
  families.push_back({"<script>", 100, .1, 0, 0});
  families.push_back({"unknown", 200, kNaN, 0, 0});
  const std::string svg = family_chart(families);
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_TRUE(has(svg, ">f20<") && has(svg, "&lt;script&gt;"));
  EXPECT_FALSE(has(svg, ">f1<") || has(svg, "unknown"));
  EXPECT_TRUE(has(family_chart({}), "there are no families"));
}

TEST(OperatingPointOf, NeedsBothClassesAndSomethingFlagged) {
  EXPECT_FALSE(operating_point({5, 1, 0, 0}));
  EXPECT_FALSE(operating_point({0, 0, 1, 5}));
  EXPECT_FALSE(operating_point({5, 0, 5, 0}));
  const auto point = operating_point({90, 10, 5, 15});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->false_positive_rate, .1);
  EXPECT_EQ(point->recall, .75);
  EXPECT_EQ(point->precision, .6);
}

TEST(ScoreHistogram, CountsEveryFiniteScoreOnce) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<std::uint8_t> labels;
    std::vector<double> scores;
    const double spread = std::pow(10, rng.uniform(-3, 5));
    for (int i = 0; i < 200; ++i) {
      labels.push_back(static_cast<std::uint8_t>(rng.below(2)));
      scores.push_back(rng.below(50) == 0 ? rng.normal() * spread : rng.normal());
    }
    scores[0] = kInfinity;
    scores[1] = kNaN;
    const auto histogram = score_histogram(labels, scores, 1 + rng.below(80));
    const auto normal = std::accumulate(histogram.normal.begin(), histogram.normal.end(), std::uint64_t{0});
    const auto attacks = std::accumulate(histogram.attacks.begin(), histogram.attacks.end(), std::uint64_t{0});
    EXPECT_EQ(normal + attacks, 198U) << "seed " << seed;
    EXPECT_EQ(fault_of(histogram_chart(histogram, 0.0)), "") << "seed " << seed;
  }
}

TEST(ScoreHistogram, IsClippedWhereAFewScoresLieFarAway) {
  std::vector<double> scores(5000);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<double>(i) / 5000;
  scores.push_back(1e6);
  const std::vector<std::uint8_t> labels(scores.size(), 0);
  const auto histogram = score_histogram(labels, scores);
  EXPECT_TRUE(histogram.clipped);
  EXPECT_LT(histogram.high, 1.1);
  EXPECT_TRUE(has(histogram_chart(histogram, {}), "in the outer bins"));
}

TEST(ScoreHistogram, OfEqualScoresHasARange) {
  const auto histogram = score_histogram(std::vector<std::uint8_t>(3, 1), std::vector<double>(3, 0.5));
  EXPECT_LT(histogram.low, 0.5);
  EXPECT_GT(histogram.high, 0.5);
  EXPECT_EQ(fault_of(histogram_chart(histogram, 0.5)), "");
}

TEST(HistogramChart, SaysWhetherItsRowsAreLogarithmic) {
  ScoreHistogram histogram{0, 1, {5, 90}, {1, 2}, false};
  EXPECT_FALSE(has(histogram_chart(histogram, {}), "logarithmic"));
  histogram.normal = {5, 90000};
  EXPECT_TRUE(has(histogram_chart(histogram, {}), "rows per bin (logarithmic)"));
}

TEST(HistogramChart, LeavesOutACutThatIsOutside) {
  const ScoreHistogram histogram{0, 1, {5, 90}, {1, 2}, false};
  EXPECT_TRUE(has(histogram_chart(histogram, 0.5), "cut 0.5"));
  EXPECT_FALSE(has(histogram_chart(histogram, 1.5), "cut 1.5"));
}

}  // namespace
}  // namespace netstray
