#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/report/charts/bars.h"
#include "netstray/report/charts/curves.h"
#include "netstray/report/charts/distributions.h"
#include "netstray/report/charts/scatter.h"
#include "netstray/report/charts/training.h"
#include "netstray/report/charts/world_map.h"
#include "netstray/report/markup_check.h"
#include "netstray/report/sample_answers.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Splits a CSV without quotes into cells.
std::vector<std::vector<std::string>> cells_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : split(std::string_view(csv).substr(0, csv.size() - 1), '\n'))
    rows.push_back(split(line, ','));
  return rows;
}

/// What is wrong with a picture, "" where all is well: its markup, a number that is none, a CSV whose lines differ.
std::string fault_of(const Picture& picture) {
  std::string fault = markup_fault(picture.svg);
  if (!fault.empty()) return fault;
  for (const char* none :
       {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", ",nan", ",-nan", ",inf", ",-inf", " nan", " -nan", " inf"}) {
    if (has(picture.svg, none)) return std::string("a number that is none:") + none;
    if (has(picture.csv, none)) return std::string("the CSV has") + none;
  }
  const auto rows = cells_of(picture.csv);
  for (const auto& row : rows) {
    if (row.size() != rows[0].size()) return "a line of " + std::to_string(row.size()) + " cells: " + row[0];
  }
  return has(picture.svg, "<title>") && has(picture.svg, "<desc>") ? "" : "no words for who cannot see it";
}

ModelCurve sample_curve(const std::string& model, std::uint64_t seed) {
  const auto rows = sample_scores(seed, 400, 200);
  return {model, curve(rows.labels, rows.scores), operating_point(confusion(rows.labels, rows.verdicts))};
}

TEST(RocPicture, NamesEveryModelWithItsArea) {
  const std::vector<ModelCurve> models = {sample_curve("forest", 1), sample_curve("<gmm>", 2)};
  const Picture picture = roc_picture({"roc", "", "All models."}, models);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_EQ(picture.name, "roc");
  EXPECT_EQ(picture.caption, "All models.");
  EXPECT_TRUE(has(picture.svg, "forest") && has(picture.svg, "&lt;gmm&gt;") && has(picture.svg, "guessing"));
  EXPECT_TRUE(has(picture.svg, "line s0") && has(picture.svg, "line s1"));
  EXPECT_TRUE(has(picture.svg, "at the model&#39;s cut"));
  const auto rows = cells_of(picture.csv);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"model", "threshold", "false_positive_rate", "true_positive_rate"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"forest", "", "0", "0"}));
  EXPECT_EQ(rows.back()[2], "1");
}

TEST(RocPicture, MarksTheCutOnlyWhereItLiesWithin) {
  std::vector<ModelCurve> models = {sample_curve("forest", 1)};
  models[0].point = OperatingPoint{.05, .8, .9};
  EXPECT_TRUE(has(roc_picture({"roc"}, models, .1).svg, "at the model&#39;s cut"));
  models[0].point = OperatingPoint{.5, .8, .9};
  EXPECT_FALSE(has(roc_picture({"roc"}, models, .1).svg, "at the model&#39;s cut"));
}

TEST(RocPicture, DrawsTheMirroredScoresInTheColourOfTheirModel) {
  std::vector<ModelCurve> models = {sample_curve("forest", 1)};
  models.push_back({"forest, turned round", mirrored(models[0].curve), {}, true});
  models.push_back(sample_curve("gmm", 2));
  const std::string svg = roc_picture({"roc"}, models).svg;
  EXPECT_TRUE(has(svg, "line s0 mirror") && has(svg, "line s1"));
  EXPECT_FALSE(has(svg, "line s2"));
}

