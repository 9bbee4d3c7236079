#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/evaluate/ceiling.h"
#include "netstray/evaluate/evaluation.h"
#include "netstray/evaluate/trivial_models.h"
#include "netstray/model/train.h"

namespace netstray {
namespace {

/// One row of a made-up table.
struct Row {
  double x = 0, y = 0;
  std::int64_t count = 0;
  std::string service;
  bool attack = false;
};

Table table_of(const std::vector<Row>& rows) {
  Table table(Schema({{"x", ColumnType::number},
                      {"y", ColumnType::number},
                      {"count", ColumnType::integer},
                      {"service", ColumnType::category},
                      {"label", ColumnType::category}}));
  for (const auto& row : rows) {
    table.column(0).append_number(row.x);
    table.column(1).append_number(row.y);
    table.column(2).append_number(static_cast<double>(row.count));
    table.column(3).append_text(row.service);
    table.column(4).append_text(row.attack ? "attack" : "normal");
  }
  return table;
}

/// Normal rows in two clouds that only a model of both columns together can tell from the attacks between them: those
/// lie nearer to every median, and nearer to zero, than any normal row.
Row normal_row(Rng& rng) {
  const double cloud = rng.below(2) == 0 ? -5 : 5;
  return {cloud + rng.normal(), cloud + rng.normal(), static_cast<std::int64_t>(rng.below(10)),
          rng.below(2) == 0 ? "http" : "dns", false};
}
Row attack_row(Rng& rng) {
  return {rng.normal() / 3, rng.normal() / 3, static_cast<std::int64_t>(rng.below(10)),
          rng.below(2) == 0 ? "http" : "dns", true};
}

std::vector<Row> made_rows(std::uint64_t seed, std::size_t normal, std::size_t attacks) {
  Rng rng(seed);
  std::vector<Row> rows;
  rows.reserve(normal + attacks);
  for (std::size_t i = 0; i < normal; ++i) rows.push_back(normal_row(rng));
  for (std::size_t i = 0; i < attacks; ++i) rows.push_back(attack_row(rng));
  return rows;
}

/// A model of the first rows, tested on the second ones, and what the audits say of it.
struct Study {
  std::vector<Row> training = made_rows(1, 2000, 0);
  std::vector<Row> test = made_rows(2, 900, 100);
  bool all_rows = false;
  bool labels_known = true;
  bool inverted_scores = false;
  bool fitted_on_attacks = false;
  double calibration = .2;
  std::string rule = "false-alarms:0.05";
  std::uint64_t seed = 1;

  std::vector<Audit> audits() const {
    const auto table = table_of(training);
    ColumnChoice choice;
    choice.label = "label";
    TrainSettings settings;
    settings.seed = seed;
    settings.recipe = make_recipe("iforest", {"trees=50"});
    settings.calibration_share = calibration;
    settings.rule = ThresholdRule::parse(rule);
    const auto label = labels_known ? std::optional<std::string>("label") : std::nullopt;
    const auto trained =
        train(table, choose_rows(table, label, "normal", all_rows), choose_columns(table, choice), settings);
    return audits_of(trained.model);
  }

