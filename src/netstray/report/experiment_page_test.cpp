#include "netstray/report/experiment_page.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/base/parallel.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/experiment_text.h"
#include "netstray/report/markup_check.h"
#include "netstray/report/sample_experiment.h"

namespace netstray {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const DataTable* table_named(const std::vector<DataTable>& tables, const std::string& name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

const ExperimentResult& sample() {
  static const ExperimentResult result = sample_experiment();
  return result;
}

const ExperimentReport& report() {
  static const ExperimentReport made = experiment_report(sample());
  return made;
}

void expect_sound_page(const std::string& html) {
  EXPECT_EQ(markup_fault(html), "");
  for (const char* load : {"src=", "href=\"http", "href='", "url(", "@import", "<script", " style=\""}) {
    EXPECT_FALSE(has(html, load)) << load;
  }
  for (const char* nothing : {">nan", " nan", "NaN", ">inf", " inf<", "-nan"})
    EXPECT_FALSE(has(html, nothing)) << nothing;
}

TEST(ExperimentPage, IsWellFormedAndFetchesNothing) { expect_sound_page(report().page); }

TEST(ExperimentPage, HoldsWhatAReaderLooksFor) {
  for (const auto* part :
       {"Anomalies in network traffic", "The answer", "7 models were tried in 2 studies", "What was claimed",
        "Study normal-only: Normal rows only", "Study mixed: All rows, as they come", "Mutual information",
        "Missed most: r2l", "What stays hidden most is r2l", "False alarms a day",
        "the data has about 13,000 normal rows a day", "It learned what &quot;attack&quot; rows look like",
        "made up by user-log, seed 1", "user 7", "netstray experiment recipes/sample.toml --data data", "trees 100",
        "The log is not there"}) {
    EXPECT_TRUE(has(report().page, part)) << part;
  }
}

TEST(ExperimentPage, AnswersBeforeItShows) {
  const std::string& page = report().page;
  const auto answer = page.find("id=\"s1\"");
  const auto compared = page.find("<h2>The models compared");
  const auto claims = page.find("<h2>What was claimed");
  const auto audits = page.find("<h2>Audits");
  const auto study = page.find("<h2>Study normal-only: Normal rows only");
  const auto data = page.find("<h2>The data");
  EXPECT_LT(answer, compared);
  EXPECT_LT(compared, claims);
  EXPECT_LT(claims, audits);
  EXPECT_LT(audits, study);
  EXPECT_LT(study, data);
  EXPECT_LT(page.find("encoding-on-test"), page.find("base-rate (normal-only)")) << "errors stand before warnings";
}

TEST(ExperimentPage, IsTheSameForAnyNumberOfThreads) {
  const unsigned before = threads();
  set_threads(1);
  const std::string one = experiment_page(sample());
  set_threads(3);
  EXPECT_EQ(one, experiment_page(sample()));
  set_threads(before);
  EXPECT_EQ(one, report().page);
}

TEST(ExperimentTables, HaveEveryDetectorAndMarkThoseThatLooked) {
  for (const auto* name : {"comparison", "cuts", "classes-", "seeds-", "importance-", "settings-"}) {
    std::set<std::string> seen;
    for (const auto& table : report().tables) {
      if (!table.name.starts_with(name)) continue;
      for (const auto& row : table.rows) seen.insert(row.at(0));
    }
    for (const auto& detector : sample().detectors) {
      const bool leaky = !detector.leaks.empty();
      EXPECT_TRUE(seen.contains(detector.title + (leaky ? " LEAKY" : ""))) << name << ' ' << detector.name;
      EXPECT_FALSE(seen.contains(detector.title + (leaky ? "" : " LEAKY"))) << name << ' ' << detector.name;
    }
  }
}

TEST(ExperimentTables, AreWholeAndNamedOnce) {
  std::set<std::string> names;
  for (const auto& table : report().tables) {
    EXPECT_TRUE(names.insert(table.name).second) << table.name;
    EXPECT_FALSE(table.rows.empty()) << table.name;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
  }
  for (const auto* name : {"comparison", "claims", "cuts", "audits", "sources", "balance-normal-only",
                           "families-normal-only", "pairs-normal-only", "selection-normal-only", "usual-normal-only",
                           "columns-flows", "head-flows", "labels-flows"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(ExperimentTables, CountFamiliesAsTheyWereCalled) {
  const DataTable* families = table_named(report().tables, "families-normal-only");
  ASSERT_NE(families, nullptr);
  ASSERT_EQ(families->rows.size(), 4U);
  EXPECT_EQ(families->columns.size(), 2U + 5U);
  const StudyResult& study = sample().studies[0];
  const DetectorResult& forest = sample().detectors[0];
  std::uint64_t rows = 0;
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < study.labels.size(); ++i) {
    if (study.families[i] != "dos") continue;
    ++rows;
    found += forest.verdicts[i];
  }
  EXPECT_EQ(families->rows[0][0], "dos");
  EXPECT_EQ(families->rows[0][1], std::to_string(rows));
  EXPECT_EQ(families->rows[0][2].substr(0, 3),
            std::to_string(static_cast<double>(found) / static_cast<double>(rows) * 100).substr(0, 3));
}

TEST(ExperimentPictures, AreAllThereAndNamedOnce) {
  std::set<std::string> names;
  for (const auto& picture : report().pictures) {
    EXPECT_TRUE(names.insert(picture.name).second) << picture.name;
    EXPECT_EQ(markup_fault(picture.svg), "") << picture.name;
    EXPECT_FALSE(picture.csv.empty()) << picture.name;
    EXPECT_FALSE(picture.caption.empty()) << picture.name;
  }
  for (const auto* name : {"comparison-auc",
                           "comparison-accuracy",
                           "balance-normal-only",
                           "selection-normal-only",
                           "usual-normal-only",
                           "elbow-normal-only",
                           "roc-normal-only",
                           "roc-zoom-mixed",
                           "precision-recall-mixed",
                           "classes-normal-only",
                           "actual-predicted-normal-only",
                           "families-mixed",
                           "points-normal-only-inputs",
                           "points-normal-only-latent-space-of-autoencoder",
                           "confusion-gmm-attacks",
                           "scores-iforest",
                           "sweep-iforest",
                           "loss-autoencoder",
                           "violin-autoencoder",
                           "learning-loss-autoencoder",
                           "learning-r2-autoencoder-leaky",
                           "importance-gmm",
                           "map-user-1",
                           "map-user-7"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_FALSE(names.contains("loss-iforest"));
}

TEST(ExperimentPictures, AreMarkedWhereTheirDetectorLooked) {
  for (const auto& picture : report().pictures) {
    const bool own = picture.name.ends_with("-leaky");
    const bool together = picture.name.ends_with("-normal-only") &&
                          (picture.name.starts_with("roc") || picture.name.starts_with("precision-recall") ||
                           picture.name.starts_with("classes") || picture.name.starts_with("actual-predicted") ||
                           picture.name.starts_with("families"));
    const bool all = picture.name.starts_with("comparison-");
    EXPECT_EQ(has(picture.svg, "LEAKY"), own || together || all) << picture.name;
  }
}

TEST(ExperimentPage, SaysTheReasonOfEveryLeak) {
  for (const auto& detector : sample().detectors) {
    for (const auto& leak : detector.leaks) EXPECT_TRUE(has(report().page, "LEAKY</b> " + leak)) << leak;
  }
}

TEST(ExperimentPage, SpeaksOfLeaksOnlyWhereThereAreAny) {
  ExperimentResult result = sample_experiment({200, 300, 0, 1, true, true});
  EXPECT_TRUE(has(experiment_page(result), "Of those that looked at no test rows, "));
  for (auto& detector : result.detectors) detector.leaks = {"the cut was taken from the test rows"};
  std::string page = experiment_page(result);
  EXPECT_TRUE(has(page, "At face value, "));
  EXPECT_TRUE(has(page, "Every model looked at test rows"));
  EXPECT_FALSE(has(page, "looked at no test rows"));
  for (auto& detector : result.detectors) detector.leaks.clear();
  page = experiment_page(result);
  EXPECT_FALSE(has(page, "LEAKY</b>"));
  EXPECT_FALSE(has(page, "looked at no test rows"));
}

TEST(ExperimentPage, TellsTogetherWhatAnAuditFoundOfManyModels) {
  ExperimentResult result = sample_experiment({200, 300, 0, 1, true, true});
  const auto alike = [&](std::size_t models) {
    result.audits.clear();
    for (std::size_t i = 0; i < models; ++i) {
      result.audits.push_back({"",
                               fmt::format("model-{}", i),
                               {"calibration-shift", Audit::Severity::warning, 0, fmt::format("Shift of {}.", i)}});
    }
    return experiment_page(result);
  };
  const std::string few = alike(kMostAlike);
  EXPECT_TRUE(has(few, "calibration-shift, model-0"));
  EXPECT_FALSE(has(few, fmt::format("calibration-shift, {} times", kMostAlike)));
  const std::string many = alike(kMostAlike + 1);
  EXPECT_FALSE(has(many, "calibration-shift, model-0"));
  EXPECT_TRUE(has(many, fmt::format("calibration-shift, {} times", kMostAlike + 1)));
  for (std::size_t i = 0; i <= kMostAlike; ++i) EXPECT_TRUE(has(many, fmt::format("Shift of {}.", i))) << i;
  EXPECT_TRUE(has(experiment_text(result, {}, false), "calibration-shift, 6 times: model-0; model-1"));
}

TEST(ExperimentPage, SpeaksOfSeedsInParenthesesOnlyWhereThereAreSeveral) {
  ExperimentResult result = sample_experiment({200, 300, 0, 1, true, true});
  result.seeds = {1};
  EXPECT_FALSE(has(experiment_page(result), "In parentheses"));
  result.seeds = {1, 2};
  EXPECT_TRUE(has(experiment_page(result), "In parentheses"));
}

TEST(Audited, NamesTheModelsWhereAnAuditIsOfSomeOnly) {
  const ExperimentResult result = sample_experiment({200, 300, 0, 1, true, true});
  const auto& models = result.detectors;
  ASSERT_GT(models.size(), 2U);
  AuditResult found{"", "", {"scaling", Audit::Severity::warning, 0, "As it is."}};
  EXPECT_EQ(audited(result, found), "");
  found.audit.of = {models[0].name, models[1].name};
  EXPECT_EQ(audited(result, found), shown_name(models[0]) + "; " + shown_name(models[1]));
  for (std::size_t i = 2; i < models.size(); ++i) found.audit.of.push_back(models[i].name);
  EXPECT_EQ(audited(result, found), "");
}

TEST(ExperimentPage, SaysThatTestsOfPairsTakeRowsAsIndependent) {
  ExperimentResult result = sample_experiment({200, 300, 0, 1, true, true});
  result.audits.clear();
  EXPECT_TRUE(has(experiment_page(result), "as independent of each other."));
  result.audits.push_back({"", "", {"duplicates-within", Audit::Severity::warning, 0, "Many are equal."}});
  EXPECT_TRUE(has(experiment_page(result), "as independent of each other: here many rows equal another"));
}

TEST(ExperimentPage, CopesWithWhatIsMissing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const bool attack_is_positive : {true, false}) {
    for (const auto& [normal, attacks] : {std::pair{40, 60}, {40, 0}, {0, 60}, {0, 0}, {1, 1}}) {
      ExperimentResult result = bare_experiment(
          {static_cast<std::size_t>(normal), static_cast<std::size_t>(attacks), 0, 1, attack_is_positive, false});
      expect_sound_page(experiment_page(result));
      result.detectors[0].seeds[0].auc = nan;
      result.detectors[0].evaluation.auc = nan;
      result.detectors[0].cut = std::numeric_limits<double>::infinity();
      result.detectors[0].leaks = {"all of it"};
      result.studies[0].usual = {{"empty", nan, nan, nan, nan, nan, nan}};
      result.studies[0].points = {{}};
      expect_sound_page(experiment_page(result));
      EXPECT_FALSE(has(experiment_text(result, {}, false), "nan"));
    }
  }
  expect_sound_page(experiment_page({}));
}

TEST(ExperimentPage, DisarmsHostileNames) {
  const std::string hostile = "\"'><script>alert(1)</script>&\x1b[31m";
  ExperimentResult result = bare_experiment({30, 30, 0, 1, true, true});
  result.title = result.about = result.recipe = result.command = hostile;
  result.normal_name = result.attack_name = hostile;
  result.detectors[0].title = result.detectors[0].rule = hostile;
  result.detectors[0].leaks = {hostile};
  result.studies[0].title = hostile;
  result.studies[0].families[59] = hostile;
  result.tables = {{hostile, 1, {{hostile, hostile, 0, 1}}, {{hostile}}, {{hostile, 1}}, {hostile}}};
  result.audits = {{hostile, "", {hostile, Audit::Severity::error, 1, hostile}}};
  result.notes = {hostile};
  const std::string page = experiment_page(result);
  expect_sound_page(page);
  EXPECT_FALSE(has(page, "\x1b"));
  EXPECT_FALSE(has(experiment_text(result, {}, false), "\x1b"));
}

TEST(ExperimentPage, StaysSmall) {
  SampleExperiment large;
  large.points = 5000;
  large.normal = 4000;
  large.attacks = 8000;
  large.seeds = 1;
  EXPECT_LT(experiment_page(sample_experiment(large)).size(), 3'000'000U);
}

}  // namespace
}  // namespace netstray
