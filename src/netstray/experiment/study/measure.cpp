#include "netstray/experiment/study/measure.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/evaluate/evaluation.h"
#include "netstray/evaluate/importance.h"
#include "netstray/metric/delong.h"
#include "netstray/metric/mcnemar.h"
#include "netstray/report/model_summary.h"

namespace netstray {
namespace {

/// Each learned column is shuffled and all of these rows scored again: few, as some detectors compare them with each
/// training row.
constexpr std::size_t kImportanceRows = 4'000;

EvaluationInput input_of(const Truth& truth, const PositiveScores& positive) {
  EvaluationInput input;
  input.truth = &truth;
  input.scores = positive.scores;
  input.verdicts = positive.verdicts;
  input.cut = positive.cut;
  return input;
}

const Autoencoder* network_of(const Model& model) {
  if (model.ensemble().members().size() != 1) return nullptr;
  return dynamic_cast<const Autoencoder*>(model.ensemble().members().front().detector.get());
}

std::string encoding_of(const Model& model) {
  const auto encoders = model.ensemble().encoders();
  return encoders.size() == 1 ? encoders.front().encoding().text() : "several";
}

}  // namespace

TestRows test_rows_of(const StudyRows& rows, bool with_table) {
  const StudyTable& study = *rows.study;
  const bool attack_is_positive = study.experiment->label.attack_is_positive;
  TestRows test;
  test.attack_labels = labels_of(study, rows.split.test);
  test.truth.label_column = study.truth.label_column;
  test.truth.normal_value = study.truth.normal_value;
  test.truth.labels = test.attack_labels;
  if (!attack_is_positive) {
    for (auto& label : test.truth.labels) label = label == 0 ? 1 : 0;
  }
  if (attack_is_positive && !study.truth.families.empty()) {
    for (const std::uint32_t row : rows.split.test) test.truth.families.push_back(study.truth.families[row]);
  }
  if (with_table) test.table = study.table().gather(rows.split.test);
  return test;
}

PositiveScores positive_scores(const FittedDetector& fitted, std::span<const std::uint32_t> rows) {
  PositiveScores positive{scores_of(fitted, rows), std::vector<std::uint8_t>(rows.size()), fitted.model.cut};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool flagged = positive.scores[i] > fitted.model.cut;
    positive.verdicts[i] = flagged != fitted.inverted ? 1 : 0;
    if (fitted.inverted) positive.scores[i] = -positive.scores[i];
  }
  if (fitted.inverted) positive.cut = -positive.cut;
  return positive;
}

DetectorResult measure_detector(const StudyRows& rows, const TestRows& test, const DetectorSpec& spec,
                                const FittedDetector& fitted) {
  const Model& model = fitted.model;
  DetectorResult result;
  result.name = spec.name;
  result.title = spec.title.empty() ? spec.name : spec.title;
  result.study = rows.study->spec->name;
  result.kind = model.record.detector;
  result.encoding = encoding_of(model);
  result.encoding_from = spec.encoding_from_all ? "all" : "train";
  result.rule = model.rule.text();
  result.cut_from = name_of(fitted.cut_from);
  result.cut = model.cut;
  result.inverted = fitted.inverted;
  PositiveScores positive = positive_scores(fitted, rows.split.test);
  EvaluationInput input = input_of(test.truth, positive);
  input.calibration_rows = rows.split.calibration.size();
  input.seed = rows.seed;
  if (!fitted.inverted && fitted.cut_from == ThresholdSpec::From::calibration) {
    input.asked_false_alarms = model.rule.asked_share();
  }
  result.evaluation = evaluate(input);
  result.classes = class_scores(*result.evaluation.confusion);
  result.scores = std::move(positive.scores);
  result.verdicts = std::move(positive.verdicts);
  if (const Autoencoder* network = network_of(model)) result.curves = network->curves();
  result.model = summarise(model, "");
  return result;
}