TEST(MirroredCurve, IsThatOfTheNegatedScores) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<std::uint8_t> labels;
    std::vector<double> scores;
    std::vector<double> negated;
    for (std::uint64_t i = 0; i < 2 + rng.below(60); ++i) {
      labels.push_back(static_cast<std::uint8_t>(rng.below(2)));
      scores.push_back(static_cast<double>(rng.below(12)));
      negated.push_back(-scores.back());
    }
    const auto expected = curve(labels, negated);
    const auto found = mirrored(curve(labels, scores));
    ASSERT_EQ(found.size(), expected.size()) << "seed " << seed;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].threshold, expected[i].threshold) << "seed " << seed;
      EXPECT_EQ(found[i].tp, expected[i].tp) << "seed " << seed;
      EXPECT_EQ(found[i].fp, expected[i].fp) << "seed " << seed;
    }
  }
}

TEST(PrecisionRecallPicture, ShowsWhatFlaggingAtRandomGives) {
  const Picture picture = precision_recall_picture({"pr"}, std::vector<ModelCurve>{sample_curve("forest", 1)});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "at random: 33.3 %"));
}

TEST(ThresholdSweepPicture, SaysWhatTheCutGives) {
  const auto rows = sample_scores(1, 400, 200);
  const Confusion at_cut = confusion(rows.labels, rows.verdicts);
  ASSERT_EQ(at_cut.rows(), 600U);
  const Picture picture = threshold_sweep_picture({"sweep"}, curve(rows.labels, rows.scores), rows.cut);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "cut 0.55"));
  for (const auto& row : cells_of(picture.csv)) {
    if (row[0] == "threshold") continue;
    const double cut = *parse_double(row[0]);
    std::uint64_t alarms = 0;
    std::uint64_t missed = 0;
    for (std::size_t i = 0; i < rows.scores.size(); ++i) {
      if (rows.labels[i] == 0 && rows.scores[i] >= cut) ++alarms;
      if (rows.labels[i] == 1 && rows.scores[i] < cut) ++missed;
    }
    EXPECT_NEAR(*parse_double(row[1]), static_cast<double>(alarms) / 400, 1e-12);
    EXPECT_NEAR(*parse_double(row[2]), static_cast<double>(missed) / 200, 1e-12);
  }
  EXPECT_TRUE(has(picture.svg, percent(at_cut.false_positive_rate()) + " false alarms, of normal rows"));
  EXPECT_TRUE(has(picture.svg, percent(1 - at_cut.recall()) + " missed, of attacks"));
}

TEST(ClassBalancePicture, IsLogarithmicWhereCountsAreVeryUnlike) {
  const std::vector<ClassBalance> even = {{"all", 3000, 900}, {"test", 0, 40}};
  const Picture picture = class_balance_picture({"balance"}, even, {"benign", "malicious"});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "3,000 (76.9 %)") && has(picture.svg, "malicious"));
  EXPECT_FALSE(has(picture.svg, "logarithmic"));
  EXPECT_TRUE(has(picture.csv, "test,benign,0,0\ntest,malicious,40,1\n"));
  const std::vector<ClassBalance> unlike = {{"all", 200000, 400}};
  EXPECT_TRUE(has(class_balance_picture({"balance"}, unlike).svg, "logarithmic"));
}

TEST(ConfusionPicture, HasCountsAndBothShares) {
  const Picture picture = confusion_picture({"confusion"}, {90, 10, 5, 15}, {"Benign", "Malicious"});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, ">90<") && has(picture.svg, "10.0 % of Benign") &&
              has(picture.svg, "75.0 % of Malicious"));
  EXPECT_TRUE(has(picture.csv, "Malicious,Benign,5,0.25,0.041666666666666664\n"));
  EXPECT_TRUE(has(confusion_picture({"confusion"}, {}).svg, "no rows of the class"));
}

TEST(ClassScoresPicture, AgreesWithTheReport) {
  const std::vector<ModelConfusion> models = {{"gmm", {90, 10, 5, 15}}, {"nothing", {}}};
  const Picture picture = class_scores_picture({"classes"}, models);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, ">0.60<") && has(picture.svg, ">0.75<"));
  EXPECT_TRUE(has(picture.csv, "gmm,attack,0.6,0.75,"));
}

TEST(ActualPredictedPicture, SaysWhatEachModelTakesRowsFor) {
  const std::vector<ModelConfusion> models = {{"gmm", {90, 10, 5, 15}}};
  const Picture picture = actual_predicted_picture({"actual"}, models);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_EQ(picture.csv,
            "class,model,rows,right\nnormal,actual,100,100\nattack,actual,20,20\nnormal,gmm,95,90\nattack,gmm,25,15\n");
}