  std::vector<Audit> audits_of(const Model& model) const {
    const auto table = table_of(test);
    Truth truth{.labels = {}, .families = {}, .label_column = "label", .normal_value = "normal"};
    for (const auto& row : test) truth.labels.push_back(row.attack ? 1 : 0);
    EncodeCounts counts;
    auto verdicts = model.judge(table, Explain::none, &counts);
    if (inverted_scores)
      for (auto& score : verdicts.scores) score = -score;
    EvaluationInput input{.truth = &truth, .scores = verdicts.scores, .verdicts = verdicts.verdicts, .cut = model.cut};
    if (model.rule.kind == ThresholdRule::Kind::false_alarms) input.asked_false_alarms = model.rule.value;
    input.calibration_rows = model.calibration.size();
    input.resamples = 50;
    const auto evaluation = evaluate(input);
    return audit({&truth, &evaluation, &table, &model, &counts, 1, "", fitted_on_attacks});
  }
};

const Audit& named(const std::vector<Audit>& audits, std::string_view id) {
  const auto found = std::ranges::find(audits, id, &Audit::id);
  if (found == audits.end()) throw std::runtime_error("no audit " + std::string(id));
  return *found;
}

void expect_audit(const Study& study, std::string_view id, Audit::Severity severity, std::string_view part) {
  const auto audits = study.audits();
  const auto& found = named(audits, id);
  EXPECT_EQ(name_of(found.severity), name_of(severity)) << found.text;
  EXPECT_NE(found.text.find(part), std::string::npos) << found.text;
}

using enum Audit::Severity;

TEST(Audits, StayAtNotesOnACleanStudy) {
  int shifted = 0;
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    Study study;
    study.training = made_rows(1000 + seed, 1000, 0);
    study.test = made_rows(2000 + seed, 450, 50);
    study.seed = seed;
    const auto audits = study.audits();
    EXPECT_EQ(audits.size(), 11U);
    for (const auto& found : audits) {
      EXPECT_FALSE(found.text.empty());
      if (found.id == "calibration-shift")
        shifted += found.severity == note ? 0 : 1;  // one in twenty, by its own promise
      else
        EXPECT_EQ(found.severity, note) << "seed " << seed << ": " << found.id << ": " << found.text;
    }
  }
  EXPECT_LE(shifted, 4);
}

TEST(Audits, CountRowsThatAreEqualInTheTest) {
  Study study;
  for (int i = 0; i < 1000; ++i) study.test.push_back(study.test.back());
  expect_audit(study, "duplicates-within", warning, "1,001 rows (50 %) equal another row of this test");
  study.test.resize(1010);
  expect_audit(study, "duplicates-within", note, "11 rows");
}

TEST(Audits, CountTestRowsThatWereInTraining) {
  Study study;
  study.calibration = 0;
  for (std::size_t i = 0; i < 250; ++i) study.test.push_back(study.training[i]);
  expect_audit(study, "duplicates-across", warning, "250 rows of the test (20 %)");
}

TEST(Audits, NoticeThatTheTestIsTheTrainingData) {
  Study study;
  study.all_rows = true;
  study.test = study.training = made_rows(3, 900, 100);
  expect_audit(study, "duplicates-across", error, "the training data itself");
}

TEST(Audits, ExplainAModelThatLearnedAttacksAsUsual) {
  Study study;
  study.all_rows = true;
  study.test = study.training = made_rows(4, 200, 800);
  expect_audit(study, "base-rate", error, "rare is not bad here");
  expect_audit(study, "base-rate", error, "80 % of these rows are attacks");
  study.labels_known = false;
  expect_audit(study, "base-rate", error, "attacks probably among them");
}

TEST(Audits, WarnOfAttacksInTrainingThatAreNotMost) {
  Study study;
  study.all_rows = true;
  study.training = made_rows(5, 800, 200);
  expect_audit(study, "base-rate", warning, "of the rows that the model learned from are attacks too");
}

TEST(Audits, WarnWhereAttacksAreMostOfTheTestOrAClassIsAbsent) {
  Study study;
  study.test = made_rows(6, 200, 800);
  expect_audit(study, "base-rate", warning, "calling every row an attack gives accuracy 0.8");
  study.test = made_rows(6, 200, 0);
  expect_audit(study, "base-rate", warning, "All 200 rows are normal");
}

TEST(Audits, NoticeInvertedScores) {
  Study study;
  study.inverted_scores = true;
  expect_audit(study, "polarity", error, "inverted");
}

TEST(Audits, AskWhetherASmallNormalClassIsTheRightOne) {
  Study study;
  study.test = made_rows(7, 10, 990);
  expect_audit(study, "polarity", warning, "is that the right label?");
}

TEST(Audits, CallScoresThatTellNothingChance) {
  Study study;
  study.test = made_rows(8, 40, 0);
  for (std::size_t i = 0; i < study.test.size(); i += 2) study.test[i].attack = true;
  const auto audits = study.audits();
  EXPECT_NE(named(audits, "polarity").severity, error) << named(audits, "polarity").text;
}

TEST(Audits, FindTheCeilingOfTheColumns) {
  Study study;
  for (int i = 0; i < 100; ++i) {
    study.test.push_back({5, 5, 1, "http", i < 30});  // 30 attacks that equal 70 normal rows
  }
  const auto audits = study.audits();
  const auto& found = named(audits, "ceiling");
  EXPECT_EQ(found.severity, warning) << found.text;
  EXPECT_DOUBLE_EQ(found.value, 1 - 30.0 / 1100);
}

TEST(Audits, CallAnAccuracyOverTheCeilingALeak) {
  const auto rows = std::vector<Row>{{1, 1, 1, "http", false}, {1, 1, 1, "http", true}, {2, 2, 2, "dns", true}};
  const auto table = table_of(rows);
  const Truth truth{.labels = {0, 1, 1}, .families = {}, .label_column = "label", .normal_value = "normal"};
  const std::vector<double> scores{0, 1, 1};
  const auto evaluation = evaluate({.truth = &truth, .scores = scores, .verdicts = truth.labels, .resamples = 0});
  const auto audits = audit({.truth = &truth, .evaluation = &evaluation, .table = &table});
  EXPECT_EQ(named(audits, "ceiling").severity, error);
  EXPECT_NEAR(named(audits, "ceiling").value, 2.0 / 3, 1e-12);
  EXPECT_EQ(named(audits, "duplicates-within").severity, warning);
  EXPECT_TRUE(std::ranges::none_of(audits, [](const Audit& found) { return found.id == "duplicates-across"; }));
}

TEST(Audits, NoticeThatATrivialModelDoesAsWell) {
  Study study;
  for (auto& row : study.test)
    if (row.attack) row.x = 1000 + row.y;
  expect_audit(study, "trivial-models", warning, "does as well");
}

TEST(Audits, NameConstantColumns) {
  Study study;
  for (auto& row : study.training) row.count = 7;
  expect_audit(study, "constant-features", warning,
               "1 of 4 learned columns hold a single value in all training rows (count)");
}

TEST(Audits, NameNearlyConstantColumns) {
  Study study;
  study.calibration = 0;
  for (auto& row : study.training) row.count = 7;
  study.training.front().count = 8;
  expect_audit(study, "constant-features", note, "at least 99.9 % of them (count)");
  study.training = made_rows(1, 2000, 0);
  for (auto& row : study.training) row.service = "dns";
  study.training.back().service = "http";
  expect_audit(study, "constant-features", note, "at least 99.9 % of them (service)");
}

TEST(Audits, CountCategoriesThatTrainingNeverSaw) {
  Study study;
  for (auto& row : study.test)
    if (row.attack) row.service = "irc";
  expect_audit(study, "unseen-categories", note, "service (100 rows)");
  for (std::size_t i = 0; i < 90; ++i) study.test[i].service = "irc";
  expect_audit(study, "unseen-categories", warning, "10 % of the normal rows");
}

TEST(Audits, CountNumbersOutsideTheRangeOfTraining) {
  Study study;
  for (auto& row : study.test)
    if (row.attack) row.count = -3;
  expect_audit(study, "out-of-range", note, "count (100 rows)");
  for (std::size_t i = 0; i < 45; ++i) study.test[i].count = 1000;
  expect_audit(study, "out-of-range", warning, "5 % of the normal rows");
}

TEST(Audits, TurnRoundWhereAttacksAreTheUsualRows) {
  Study study;
  for (std::size_t i = 0; i < 45; ++i) study.test[i].count = 1000;
  const auto straight = study.audits();
  for (auto& row : study.test) row.attack = !row.attack;
  study.fitted_on_attacks = study.inverted_scores = true;
  const auto turned = study.audits();
  EXPECT_EQ(named(turned, "trivial-models").value, named(straight, "trivial-models").value);
  expect_audit(study, "out-of-range", warning, "5 % of the attacks are among them in count: attacks here are not");
}

TEST(Audits, NoticeThatNormalTrafficHasShifted) {
  Study study;
  for (auto& row : study.test)
    if (!row.attack) row.x += row.x > 0 ? 2.5 : -2.5;
  expect_audit(study, "calibration-shift", warning, "the promise does not hold");
}

TEST(Audits, NoticeAShiftThatDoesNotReachTheCut) {
  Study study;
  study.rule = "false-alarms:0.01";
  for (auto& row : study.test)
    if (!row.attack) row.x = row.y = row.x > 0 ? 5 : -5;
  expect_audit(study, "calibration-shift", warning, "normal traffic");
}

TEST(Audits, DoNotBlameTrafficWhereCalibrationRowsHoldAttacks) {
  Study study;
  study.all_rows = true;
  study.training = made_rows(9, 800, 1200);
  expect_audit(study, "calibration-shift", warning, "attacks are among the calibration rows");
}

TEST(Audits, NeverRoundALimitAway) {
  Study study;
  for (int i = 0; i < 10'000; ++i) study.test.push_back({5, 5, 1, "http", i == 0});
  const auto audits = study.audits();
  EXPECT_NE(named(audits, "ceiling").text.find("99.99 %"), std::string::npos) << named(audits, "ceiling").text;
}

TEST(Audits, PromiseNothingWithoutCalibrationRows) {
  Study study;
  study.calibration = 0;
  study.rule = "contamination:0.05";
  expect_audit(study, "calibration-shift", note, "kept no calibration rows");
  expect_audit(study, "threshold-on-training", warning, "the very rows that the model was fitted on");
}

TEST(Audits, AreOnlyThoseThatHaveWhatTheyNeed) {
  const Truth truth{.labels = {0, 1}, .families = {}, .label_column = "", .normal_value = ""};
  const std::vector<double> scores{0, 1};
  const auto evaluation = evaluate({.truth = &truth, .scores = scores, .resamples = 0});
  const auto audits = audit({.truth = &truth, .evaluation = &evaluation});
  ASSERT_EQ(audits.size(), 2U);
  EXPECT_EQ(audits[0].id, "base-rate");
  EXPECT_EQ(audits[1].id, "polarity");
  EXPECT_TRUE(audit({}).empty());
}

TEST(FindCeiling, AgreesWithCountingPairs) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<std::uint64_t> rows(rng.below(60));
    std::vector<std::uint8_t> labels(rows.size());
    for (auto& row : rows) row = rng.below(12);
    for (auto& label : labels) label = static_cast<std::uint8_t>(rng.below(2));
    std::uint64_t repeated = 0;
    std::uint64_t conflicting = 0;
    double wrong = 0;  // each row of a group of a and b labels adds min(a, b) / (a + b)
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::array<double, 2> with_label{};
      for (std::size_t j = 0; j < rows.size(); ++j)
        if (rows[j] == rows[i]) ++with_label[labels[j]];
      const double equals = with_label[0] + with_label[1];
      repeated += equals > 1 ? 1U : 0U;
      conflicting += with_label[0] > 0 && with_label[1] > 0 ? 1U : 0U;
      wrong += std::min(with_label[0], with_label[1]) / equals;
    }
    const auto found = find_ceiling(rows, labels);
    EXPECT_EQ(found.repeated, repeated) << "seed " << seed;
    EXPECT_EQ(found.conflicting, conflicting) << "seed " << seed;
    EXPECT_NEAR(static_cast<double>(found.unavoidable), wrong, 1e-9) << "seed " << seed;
  }
}