SeedResult measure_seed(const StudyRows& rows, const FittedDetector& fitted) {
  const TestRows test = test_rows_of(rows, false);
  const PositiveScores positive = positive_scores(fitted, rows.split.test);
  EvaluationInput input = input_of(test.truth, positive);
  input.resamples = 0;
  const Evaluation evaluation = evaluate(input);
  return {rows.seed,
          fitted.model.cut,
          *evaluation.confusion,
          evaluation.auc,
          evaluation.average_precision,
          evaluation.recall_at_fpr_01,
          evaluation.recall_at_fpr_05};
}

std::vector<std::pair<std::string, double>> importance_of(const StudyRows& rows, const TestRows& test,
                                                          const FittedDetector& fitted) {
  std::vector<std::uint8_t> labels = test.attack_labels;
  if (flags_normal(*rows.study, fitted.model.supervised())) {
    for (auto& label : labels) label = label == 0 ? 1 : 0;
  }
  ImportanceSettings settings;
  settings.most_rows = kImportanceRows;
  settings.repeats = 1;
  settings.seed = rows.seed;
  std::vector<std::pair<std::string, double>> importance;
  for (const auto& column : column_importance(fitted.model.ensemble(), test.table, labels, settings)) {
    importance.emplace_back(column.column, column.drop);
  }
  return importance;
}

ValidationScore validate_detector(const StudyRows& rows, const DetectorSpec& spec) {
  const auto& validation = rows.split.validation;
  const auto labels = labels_of(*rows.study, validation);
  ValidationScore score;
  score.attacks = static_cast<std::uint64_t>(std::ranges::count(labels, 1));
  score.normal = labels.size() - score.attacks;
  if (score.attacks == 0 || score.normal == 0) {
    throw Error(
        fmt::format("study {}: its validation rows hold {} normal ones and {} attacks, and settings are chosen "
                    "on both: set split.validation",
                    quoted(rows.study->spec->name), grouped(score.normal), grouped(score.attacks)));
  }
  const FittedDetector fitted = fit_detector(rows, spec, rows.seed, ScoredRows::without_test);
  Truth truth;
  truth.labels = labels;
  if (!rows.study->experiment->label.attack_is_positive) {
    for (auto& label : truth.labels) label = label == 0 ? 1 : 0;
  }
  const PositiveScores positive = positive_scores(fitted, validation);
  EvaluationInput input = input_of(truth, positive);
  input.resamples = 0;
  const Evaluation evaluation = evaluate(input);
  score.auc = evaluation.auc;
  score.average_precision = evaluation.average_precision;
  score.f1 = evaluation.confusion->f1();
  score.accuracy = evaluation.confusion->accuracy();
  return score;
}

std::vector<PairResult> compare_detectors(const std::string& study, std::span<const std::uint8_t> labels,
                                          std::span<const DetectorResult* const> detectors) {
  std::vector<PairResult> pairs;
  std::vector<double> delong;
  std::vector<double> mcnemar;
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    for (std::size_t j = i + 1; j < detectors.size(); ++j) {
      const DetectorResult& first = *detectors[i];
      const DetectorResult& second = *detectors[j];
      const AucComparison areas = compare_aucs(labels, first.scores, second.scores);
      const VerdictComparison verdicts = compare_verdicts(labels, first.verdicts, second.verdicts);
      PairResult pair{study, first.name, second.name, areas.difference, areas.interval, areas.p, areas.p};
      pair.only_first_right = verdicts.only_first;
      pair.only_second_right = verdicts.only_second;
      pair.mcnemar_p = verdicts.p;
      delong.push_back(areas.p);
      mcnemar.push_back(verdicts.p);
      pairs.push_back(pair);
    }
  }
  const auto delong_holm = holm(delong);
  const auto mcnemar_holm = holm(mcnemar);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].delong_holm_p = delong_holm[i];
    pairs[i].mcnemar_holm_p = mcnemar_holm[i];
  }
  return pairs;
}

}  // namespace netstray