TEST(ComparisonPicture, HoldsEverySeed) {
  const std::vector<ModelResult> results = {{"gmm", .9, Interval{.85, .95}, {.89, .91}}, {"lof", kNaN, {}, {}}};
  const Picture picture = comparison_picture({"models"}, "AUC", results);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_EQ(picture.csv, "model,value,low,high,seed_1,seed_2\ngmm,0.9,0.85,0.95,0.89,0.91\nlof,,,,,\n");
  EXPECT_TRUE(has(picture.svg, "n/a"));
}

TEST(FamilyPicture, ShowsTheLargestAndKeepsAllInItsNumbers) {
  FamilyTable table{{"gmm", "a model with a long name"}, {}};
  for (std::uint64_t i = 1; i <= 20; ++i) table.families.push_back({"f" + std::to_string(i), i, {.5, kNaN}});
  const Picture picture = family_picture({"families"}, table, 5);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, ">f20<") && has(picture.svg, "15 smaller families left out"));
  EXPECT_FALSE(has(picture.svg, ">f15<"));
  EXPECT_TRUE(has(picture.csv, "f1,1,0.5,\n"));
}

TEST(ImportancePicture, ShowsTheHeaviestFirst) {
  const std::vector<FeatureWeight> features = {{"a", -.1, 0}, {"b", .5, .1}, {"c", .2, kNaN}, {"d", kNaN, 0}};
  const Picture picture = importance_picture({"weights"}, "loss of accuracy", features);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_EQ(picture.csv, "feature,weight,sd\nb,0.5,0.1\nc,0.2,\na,-0.1,0\n");
}

TEST(LearningPicture, BreaksWhereALossIsNone) {
  const std::vector<double> training = {1, .5, kNaN, .3, .2};
  const Picture picture = learning_picture({"loss"}, "loss", training, std::vector<double>{1.2}, 5);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "epoch 5 kept") && has(picture.svg, "training, last 0.2"));
  EXPECT_TRUE(has(picture.csv, "3,,\n"));
  EXPECT_FALSE(has(picture.svg, "logarithmic"));
  EXPECT_TRUE(has(learning_picture({"loss"}, "loss", std::vector<double>{1, .001}, {}).svg, "loss (logarithmic)"));
}

TEST(ElbowPicture, MarksTheChosenOne) {
  const std::vector<ElbowPoint> points = {{3, 20}, {2, 50}, {4, kNaN}};
  const Picture picture = elbow_picture({"elbow"}, points, 3);
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "k = 3 chosen"));
  EXPECT_EQ(picture.csv, "clusters,inertia,chosen\n3,20,1\n2,50,0\n4,,0\n");
}

TEST(DensityHistogramPicture, HasAreaOneForEachClass) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto rows = sample_scores(seed, 300, 100);
    std::vector<double> values = rows.scores;
    if (seed % 2 == 1) {
      for (double& value : values) value = std::pow(10, 12 * value);
    }
    const Picture picture = density_histogram_picture({"loss"}, "loss", rows.labels, values);
    EXPECT_EQ(fault_of(picture), "") << "seed " << seed;
    EXPECT_EQ(has(picture.svg, "logarithmic"), seed % 2 == 1) << "seed " << seed;
    const auto cells = cells_of(picture.csv);
    ASSERT_EQ(cells.size(), 31U) << "seed " << seed;
    double area = 0;
    double counted = 0;
    for (std::size_t b = 1; b < cells.size(); ++b) {
      const double low = *parse_double(cells[b][0]);
      const double high = *parse_double(cells[b][1]);
      area += *parse_double(cells[b][3]) * (seed % 2 == 1 ? std::log10(high / low) : high - low);
      counted += *parse_double(cells[b][5]);
    }
    EXPECT_NEAR(area, 1, 1e-9) << "seed " << seed;
    EXPECT_EQ(counted, 100) << "seed " << seed;
  }
}