TEST(TrivialModels, ScoreByHand) {
  Matrix matrix(2);
  matrix.add_numbers({3, 0});
  matrix.add_numbers({4, 1});
  matrix.add_group(2, {0, 1});
  EXPECT_EQ(row_norms(matrix), (std::vector<double>{25, 1}));
  const std::vector<std::uint64_t> rows{5, 6, 7};
  const std::vector<std::uint64_t> training{2, 6, 9};
  EXPECT_EQ(lookup_scores(rows, training), (std::vector<double>{1, 0, 1}));
  Column number(ColumnType::number);
  number.append_number(2);
  number.append_number(9.5);
  number.append_missing();
  Encoder::Column learned;
  learned.field = {"x", ColumnType::number};
  learned.median = 4;
  EXPECT_EQ(column_scores(number, learned, 10), (std::vector<double>{2, 5.5, 0}));
  Column category(ColumnType::category);
  for (const auto* level : {"http", "irc"}) category.append_text(level);
  category.append_missing();
  Encoder::Column services;
  services.field = {"service", ColumnType::category};
  services.levels = {"http", ""};
  services.level_rows = {6, 2};
  EXPECT_EQ(column_scores(category, services, 8), (std::vector<double>{.25, 1, .75}));
}

}  // namespace
}  // namespace netstray
