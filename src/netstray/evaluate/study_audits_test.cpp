#include "netstray/evaluate/study_audits.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace netstray {
namespace {

using enum Audit::Severity;

/// An honest detector: fitted on 1,000 normal rows, cut on calibration rows, tested on others.
DetectorFacts honest(std::string name = "forest") {
  DetectorFacts facts;
  facts.name = std::move(name);
  facts.kind = "iforest";
  facts.settings = "trees=100";
  facts.study = facts.table = "flows";
  facts.fitted_rows = 1000;
  facts.test_rows = 500;
  facts.test_attacks = 100;
  facts.test_rows_copied = 0;
  facts.test_rows_like_fitted = 3;
  facts.scaling = "standardise";
  facts.rule = "false-alarms:0.01";
  facts.cut_from = RowsUsed::calibration;
  facts.auc = .95;
  facts.accuracy = .97;
  return facts;
}

StudyFacts study_of(DetectorFacts facts) {
  StudyFacts study;
  study.detectors.push_back(std::move(facts));
  return study;
}

/// The only audit of this name.
Audit only(const StudyFacts& study, std::string_view id) {
  std::vector<Audit> found;
  for (auto& audit : audit_study(study))
    if (audit.id == id) found.push_back(std::move(audit));
  EXPECT_EQ(found.size(), 1U) << id;
  return found.empty() ? Audit{} : found.front();
}

void expect(const StudyFacts& study, std::string_view id, Audit::Severity severity, std::string_view part) {
  const auto found = only(study, id);
  EXPECT_EQ(name_of(found.severity), name_of(severity)) << found.text;
  EXPECT_NE(found.text.find(part), std::string::npos) << found.text;
}

TEST(StudyAudits, StayAtNotesOnAnHonestStudy) {
  auto study = study_of(honest());
  study.detectors.push_back(honest("second"));
  study.detectors.back().settings = "trees=200";
  study.joins = {{"names on asn", 100, 100, 0, 0}};
  study.lags = {{{"port"}, 4, "user", 100, 0}};
  study.numbered = {{"user", 20, false}};
  const auto audits = audit_study(study);
  EXPECT_GE(audits.size(), 11U);
  for (const auto& audit : audits) EXPECT_EQ(audit.severity, note) << audit.id << ": " << audit.text;
  EXPECT_TRUE(leaks(study.detectors.front()).empty());
}

TEST(StudyAudits, CallEveryUseOfTestRowsAnErrorAndALeak) {
  for (const auto rows : {RowsUsed::test, RowsUsed::test_normals, RowsUsed::all}) {
    for (const auto& [id, part] : {std::pair{"threshold-on-test", &DetectorFacts::cut_from},
                                   std::pair{"encoder-on-test", &DetectorFacts::encoder_from},
                                   std::pair{"chosen-on-test", &DetectorFacts::columns_from},
                                   std::pair{"chosen-on-test", &DetectorFacts::stopped_on},
                                   std::pair{"chosen-on-test", &DetectorFacts::tuned_on}}) {
      auto facts = honest();
      facts.*part = rows;
      EXPECT_EQ(only(study_of(facts), id).severity, error) << id << " from " << name_of(rows);
      EXPECT_EQ(leaks(facts).size(), 1U) << id << " from " << name_of(rows);
    }
  }
  auto facts = honest();
  facts.ranked_columns = {"bytes", "prev_1_bytes"};
  EXPECT_EQ(only(study_of(facts), "encoder-on-test").severity, error);
  EXPECT_EQ(leaks(facts), std::vector<std::string>{"bytes, prev_1_bytes hold ranks among all rows, those of the test "
                                                   "among them"});
  facts = honest();
  facts.cut_from = RowsUsed::test_normals;
  EXPECT_EQ(leaks(facts).front(), "the cut was taken from the test's normal rows");
}

TEST(StudyAudits, TakeChoicesOnValidationRowsForHonest) {
  auto facts = honest();
  facts.stopped_on = facts.tuned_on = RowsUsed::validation;
  expect(study_of(facts), "chosen-on-test", note, "the settings on the validation rows");
  EXPECT_TRUE(leaks(facts).empty());
}

TEST(StudyAudits, CallTrainingRowsInTheTestAnError) {
  auto facts = honest();
  facts.test_rows_fitted = 1;
  facts.test_rows_copied.reset();
  expect(study_of(facts), "trained-on-test", error, "1 row of the test (0.2 %)");
  facts.test_rows_fitted = 500;
  facts.cut_from = RowsUsed::train;
  expect(study_of(facts), "threshold-on-test", error, "the training rows, which are in the test");
  expect(study_of(facts), "encoder-on-test", error, "the training rows, which are in the test");
  EXPECT_EQ(leaks(facts).size(), 3U);
  facts = honest();
  facts.test_rows_copied = 7;
  expect(study_of(facts), "trained-on-test", error, "copies of rows that the model was fitted on");
  EXPECT_EQ(leaks(facts).front(), "it was fitted on copies of 7 of the 500 test rows");
}

TEST(StudyAudits, CallRowsThatOnlyLookLikeTrainingRowsAWarningAtMost) {
  auto facts = honest();
  facts.test_rows_like_fitted = facts.test_rows;
  expect(study_of(facts), "duplicates-across", warning, "500 rows of the test (100 %)");
  EXPECT_TRUE(leaks(facts).empty());
}

TEST(StudyAudits, TellACutFromTrainingRowsFromAnHonestOne) {
  auto facts = honest();
  facts.cut_from = RowsUsed::train;
  expect(study_of(facts), "threshold-on-training", warning, "the very rows that the model was fitted on");
  expect(study_of(facts), "threshold-on-test", note, "none of which are in the test");
}

// What each reference notebook does, as facts. Recipes of them must come to the same.

TEST(StudyAudits, FindThatAttacksWereTakenForTheUsual) {  // notebook 000
  auto facts = honest("gmm");
  facts.kind = "gmm";
  facts.train_on = TrainOn::attacks;
  facts.fitted_rows = facts.fitted_attacks = 6960;
  facts.test_rows = 1827;
  facts.test_attacks = 1740;
  facts.cut_from = RowsUsed::train;
  facts.auc = 1;
  facts.scaling = "none";
  facts.audits = {{"constant-features", warning, 28, "28 of 48 learned columns hold a single value"},
                  {"polarity", error, 0, "of the model, which knows nothing of the study"}};
  auto study = study_of(facts);
  expect(study, "polarity", warning, "calls what is usual to it an attack");
  expect(study, "base-rate", warning, "95.2 % of these rows are attacks");
  expect(study, "constant-features", warning, "28 of 48");
  auto& known = study.detectors.front();
  known.learned_columns = 48;
  known.constant_columns.assign(28, "zero");
  known.constant_in_training = {"resets"};
  expect(study, "constant-features", warning, "28 of 48 learned columns hold a single value in all rows of the study");
  expect(study, "constant-features", warning, "1 more of 48 hold one in all rows that were fitted on");
  EXPECT_EQ(only(study, "constant-features").value, 28);
  study.detectors.push_back(facts);
  study.detectors.back().name = study.detectors.back().kind = "ocsvm";
  expect(study, "scaling", warning, "not scaled");
  EXPECT_EQ(only(study, "scaling").of, std::vector<std::string>{"ocsvm"});
}

TEST(StudyAudits, FindWhatTheUserStudyDoesToItsRows) {  // notebook 001
  StudyFacts study;
  study.joins = {{"ip2asn on asn", 1000, 1200, 150, 30}};
  study.numbered = {{"user", 400}};
  study.lags = {{{"dst_port", "country"}, 4, "user", 900, 0}};
  study.samplings = {{"normal rows, down to the attacks", true, 1170, 30}};
  auto full = honest("full");
  full.kind = "logistic";
  full.supervised = true;
  full.scaling = "min-max";
  full.study = "full";
  full.table = "events";
  full.test_rows_copied = 9;
  auto windowed = full;
  windowed.name = windowed.study = "windowed";
  auto down = full;
  down.name = down.study = "down-sampled";
  down.scaling = "none";
  down.test_rows = 9;
  auto autoencoder = honest("autoencoder");
  autoencoder.kind = "autoencoder";
  autoencoder.scaling = "min-max";
  autoencoder.rule = "mad:3.5";
  autoencoder.cut_from = RowsUsed::test;
  study.detectors = {full, down, windowed, autoencoder};
  expect(study, "joined-rows", warning, "150 rows (15 %) met more than one");
  expect(study, "joined-rows", warning, "30 rows (3 %) met none");
  expect(study, "identity-as-number", warning, "user numbers 400 values");
  expect(study, "sampled-before-split", warning, "drawn with replacement");
  expect(study, "lags-across-entities", note, "of the same user always");
  expect(study, "scaling", warning, "min-max (full, windowed, autoencoder); none (down-sampled)");
  study.lags.front().rows_across_entities = 90;
  expect(study, "lags-across-entities", warning, "another user in 90 rows (10 %)");
  const auto audits = audit_study(study);
  const auto again = std::ranges::find_if(
      audits, [](const Audit& audit) { return audit.id == "named-for-another-table" && audit.severity == warning; });
  ASSERT_NE(again, audits.end());
  EXPECT_EQ(again->of, std::vector<std::string>{"windowed"});
  EXPECT_NE(again->text.find("those of full"), std::string::npos) << again->text;
  EXPECT_EQ(leaks(autoencoder).front(), "the cut was taken from the test rows");
}

TEST(StudyAudits, FindAStudyThatIsNamedForAnotherTable) {  // notebook 001
  auto facts = honest();
  facts.named_for = "windows";
  expect(study_of(facts), "named-for-another-table", warning, "about the table windows, but its rows came from flows");
  facts.named_for = "flows";
  expect(study_of(facts), "named-for-another-table", note, "named for");
}

TEST(StudyAudits, FindTrainingOnAttacksAndAnOutputThatCannotReachItsTarget) {  // notebook 002
  auto facts = honest("autoencoder");
  facts.kind = "autoencoder";
  facts.train_on = TrainOn::all;
  facts.fitted_rows = facts.test_rows = facts.test_rows_fitted = 1000;
  facts.fitted_attacks = facts.test_attacks = 803;
  facts.cut_from = RowsUsed::train;
  facts.encoder_from = RowsUsed::all;
  facts.output_activation = "relu";
  facts.unreachable_share = .7;
  facts.unreachable_loss = .4;
  facts.auc = .4;
  facts.accuracy = .2;
  const auto study = study_of(facts);
  expect(study, "base-rate", error, "rare is not bad here");
  expect(study, "output-activation", warning, "70 % of the values that it has to rebuild lie below 0");
  expect(study, "output-activation", warning, "mean squared error below 0.4");
  expect(study, "trained-on-test", error, "1,000 rows of the test (100 %)");
  expect(study, "polarity", error, "inverted");
}

TEST(StudyAudits, FindACutFromTheNormalRowsOfTheTest) {  // notebook 003
  auto facts = honest("autoencoder");
  facts.rule = "quantile:0.95";
  facts.cut_from = RowsUsed::test_normals;
  auto study = study_of(facts);
  study.detectors.push_back(honest("clean"));
  const auto audits = audit_study(study);
  for (const auto& audit : audits) {
    if (audit.severity != error) continue;
    EXPECT_EQ(audit.id, "threshold-on-test");
    EXPECT_EQ(audit.of, std::vector<std::string>{"autoencoder"});
  }
  EXPECT_EQ(std::ranges::count(audits, error, &Audit::severity), 1);
}

TEST(StudyAudits, SayOnceWhatSeveralDetectorsShare) {
  auto study = study_of(honest("a"));
  study.detectors.push_back(honest("b"));
  study.detectors.front().audits = {{"ceiling", warning, .98, "low"}, {"trivial-models", note, .7, "one"}};
  study.detectors.back().audits = {{"ceiling", warning, .98, "low"}, {"trivial-models", note, .7, "two"}};
  EXPECT_EQ(only(study, "ceiling").of, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::ranges::count(audit_study(study), "trivial-models", &Audit::id), 2);
}

TEST(StudyAudits, CountModelsThatDoNotHeedUnitsOutOfTheComparison) {
  auto study = study_of(honest());
  study.detectors.push_back(honest("gmm"));
  study.detectors.back().kind = "gmm";
  study.detectors.back().scaling = "none";
  for (const auto& audit : audit_study(study)) EXPECT_NE(audit.id, "scaling") << audit.text;
  EXPECT_TRUE(scale_matters("ocsvm"));
  EXPECT_FALSE(scale_matters("iforest"));
}

TEST(ReachOf, CountsWhatAnActivationCannotGive) {
  Matrix encoded(4);
  encoded.add_numbers({-2, -.5, .5, 3});
  encoded.add_group(3, {0, 1, 2, 0});
  EXPECT_EQ(reach_of("linear", encoded).share, 0);
  EXPECT_DOUBLE_EQ(reach_of("relu", encoded).share, 2.0 / 16);
  EXPECT_DOUBLE_EQ(reach_of("relu", encoded).loss, 4.25 / 16);
  EXPECT_DOUBLE_EQ(reach_of("sigmoid", encoded).share, 3.0 / 16);
  EXPECT_DOUBLE_EQ(reach_of("tanh", encoded).loss, 5.0 / 16);
  EXPECT_DOUBLE_EQ(reach_of("elu", encoded).loss, 1.0 / 16);
  EXPECT_EQ(reach_of("relu", Matrix()).loss, 0);
}

}  // namespace
}  // namespace netstray