TEST(KernelDensity, AgreesWithTheSumOverAllValues) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed);
    std::vector<double> values(20 + rng.below(200));
    for (double& value : values) value = rng.normal() * (1 + 10 * rng.uniform());
    const auto n = static_cast<double>(values.size());
    double mean = 0;
    for (const double value : values) mean += value / n;
    double square = 0;
    for (const double value : values) square += (value - mean) * (value - mean) / (n - 1);
    const double width = std::sqrt(square) * std::pow(n, -0.2);
    const auto density = kernel_density(values, 50);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    for (std::size_t p = 0; p < density.size(); ++p) {
      const double at = *least + (*most - *least) * static_cast<double>(p) / 49;
      double expected = 0;
      for (const double value : values) expected += std::exp(-.5 * std::pow((at - value) / width, 2));
      expected /= n * width * std::sqrt(2 * 3.14159265358979323846);
      EXPECT_NEAR(density[p], expected, 1e-3 / width) << "seed " << seed;
    }
  }
  EXPECT_EQ(kernel_density(std::vector<double>{3, 3}, 2), (std::vector<double>{1, 1}));
}

TEST(ViolinPicture, NamesTheMediansAndQuartiles) {
  const std::vector<std::uint8_t> labels = {0, 0, 0, 0, 0, 1};
  const std::vector<double> values = {1, 2, 3, 4, 5, 9};
  const Picture picture = violin_picture({"violin"}, "loss", labels, values, {"Benign", "Malicious"});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "5 rows, median 3") && has(picture.svg, "1 row, median 9"));
  EXPECT_TRUE(has(picture.csv, "Benign,2,,0.25\nBenign,3,,0.5\nBenign,4,,0.75\n"));
}

TEST(UsualPicture, ShowsWhereEachClassLies) {
  std::vector<std::uint8_t> labels;
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) {
    labels.push_back(0);
    values.push_back(i);
  }
  labels.push_back(1);
  values.push_back(5000);
  labels.push_back(1);
  values.push_back(kNaN);
  const UsualRange range = usual_range("bytes", labels, values);
  EXPECT_EQ(range.low, 5);
  EXPECT_EQ(range.median, 50);
  EXPECT_EQ(range.high, 95);
  EXPECT_EQ(range.attack_median, 5000);
  const Picture picture = usual_picture({"usual"}, std::vector<UsualRange>{range, usual_range("none", {}, {})});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "5 to 95") && has(picture.svg, "5,000") && has(picture.svg, "1 feature is not shown"));
  EXPECT_TRUE(has(picture.csv, "none,,,,,,\n"));
}

TEST(ScatterPicture, StaysSmallForAnyNumberOfPoints) {
  Rng rng(1);
  std::vector<Point> points;
  std::vector<std::uint8_t> labels;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    points.push_back({rng.normal(), rng.normal()});
    labels.push_back(static_cast<std::uint8_t>(rng.below(3) == 0));
  }
  const Picture picture = scatter_picture({"tsne", "t-SNE"}, points, labels);
  EXPECT_EQ(markup_fault(picture.svg), "");
  EXPECT_LT(picture.svg.size(), 400000U);
  EXPECT_EQ(std::count(picture.csv.begin(), picture.csv.end(), '\n'), 20001);
}

TEST(ScatterPicture, LeavesOutPointsThatAreNone) {
  const std::vector<Point> points = {{0, 0}, {kNaN, 1}, {1, kInfinity}, {3, 4}};
  const Picture picture = scatter_picture({"tsne"}, points, std::vector<std::uint8_t>{0, 0, 1, 1});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "2 points are none") && has(picture.svg, "1 normal") && has(picture.svg, "1 attack"));
}

