#include "netstray/experiment/recipe/recipe.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/experiment/recipe/recipe_keys.h"
#include "netstray/maths/matrix.h"
#include "netstray/model/recipe.h"

namespace netstray {
namespace {

/// A recipe with one of everything; line 2 is its title.
const std::string kRecipe = R"(# What it is.
title = "Flows" # in words
seed = 13

[sources.flows]
files = ["flows.csv", "flows.csv.gz"]

[sources.asn]
files = "asn.tsv"
format = "ip2asn"

# First the later one.
[tables.late]
from = "early"
steps = [
  { do = "lag", columns = ["port"], events = 4, per = "user" },
  { do = "sample", class = "normal", times = 3, replace = true },
]

[tables.early]
from = ["flows"]
steps = [{ do = "port-class", column = "port" }, { do = "join", with = "asn", on = "asn", how = "left" }]

[label]
column = "label"
normal = "benign"
positive = "normal"

[studies.all]
table = "late"
train_on = "attacks"
select = "mutual-information:7"

[studies.all.split]
by = "label"
test_normal = 1.0
test_attack = 0.2
calibration = 0.25

[detectors.svm]
kind = "ocsvm"
encoding = "none"
nu = 0.05
threshold = { rule = "quantile:0.95", from = "train" }

[detectors.autoencoder]
layers = [64, 16, 64]
shuffle = false

[detectors.both]
kind = "ensemble"
members = ["gmm", "iforest"]
gmm.components = 2

[[claims]]
detector = "svm"
metric = "auc"
value = 0.944
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text, std::vector<std::string> overrides = {}) {
  try {
    parse_recipe(text, "r.toml", overrides);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// The error where `from` in kRecipe is `to`.
std::string error_with(const std::string& from, const std::string& to) { return error_of(replaced(kRecipe, from, to)); }

TEST(Recipe, IsReadAsItIsWritten) {
  const Experiment experiment = parse_recipe(kRecipe, "r.toml");
  EXPECT_EQ(experiment.title, "Flows");
  EXPECT_EQ(experiment.seed, 13U);
  EXPECT_EQ(experiment.sources.at(0).files.size(), 2U);
  EXPECT_EQ(experiment.sources.at(1).format, SourceSpec::Format::ip2asn);
  EXPECT_FALSE(experiment.label.attack_is_positive);
  const StudySpec& study = experiment.studies.at(0);
  EXPECT_EQ(study.train_on, TrainOn::attacks);
  EXPECT_EQ(study.select, 7U);
  EXPECT_EQ(study.split.by, SplitSpec::By::label);
  EXPECT_EQ(study.split.test_attack, 0.2);
  EXPECT_EQ(experiment.claims.at(0).value, 0.944);
}

TEST(Recipe, TablesComeInAnOrderInWhichTheyCanBeMade) {
  const Experiment experiment = parse_recipe(kRecipe, "r.toml");
  ASSERT_EQ(experiment.tables.size(), 2U);
  EXPECT_EQ(experiment.tables[0].name, "early");
  EXPECT_EQ(experiment.tables[0].steps.at(0).otherwise, 100.0);
  EXPECT_TRUE(experiment.tables[0].steps.at(1).left);
  EXPECT_EQ(experiment.tables[1].steps.at(0).kind, StepSpec::Kind::lag);
  EXPECT_EQ(experiment.tables[1].steps.at(0).events, 4U);
  EXPECT_EQ(experiment.tables[1].steps.at(1).times, 3.0);
  EXPECT_EQ(experiment.tables[1].line, 13);
}

TEST(Recipe, DetectorsComeInTheirOrderWithTheirSettings) {
  const Experiment experiment = parse_recipe(kRecipe, "r.toml");
  ASSERT_EQ(experiment.detectors.size(), 3U);
  const DetectorSpec& svm = experiment.detectors[0];
  EXPECT_EQ(svm.name, "svm");
  EXPECT_EQ(svm.kind, "ocsvm");
  EXPECT_EQ(svm.study, "all");
  EXPECT_EQ(svm.settings.at("nu"), "0.05");
  EXPECT_EQ(svm.encoding->text(), "none+one-hot");
  EXPECT_EQ(svm.threshold.rule.text(), "quantile:0.95");
  EXPECT_EQ(svm.threshold.from, ThresholdSpec::From::train);
  EXPECT_EQ(experiment.detectors[1].kind, "autoencoder");
  EXPECT_EQ(experiment.detectors[1].settings.at("layers"), "64,16,64");
  EXPECT_EQ(experiment.detectors[1].settings.at("shuffle"), "no");
  EXPECT_FALSE(experiment.detectors[1].encoding);
  EXPECT_EQ(experiment.detectors[2].settings.at("members"), "gmm,iforest");
  EXPECT_EQ(experiment.detectors[2].settings.at("gmm.components"), "2");
}

TEST(Recipe, AWrongKeyIsToldWithItsLineAndTheNearestOne) {
  EXPECT_EQ(error_with("threshold = {", "treshold = {"),
            "r.toml:44: unknown key \"treshold\"; did you mean \"threshold\"?");
  EXPECT_EQ(error_with("nu = 0.05", "mu = 0.05"), "r.toml:43: unknown key \"mu\"; did you mean \"nu\"?");
  EXPECT_EQ(error_with("seed =", "sead ="), "r.toml:3: unknown key \"sead\"; did you mean \"seed\"?");
  EXPECT_EQ(error_with("[label]", "[lable]"), "r.toml:24: unknown key \"lable\"; did you mean \"label\"?");
  EXPECT_EQ(error_with("per =", "par ="), "r.toml:16: unknown key \"par\"; did you mean \"per\"?");
  EXPECT_EQ(error_with("from = \"train\"", "form = \"train\""),
            "r.toml:44: unknown key \"form\"; did you mean \"from\"?");
}

TEST(Recipe, AWrongTypeOrRangeIsToldWithWhatWasExpected) {
  EXPECT_EQ(error_with("seed = 13", "seed = \"a\""),
            "r.toml:3: seed: found \"a\", expected a whole number from 0 to 1000000000000");
  EXPECT_EQ(error_with("seed = 13", "seed = -1"),
            "r.toml:3: seed: found -1, expected a whole number from 0 to 1000000000000");
  EXPECT_EQ(error_with("\"Flows\"", "1979-05-27"), "r.toml:2: title: found a date or time, expected a text");
  EXPECT_EQ(error_with("test_attack = 0.2", "test_attack = 1.5"),
            "r.toml:37: studies.all.split.test_attack: found 1.5, expected a number in [0, 1]");
  EXPECT_EQ(error_with("test_attack = 0.2", "test_attack = nan"),
            "r.toml:37: studies.all.split.test_attack: found nan, expected a number");
  EXPECT_EQ(error_with("calibration = 0.25", "calibration = 1.0"),
            "r.toml:38: studies.all.split.calibration: found 1, expected a number in [0, 1)");
  EXPECT_EQ(error_with("nu = 0.05", "nu = 2"), "r.toml:43: ocsvm: nu: found \"2\", expected a number from 1e-09 to 1");
  EXPECT_EQ(error_with("[\"flows.csv\", \"flows.csv.gz\"]", "[1]"),
            "r.toml:6: sources.flows.files.0: found 1, expected a text");
  EXPECT_EQ(
      error_with("mutual-information:7", "mutual-information:0"),
      "r.toml:32: studies.all.select: found \"mutual-information:0\", expected \"mutual-information:K\", K a whole "
      "number from 1");
}

TEST(Recipe, TheSettingsOfEachMemberOfAnEnsembleAreChecked) {
  EXPECT_EQ(error_with("gmm.components = 2", "gmm.components = 0"),
            "r.toml:50: gmm: components: found \"0\", expected a whole number from 1 to 1000, or auto:LOW-HIGH");
  EXPECT_EQ(error_with("gmm.components = 2", "iforest.trees = 0"),
            "r.toml:50: iforest: trees: found \"0\", expected a whole number from 1 to 10000");
  EXPECT_EQ(error_with("gmm.components = 2", "knn.k = 2"),
            "r.toml:50: ensemble: has no member \"knn\". Its members are: gmm, iforest");
}

TEST(Recipe, AnUnknownNameIsToldWithTheNearestOne) {
  EXPECT_EQ(error_with("\"ocsvm\"", "\"ocsmv\""), "r.toml:41: unknown detector \"ocsmv\"; did you mean \"ocsvm\"?");
  EXPECT_EQ(error_with("[detectors.autoencoder]", "[detectors.autoencodr]"),
            "r.toml:46: unknown detector \"autoencodr\"; did you mean \"autoencoder\"?");
  EXPECT_EQ(error_with("\"port-class\"", "\"port-clas\""),
            "r.toml:22: unknown tables.early.steps.0.do: \"port-clas\"; did you mean \"port-class\"?");
  EXPECT_EQ(error_with("with = \"asn\"", "with = \"asm\""),
            "r.toml:22: unknown source or table \"asm\"; did you mean \"asn\"?");
  EXPECT_EQ(error_with("table = \"late\"", "table = \"lat\""),
            "r.toml:30: unknown table \"lat\"; did you mean \"late\"?");
  EXPECT_EQ(error_with("detector = \"svm\"", "detector = \"sv\""),
            "r.toml:56: unknown detector \"sv\"; did you mean \"svm\"?");
  EXPECT_EQ(
      error_with("format = \"ip2asn\"", "layout = \"kdd98\""),
      "r.toml:10: sources.asn.layout: no layout \"kdd98\"; did you mean \"kdd99\"? The layouts are: kdd99, nsl-kdd");
  EXPECT_TRUE(
      error_with("\"quantile:0.95\"", "\"quantil:0.95\"").starts_with("r.toml:44: detectors.svm.threshold.rule: "));
  EXPECT_TRUE(
      error_with("encoding = \"none\"", "encoding = \"nine\"").starts_with("r.toml:42: detectors.svm.encoding: "));
}

TEST(Recipe, WhatDoesNotFitTogetherIsToldWithItsPlace) {
  EXPECT_EQ(error_with("from = [\"flows\"]", "from = [\"flows\", \"late\"]"),
            "r.toml:13: a table is made from itself: late <- early <- late");
  EXPECT_EQ(error_with("[sources.asn]", "[sources.late]"), "r.toml:13: \"late\" is a source already");
  EXPECT_EQ(
      error_with("from = \"train\"", "from = \"validation\""),
      "r.toml:44: the study \"all\" has no validation rows; keep some back with [studies.all.split] validation = 0.2");
  EXPECT_EQ(error_with("\"label\"\ntest_normal", "\"time\"\ntest_normal"),
            "r.toml:34: studies.all.split: the key \"column\" is missing: it says when, or whose");
  EXPECT_EQ(error_with("metric = \"auc\"", "metric = \"f1\""), "r.toml:55: claims.0: f1 needs the key \"class\"");
  EXPECT_EQ(error_with("kind = \"ocsvm\"\nencoding = \"none\"\nnu = 0.05", "kind = \"logistic\""),
            "r.toml:40: logistic learns from labels: its study \"all\" needs train_on = \"all\"");
  EXPECT_EQ(error_with("times = 3, ", ""), "r.toml:17: tables.late.steps.1: a sample has either \"rows\" or \"times\"");
  EXPECT_EQ(error_with("column = \"label\"\n", ""),
            "r.toml:24: label: the key \"column\" is missing: The column that says what a row is.");
  EXPECT_EQ(error_of(""), "r.toml:1: the key \"title\" is missing: What the page is called.");
  EXPECT_EQ(error_of("title = \"t\""), "r.toml: the table [sources] is missing: it says where rows come from");
}

TEST(Recipe, ADetectorOfOneOfSeveralStudiesSaysWhich) {
  const std::string more = kRecipe + "[studies.more]\ntable = \"early\"\n";
  EXPECT_EQ(error_of(more), "r.toml:40: detectors.svm: the key \"study\" is missing: there are 2 of them");
}

TEST(Recipe, WhatIsNoTomlIsToldWithItsLine) {
  EXPECT_TRUE(error_of("title = \"a\"\nseed = = 1\n").starts_with("r.toml:2: "));
  EXPECT_TRUE(error_of("title = \"a\"\ntitle = \"b\"\n").starts_with("r.toml:2: "));
  EXPECT_TRUE(error_of(std::string("title = \"a\0b\"\n", 14)).starts_with("r.toml:1: "));
  EXPECT_TRUE(error_of("title = \"\xff\xfe\"\n").starts_with("r.toml:1: "));
  EXPECT_TRUE(error_of("seed = 99999999999999999999999999\n").starts_with("r.toml:1: "));
  EXPECT_TRUE(error_of("a = " + std::string(100'000, '[')).starts_with("r.toml:1: "));
  EXPECT_NE(error_of("a = " + std::string(20, '[') + std::string(20, ']')).find("nested deeper than 16"),
            std::string::npos);
  std::string key = "a";
  for (int i = 0; i < 50'000; ++i) key += ".a";
  EXPECT_EQ(error_of(key + " = 1"), "r.toml:1: a line with more than 50 dots; break it");
  EXPECT_EQ(error_of(std::string(300'000, '#')), "r.toml: is 300,000 bytes long; a recipe has at most 262,144");
}

TEST(Recipe, OverridesTakeThePlaceOfWhatTheFileSays) {
  const std::vector<std::string> overrides = {"detectors.svm.nu=0.1", "title=Two words", "tables.late.steps.0.events=2",
                                              "detectors.svm.threshold.rule=quantile:0.9", "studies.all.drop=[\"a\"]"};
  const Experiment experiment = parse_recipe(kRecipe, "r.toml", overrides);
  EXPECT_EQ(experiment.detectors.at(0).settings.at("nu"), "0.1");
  EXPECT_EQ(experiment.title, "Two words");
  EXPECT_EQ(experiment.tables.at(1).steps.at(0).events, 2U);
  EXPECT_EQ(experiment.detectors.at(0).threshold.rule.text(), "quantile:0.9");
  EXPECT_EQ(experiment.studies.at(0).drop, std::vector<std::string>{"a"});
}

TEST(Recipe, AWrongOverrideIsToldAsSuch) {
  EXPECT_EQ(error_of(kRecipe, {"detectors.svm.mu=1"}),
            "--set detectors.svm.mu=1: unknown key \"mu\"; did you mean \"nu\"?");
  EXPECT_EQ(error_of(kRecipe, {"seed=x"}),
            "--set seed=x: seed: found \"x\", expected a whole number from 0 to 1000000000000");
  EXPECT_EQ(error_of(kRecipe, {"seed"}), "--set seed: expected dotted.key=value");
  EXPECT_EQ(error_of(kRecipe, {"title.a=1"}), "--set title.a=1: title is \"Flows\", and has no keys");
  EXPECT_EQ(error_of(kRecipe, {"claims.7.value=1"}),
            "--set claims.7.value=1: claims is a list of 1; say which of them, counted from 0");
  EXPECT_EQ(error_of(kRecipe, {"studies.all.drop=[a]"}),
            "--set studies.all.drop=[a]: \"[a]\" is no value of TOML; words in a list or table need quotes");
  EXPECT_EQ(error_of(kRecipe, {"a..b=1"}), "--set a..b=1: \"a..b\" is no dotted key");
}

TEST(Recipe, AnEditedTextSaysWhatTheOverridesSay) {
  const std::vector<std::string> overrides = {"detectors.svm.nu=0.1",
                                              "detectors.svm.encoding=standardise",
                                              "seed=7",
                                              "runs=3",
                                              "detectors.autoencoder.layers=[8, 4, 8]",
                                              "studies.all.drop=x",
                                              "detectors.svm.tolerance=0.01"};
  const std::string edited = edited_recipe(kRecipe, "r.toml", overrides);
  const Experiment there = parse_recipe(edited, "r.toml");
  EXPECT_EQ(there.seed, 7U);
  EXPECT_EQ(there.runs, 3U);
  EXPECT_EQ(there.detectors.at(0).settings, (std::map<std::string, std::string>{{"nu", "0.1"}, {"tolerance", "0.01"}}));
  EXPECT_EQ(there.detectors.at(0).encoding->text(), "standardise+one-hot");
  EXPECT_EQ(there.detectors.at(1).settings.at("layers"), "8,4,8");
  EXPECT_EQ(there.studies.at(0).drop, std::vector<std::string>{"x"});
  for (const auto* comment : {"# What it is.", "# in words", "# First the later one."}) {
    EXPECT_NE(edited.find(comment), std::string::npos) << comment;
  }
  EXPECT_NE(edited.find("encoding = \"standardise\"\nnu = 0.1\n"), std::string::npos);
}

TEST(Recipe, EveryKeyIsTold) {
  const auto keys = experiment_keys();
  EXPECT_GT(keys.size(), 90U);
  for (const auto& key : keys) {
    EXPECT_FALSE(key.path.empty() || key.type.empty() || key.meaning.empty()) << key.path;
    EXPECT_TRUE(key.meaning.ends_with('.') || key.meaning.ends_with("...")) << key.path << ": " << key.meaning;
    EXPECT_EQ(std::ranges::count(keys, key.path, &KeyInfo::path), 1) << key.path;
  }
}

TEST(Recipe, DetectorsLookAtTheirSettingsBeforeTheyLookAtRows) {
  for (const auto* info : detectors()) {
    for (const auto& setting : info->settings) {
      const std::vector<std::string> given = {std::string(setting.name) + "=?!"};
      try {
        info->fit(Matrix(), SettingValues(info->name, info->settings, given), {});
        ADD_FAILURE() << info->name << " was fitted on nothing";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::usage) << info->name << " " << setting.name << ": " << error.what();
      }
    }
  }
}

TEST(Recipe, AnyDamageIsAnErrorOrAnotherRecipe) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    std::string text = kRecipe;
    for (int i = 0; i < 3; ++i) text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    const std::string error = error_of(text);
    if (error.empty()) continue;
    EXPECT_TRUE(error.starts_with("r.toml:")) << "seed " << seed << ": " << error;
  }
}

}  // namespace
}  // namespace netstray
