#include "netstray/report/experiment_text.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/report/sample_experiment.h"

namespace netstray {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(ExperimentText, HasALinePerDetectorWithItsMark) {
  const ExperimentResult result = sample_experiment();
  const std::string text = experiment_text(result, sample_experiment_seconds(result), false, "runs/sample");
  std::size_t marked = 0;
  for (std::size_t at = text.find("LEAKY\n"); at != std::string::npos; at = text.find("LEAKY\n", at + 1)) ++marked;
  EXPECT_EQ(marked, 2U);
  for (const auto& detector : result.detectors) EXPECT_TRUE(has(text, detector.title.substr(0, 25))) << detector.name;
  for (const auto* part : {"8.75 s", "12.5 s in runs/sample", "runs/sample/report.html", "error   threshold-on-test",
                           "warning base-rate", "accuracy", "0.91", "note: The log is not there"}) {
    EXPECT_TRUE(has(text, part)) << part;
  }
  EXPECT_FALSE(has(text, "\x1b"));
  EXPECT_TRUE(has(experiment_text(result, {}, true), "\x1b"));
}

TEST(ExperimentText, DoesNotCallALeakyModelTheBestOfTheHonest) {
  ExperimentResult result = sample_experiment();
  EXPECT_TRUE(has(experiment_text(result, {}, false), "Of those that looked at no"));
  for (auto& detector : result.detectors) detector.leaks = {"the cut was taken from the test rows"};
  EXPECT_FALSE(has(experiment_text(result, {}, false), "Of those that looked at no"));
}

TEST(ExperimentText, LeavesRoomForWhatAnAuditOfManyModelsFound) {
  ExperimentResult result = sample_experiment();
  result.detectors.resize(3);
  for (auto& detector : result.detectors) detector.title = std::string(40, 'x');
  Audit audit{"scaling", Audit::Severity::warning, 0, "What it found."};
  audit.of = {result.detectors[0].name, result.detectors[1].name};
  result.audits = {{"", "", audit}};
  EXPECT_TRUE(has(experiment_text(result, {}, false), "): What it found."));
}

TEST(ExperimentText, SaysHowManyModelsAreNoBetterThanOneAnswerForAll) {
  ExperimentResult result = sample_experiment();
  const auto all = result.detectors.size();
  const auto turn = [](Confusion& told, bool right) {
    const auto positive = told.tp + told.fn;
    const auto negative = told.tn + told.fp;
    told.tp = right ? positive : 0;
    told.fn = positive - told.tp;
    told.tn = right ? negative : 0;
    told.fp = negative - told.tn;
  };
  for (auto& detector : result.detectors) {
    for (auto& seed : detector.seeds) turn(seed.confusion, false);
  }
  EXPECT_TRUE(has(experiment_text(result, {}, false), fmt::format("None of the {} models is right more often", all)));
  for (auto& seed : result.detectors.front().seeds) turn(seed.confusion, true);
  EXPECT_TRUE(has(experiment_text(result, {}, false), fmt::format("{} of the {} models", all - 1, all)));
}

}  // namespace
}  // namespace netstray