TEST(WorldMapPicture, CutsHopsAtTheDateLine) {
  MapRoute route{"user <1>",
                 {{{36, 138}, {45, 170}, {50, -170}, {38, -97}}},
                 {{{36, 138}, "Japan", 3, false}, {{38, -97}, "United States", 1, true}}};
  const Picture picture = world_map_picture({"map"}, std::vector<MapRoute>{route});
  EXPECT_EQ(fault_of(picture), "");
  EXPECT_TRUE(has(picture.svg, "user &lt;1&gt;") && has(picture.svg, "Japan") &&
              has(picture.svg, "labelled as an attack"));
  EXPECT_TRUE(has(picture.csv, "hop,1,50,-170,,\n"));
  const std::string_view before = "line thin s0\" d=\"";
  const std::size_t begin = picture.svg.find(before);
  ASSERT_NE(begin, std::string::npos);
  const std::string path =
      picture.svg.substr(begin + before.size(), picture.svg.find('"', begin + before.size()) - begin - before.size());
  EXPECT_EQ(std::count(path.begin(), path.end(), 'M'), 2) << path;
  EXPECT_TRUE(has(path, "M10 ")) << "the left edge: " << path;
  EXPECT_LT(picture.svg.size(), 40000U);
}

TEST(WorldMapPicture, ShowsAntarcticaOnlyWhereSomebodyWasThere) {
  const MapRoute south{"penguin", {}, {{{-80, 0}, "", 1, false}}};
  EXPECT_LT(world_map_picture({"map"}, {}).svg.size(),
            world_map_picture({"map"}, std::vector<MapRoute>{south}).svg.size());
}

TEST(Pictures, SayWhyThereIsNothingToDraw) {
  const std::vector<std::uint8_t> one_class = {0, 0};
  const std::vector<double> nothing = {kNaN, kNaN};
  const std::vector<ModelCurve> models = {{"gmm", curve(one_class, std::vector<double>{1, 2})}};
  const std::vector<std::pair<Picture, std::string_view>> cases = {
      {roc_picture({"a"}, {}), "needs rows of both classes"},
      {roc_picture({"a"}, models), "needs rows of both classes"},
      {precision_recall_picture({"a"}, models), "needs rows of both classes"},
      {threshold_sweep_picture({"a"}, models[0].curve, 1), "needs rows of both classes"},
      {class_balance_picture({"a"}, {}), "there are no rows"},
      {class_scores_picture({"a"}, {}), "there are no models"},
      {actual_predicted_picture({"a"}, {}), "there are no rows"},
      {comparison_picture({"a"}, "AUC", {}), "there are no results"},
      {family_picture({"a"}, {}), "there are no families"},
      {importance_picture({"a"}, "weight", {}), "there are no weights"},
      {learning_picture({"a"}, "loss", nothing, {}), "there are no epochs"},
      {elbow_picture({"a"}, {}), "there are no clusterings"},
      {score_histogram_picture({"a"}, {}, {}), "there are no scores"},
      {density_histogram_picture({"a"}, "loss", one_class, nothing), "there are no values"},
      {violin_picture({"a"}, "loss", one_class, nothing), "there are no values"},
      {usual_picture({"a"}, {}), "there are no features"},
      {scatter_picture({"a"}, {}, {}), "there are no points"}};
  for (const auto& [picture, why] : cases) {
    EXPECT_EQ(fault_of(picture), "") << why;
    EXPECT_TRUE(has(picture.svg, why)) << why;
    EXPECT_TRUE(picture.csv.ends_with('\n')) << why;
  }
}

/// Numbers that break what was not thought through.
double odd_number(Rng& rng) {
  switch (rng.below(9)) {
    case 0:
      return kNaN;
    case 1:
      return kInfinity;
    case 2:
      return -kInfinity;
    case 3:
      return 0;
    case 4:
      return rng.normal() * (rng.below(2) == 0 ? 1e307 : 1e250);
    case 5:
      return rng.normal() * 1e-310;
    case 6:
      return static_cast<double>(rng.below(3));
    default:
      return rng.normal() * std::pow(10, rng.uniform(-8, 8));
  }
}

std::vector<double> odd_numbers(Rng& rng, std::uint64_t most) {
  std::vector<double> numbers(rng.below(most + 1));
  for (double& number : numbers) number = odd_number(rng);
  return numbers;
}

