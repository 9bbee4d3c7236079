#include "netstray/experiment/study/fit_detector.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/model/recipe.h"

namespace netstray {
namespace {

using From = ThresholdSpec::From;

Recipe recipe_of(const DetectorSpec& spec) {
  std::vector<std::string> settings;
  settings.reserve(spec.settings.size());
  for (const auto& [key, value] : spec.settings) settings.push_back(fmt::format("{}={}", key, value));
  return make_recipe(spec.kind.empty() ? spec.name : spec.kind, settings, spec.encoding);
}

std::vector<std::uint32_t> rows_to_score(const StudyRows& rows, ScoredRows scored) {
  const Split& split = rows.split;
  std::vector<std::uint32_t> all = split.train;
  for (const auto* part : {&split.calibration, &split.validation}) all.insert(all.end(), part->begin(), part->end());
  if (scored == ScoredRows::all_parts) all.insert(all.end(), split.test.begin(), split.test.end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::uint32_t> every_row(const Table& table) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<std::uint32_t> normals_of(const StudyTable& study, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> normals;
  std::ranges::copy_if(rows, std::back_inserter(normals),
                       [&](std::uint32_t row) { return study.truth.labels[row] == 0; });
  return normals;
}

/// The rows that a cut is taken from.
std::vector<std::uint32_t> population_of(const StudyRows& rows, From from) {
  switch (from) {
    case From::train:
      return rows.fitted;
    case From::calibration:
      return rows.split.calibration;
    case From::validation:
      return rows.split.validation;
    case From::test:
      return rows.split.test;
    case From::test_normals:
      return normals_of(*rows.study, rows.split.test);
  }
  return {};
}

std::vector<double> pick(const std::vector<double>& scores, std::span<const std::uint32_t> rows) {
  std::vector<double> picked(rows.size());
  std::ranges::transform(rows, picked.begin(), [&](std::uint32_t row) { return scores[row]; });
  return picked;
}

void check(const StudyRows& rows, const DetectorSpec& spec, const Recipe& recipe, ScoredRows scored) {
  const From from = cut_source(rows, spec);
  if (scored == ScoredRows::without_test && (from == From::test || from == From::test_normals)) {
    throw Error(
        fmt::format("its threshold comes from {}, and no setting may be chosen by the test: say threshold.from "
                    "= \"calibration\", \"validation\" or \"train\"",
                    name_of(from)));
  }
  if (!spec.threshold.rule.uses_no_scores() && population_of(rows, from).empty()) {
    throw Error(fmt::format("its threshold comes from {}, and the split leaves no such rows: set split.{}",
                            name_of(from), name_of(from)));
  }
  if (recipe.members.size() > 1 && rows.split.calibration.empty()) {
    throw Error(
        fmt::format("{} joins its members by p-values from calibration rows, and there are none: set "
                    "split.calibration",
                    recipe.name));
  }
  if (recipe.supervised()) {
    const auto labels = labels_of(*rows.study, rows.fitted);
    const auto attacks = static_cast<std::size_t>(std::ranges::count(labels, 1));
    if (attacks == 0 || attacks == labels.size()) {
      throw Error(
          fmt::format("{} learns from labels, and the training rows have one class only: set train_on = "
                      "\"all\"",
                      recipe.name));
    }
  }
}

TrainingRecord make_record(const StudyRows& rows, const DetectorSpec& spec, const Recipe& recipe, std::uint64_t seed) {
  const StudyTable& study = *rows.study;
  const auto labels = labels_of(study, rows.fitted);
  TrainingRecord record;
  record.version = version();
  record.source = join(study.made->sources.names, ", ");
  if (study.made->layout != nullptr) {
    record.layout = study.made->layout->id;
    record.feature_set = study.made->layout->feature_set;
  }
  record.detector = recipe.name;
  record.rows_used = fmt::format("study {}: train_on = {}, {}", study.spec->name, name_of(study.spec->train_on),
                                 split_words(study.spec->split));
  record.label_column = study.truth.label_column;
  record.normal_value = study.truth.normal_value;
  record.rows_read = study.table().rows();
  record.rows_left_out = study.table().rows() - rows.split.train.size() - rows.split.calibration.size();
  record.rows_train = rows.fitted.size();
  record.rows_calibration = rows.split.calibration.size();
  record.attacks_in_training = static_cast<std::uint64_t>(std::ranges::count(labels, 1));
  record.seed = seed;
  record.settings = recipe.settings_in_force();
  record.settings["calibration"] = readable(study.spec->split.calibration);
  record.notes.push_back(fmt::format("fitted by the experiment's detector {}", spec.name));
  return record;
}

std::vector<CarriedColumn> carried_of(const StudyRows& rows) {
  const StudyTable& study = *rows.study;
  std::vector<CarriedColumn> carried = study.roles.carried;
  for (const std::size_t column : study.roles.learned) {
    if (std::ranges::find(rows.columns, column) == rows.columns.end()) {
      carried.push_back({study.table().schema()[column].name, "not selected"});
    }
  }
  return carried;
}

std::vector<std::uint64_t> distinct_prints(const StudyRows& rows) {
  const auto all = fingerprints(rows.study->table(), rows.columns);
  std::vector<std::uint64_t> prints(rows.fitted.size());
  std::ranges::transform(rows.fitted, prints.begin(), [&](std::uint32_t row) { return all[row]; });
  std::ranges::sort(prints);
  prints.erase(std::unique(prints.begin(), prints.end()), prints.end());
  return prints;
}

void cut_by(const StudyRows& rows, const DetectorSpec& spec, FittedDetector& fitted) {
  Model& model = fitted.model;
  const ThresholdRule& rule = spec.threshold.rule;
  require_rule_fits(rule, model.record);
  model.rule = rule;
  model.cut_from_training = fitted.cut_from == From::train;
  const auto population = population_of(rows, fitted.cut_from);
  if (rule.kind == ThresholdRule::Kind::best_f1) {
    if (fitted.cut_from != From::validation && fitted.cut_from != From::test) {
      throw Error("the rule best-f1 needs labelled rows of both classes: say threshold.from = \"validation\"");
    }
    auto labels = labels_of(*rows.study, population);
    if (flags_normal(*rows.study, model.supervised())) {
      for (auto& label : labels) label = label == 0 ? 1 : 0;
    }
    model.cut = best_f1_cut(labels, pick(fitted.scores, population)).cut;
    return;
  }
  const ScoreSample sample(pick(fitted.scores, population));
  model.cut = rule.cut(sample, model.cut_from_training ? ScoreSample() : sample).value;
}

/// The calibration scores of each member, for several.
Ensemble::OwnScores calibration_part(const Ensemble::OwnScores& own, std::span<const std::uint32_t> scored,
                                     std::span<const std::uint32_t> calibration) {
  Ensemble::OwnScores part;
  for (const auto& scores : own) {
    auto& picked = part.emplace_back();
    for (const std::uint32_t row : calibration) {
      const auto place = std::ranges::lower_bound(scored, row) - scored.begin();
      picked.push_back(scores[static_cast<std::size_t>(place)]);
    }
  }
  return part;
}

Reach reach_of_output(const StudyRows& rows, const Ensemble& ensemble) {
  if (ensemble.members().size() != 1) return {};
  const auto* network = dynamic_cast<const Autoencoder*>(ensemble.members().front().detector.get());
  if (network == nullptr || network->settings().output == Activation::linear) return {};
  const Matrix encoded = ensemble.encoders().front().encode(rows.study->table().gather(rows.fitted));
  return reach_of(activation_name(network->settings().output), encoded);
}

FittedDetector fit(const StudyRows& rows, const DetectorSpec& spec, std::uint64_t seed, ScoredRows scored) {
  const StudyTable& study = *rows.study;
  const Recipe recipe = recipe_of(spec);
  check(rows, spec, recipe, scored);
  const auto to_score = rows_to_score(rows, scored);
  const auto labels = recipe.supervised() ? labels_of(study, rows.fitted) : std::vector<std::uint8_t>();
  const auto all = spec.encoding_from_all ? every_row(study.table()) : std::vector<std::uint32_t>();
  const bool measured = spec.threshold.rule.kind == ThresholdRule::Kind::cluster_mean;
  const auto measured_on = measured && cut_source(rows, spec) != From::train
                               ? population_of(rows, cut_source(rows, spec))
                               : std::vector<std::uint32_t>();
  Ensemble::Rows used{rows.fitted, labels, to_score};
  used.encoded_from = all;
  used.measured_on = measured_on;
  auto fit = Ensemble::fit(study.table(), rows.columns, used, recipe, seed);
  if (recipe.members.size() > 1) {
    fit.ensemble.calibrate(calibration_part(fit.scores, to_score, rows.split.calibration));
  }
  const auto joined = fit.ensemble.joined(fit.scores);
  auto usual = UsualByCategory::fit(study.table(), fit.ensemble.encoders().front(), rows.split.train);

  FittedDetector fitted(Model(std::move(fit.ensemble), std::move(usual)));
  fitted.scores.assign(study.table().rows(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < to_score.size(); ++i) fitted.scores[to_score[i]] = joined[i];
  fitted.cut_from = cut_source(rows, spec);
  fitted.inverted = is_inverted(study, recipe.supervised());
  fitted.fit_seconds = fit.fit_seconds;
  fitted.score_seconds = fit.score_seconds;
  Model& model = fitted.model;
  model.record = make_record(rows, spec, recipe, seed);
  model.record.notes.insert(model.record.notes.end(), fit.notes.begin(), fit.notes.end());
  model.carried = carried_of(rows);
  model.training = ScoreSample(pick(fitted.scores, rows.fitted));
  model.calibration = ScoreSample(pick(fitted.scores, rows.split.calibration));
  model.fingerprints = distinct_prints(rows);
  fitted.reach = reach_of_output(rows, model.ensemble());
  cut_by(rows, spec, fitted);
  return fitted;
}

}  // namespace

ThresholdSpec::From cut_source(const StudyRows& rows, const DetectorSpec& spec) noexcept {
  if (spec.threshold.from) return *spec.threshold.from;
  if (spec.threshold.rule.uses_training() || rows.split.calibration.empty()) return From::train;
  return From::calibration;
}

bool flags_normal(const StudyTable& study, bool supervised) noexcept {
  return !supervised && study.spec->train_on == TrainOn::attacks;
}

bool is_inverted(const StudyTable& study, bool supervised) noexcept {
  return flags_normal(study, supervised) == study.experiment->label.attack_is_positive;
}

std::vector<double> scores_of(const FittedDetector& fitted, std::span<const std::uint32_t> rows) {
  return pick(fitted.scores, rows);
}

FittedDetector fit_detector(const StudyRows& rows, const DetectorSpec& spec, std::uint64_t seed, ScoredRows scored) {
  try {
    return fit(rows, spec, seed, scored);
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    throw Error(fmt::format("detector {}: {}", quoted(spec.name), error.what()));
  }
}

}  // namespace netstray