std::vector<Picture> odd_pictures(Rng& rng) {
  const auto values = odd_numbers(rng, 30);
  std::vector<std::uint8_t> labels(values.size());
  for (auto& label : labels) label = static_cast<std::uint8_t>(rng.below(2));
  std::vector<double> scores = values;
  for (double& score : scores) score = std::isnan(score) ? 0 : score;
  const std::vector<ModelCurve> models = {{"a", curve(labels, scores)},
                                          {"b", mirrored(curve(labels, scores)), {}, true}};
  std::vector<Point> points;
  std::vector<ElbowPoint> elbow;
  std::vector<FeatureWeight> weights;
  std::vector<ModelResult> results;
  FamilyTable families{{"m"}, {}};
  MapRoute route{"r", {{}}, {}};
  for (const double value : values) {
    points.push_back({value, odd_number(rng)});
    elbow.push_back({rng.next() >> rng.below(64), value});
    weights.push_back({"f", value, odd_number(rng)});
    results.push_back({"m", value, Interval{odd_number(rng), odd_number(rng)}, odd_numbers(rng, 3)});
    families.families.push_back({"f", rng.next() >> rng.below(64), {value}});
    route.hops[0].push_back({odd_number(rng), value});
    route.stops.push_back({{value, odd_number(rng)}, "s", rng.next(), rng.below(2) == 1});
  }
  const Confusion odd{rng.next() >> 3 >> rng.below(60), rng.below(2), rng.next() >> 3 >> rng.below(60), rng.below(5)};
  return {roc_picture({"a"}, models),
          roc_picture({"a"}, models, .01),
          precision_recall_picture({"a"}, models),
          threshold_sweep_picture({"a"}, models[0].curve, odd_number(rng)),
          confusion_picture({"a"}, odd),
          class_scores_picture({"a"}, std::vector<ModelConfusion>{{"m", odd}}),
          actual_predicted_picture({"a"}, std::vector<ModelConfusion>{{"m", odd}}),
          class_balance_picture({"a"}, std::vector<ClassBalance>{{"s", odd.tn, odd.fn}}),
          comparison_picture({"a"}, "AUC", results),
          family_picture({"a"}, families),
          importance_picture({"a"}, "w", weights),
          learning_picture({"a"}, "loss", values, odd_numbers(rng, 30), rng.below(40)),
          elbow_picture({"a"}, elbow, 3),
          density_histogram_picture({"a"}, "v", labels, values),
          violin_picture({"a"}, "v", labels, values),
          usual_picture({"a"}, std::vector<UsualRange>{usual_range("f", labels, values)}),
          score_histogram_picture({"a"}, score_histogram(labels, values), odd_number(rng)),
          scatter_picture({"a"}, points, labels),
          world_map_picture({"a"}, std::vector<MapRoute>{route})};
}

TEST(Pictures, AreWholeForOddNumbers) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed);
    std::size_t number = 0;
    for (const Picture& picture : odd_pictures(rng)) {
      ASSERT_EQ(fault_of(picture), "") << "seed " << seed << ", picture " << number << "\n" << picture.svg;
      ASSERT_LT(picture.svg.size(), 100000U) << "seed " << seed << ", picture " << number;
      ++number;
    }
  }
}

/// The columns that are always there, as docs/pictures.md names them.
std::string fixed_columns(const std::string& csv) {
  const std::string line = csv.substr(0, csv.find('\n'));
  for (const std::string_view varying : {",seed_1", ",m", ",normal,attack"}) {
    if (line.ends_with(varying)) return line.substr(0, line.size() - varying.size());
  }
  return line.substr(0, line.find(",seed_1"));
}

TEST(Pictures, HaveTheColumnsThatTheDocumentsName) {
  std::ifstream file("docs/pictures.md");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Rng rng(7);
  for (const Picture& picture : odd_pictures(rng)) {
    EXPECT_TRUE(has(text, "`" + fixed_columns(picture.csv) + "`")) << fixed_columns(picture.csv);
  }
}

TEST(Pictures, AreTheSameForTheSameNumbers) {
  Rng one(7);
  Rng two(7);
  const auto first = odd_pictures(one);
  const auto second = odd_pictures(two);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].svg, second[i].svg);
    EXPECT_EQ(first[i].csv, second[i].csv);
  }
}

}  // namespace
}  // namespace netstray
