#include <algorithm>

#include "netstray/base/text.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/experiment/study/measure.h"
#include "netstray/model/recipe.h"

namespace netstray {
namespace {

RowsUsed rows_used(ThresholdSpec::From from) {
  switch (from) {
    case ThresholdSpec::From::train:
      return RowsUsed::train;
    case ThresholdSpec::From::calibration:
      return RowsUsed::calibration;
    case ThresholdSpec::From::validation:
      return RowsUsed::validation;
    case ThresholdSpec::From::test:
      return RowsUsed::test;
    case ThresholdSpec::From::test_normals:
      return RowsUsed::test_normals;
  }
  return RowsUsed::none;
}

/// Test rows by how they relate to what was fitted.
struct Overlap {
  std::uint64_t fitted = 0;  ///< the same rows of the table
  std::uint64_t copied = 0;  ///< other rows, made from the same row of a source
};

Overlap overlap_of(const StudyRows& rows) {
  const MadeTable& made = *rows.study->made;
  std::vector<bool> is_fitted(made.table.rows(), false);
  std::vector<std::uint64_t> sources;
  const auto source = [&](std::uint32_t row) {
    return (static_cast<std::uint64_t>(made.sources.of_row[row]) << 32U) | made.source_row[row];
  };
  for (const std::uint32_t row : rows.fitted) {
    is_fitted[row] = true;
    sources.push_back(source(row));
  }
  std::ranges::sort(sources);
  Overlap overlap;
  for (const std::uint32_t row : rows.split.test) {
    if (is_fitted[row]) {
      ++overlap.fitted;
    } else if (std::ranges::binary_search(sources, source(row))) {
      ++overlap.copied;
    }
  }
  return overlap;
}

std::uint64_t rows_like_fitted(const TestRows& test, const StudyRows& rows, const Model& model) {
  const auto prints = fingerprints(test.table, rows.columns);
  return static_cast<std::uint64_t>(std::ranges::count_if(
      prints, [&](std::uint64_t print) { return std::ranges::binary_search(model.fingerprints, print); }));
}

bool has_single_value(const Column& column) {
  const bool category = column.type() == ColumnType::category;
  for (std::size_t row = 1; row < column.size(); ++row) {
    if (column.missing(row) != column.missing(0)) return false;
    if (column.missing(row)) continue;
    if (category ? column.code(row) != column.code(0) : column.number(row) != column.number(0)) return false;
  }
  return true;
}

/// Which learned columns never vary: nowhere, or not in what was fitted.
void add_constant_columns(const StudyRows& rows, const Model& model, DetectorFacts& facts) {
  const auto learned = model.encoder().columns();
  facts.learned_columns = learned.size();
  for (const Encoder::Column& column : learned) {
    if (!column.constant) continue;
    const bool everywhere = has_single_value(rows.study->table().column(column.field.name));
    (everywhere ? facts.constant_columns : facts.constant_in_training).push_back(column.field.name);
  }
}

std::string features_of(const StudyRows& rows) {
  std::vector<std::string> names;
  names.reserve(rows.columns.size());
  for (const std::size_t column : rows.columns) names.push_back(rows.study->table().schema()[column].name);
  return join(names, ", ");
}

/// The learned columns that hold ranks among all rows, or lags of these ("prev_1_bytes").
std::vector<std::string> ranked_of(const StudyRows& rows) {
  std::vector<std::string> names;
  for (const std::size_t column : rows.columns) {
    const std::string& name = rows.study->table().schema()[column].name;
    const bool ranked = std::ranges::any_of(rows.study->made->ranked, [&](const std::string& made) {
      return name == made || (name.starts_with("prev_") && name.ends_with("_" + made));
    });
    if (ranked) names.push_back(name);
  }
  return names;
}

std::string scaling_of(const Model& model) {
  const auto encoders = model.ensemble().encoders();
  if (encoders.size() != 1) return "several";
  std::vector<std::string> words;
  for (const NumericScaling scaling : encoders.front().encoding().numeric) words.emplace_back(name_of(scaling));
  return join(words, "+");
}

void add_network(const Model& model, const FittedDetector& fitted, DetectorFacts& facts) {
  if (model.ensemble().members().size() != 1) return;
  const auto* network = dynamic_cast<const Autoencoder*>(model.ensemble().members().front().detector.get());
  if (network == nullptr) return;
  const AutoencoderSettings& settings = network->settings();
  if (settings.patience > 0 && settings.validation > 0) facts.stopped_on = RowsUsed::train;
  if (settings.output != Activation::linear) facts.output_activation = activation_name(settings.output);
  facts.unreachable_share = fitted.reach.share;
  facts.unreachable_loss = fitted.reach.loss;
}

std::vector<Audit> own_audits(const TestRows& test, const StudyRows& rows, const Model& model,
                              const DetectorResult& result) {
  Truth attacks = test.truth;
  attacks.labels = test.attack_labels;
  EncodeCounts counts;
  static_cast<void>(model.encoder().encode(test.table, &counts));
  AuditInput input;
  input.truth = &attacks;
  input.evaluation = &result.evaluation;
  input.table = &test.table;
  input.model = &model;
  input.counts = &counts;
  input.seed = rows.seed;
  input.fitted_on_attacks = flags_normal(*rows.study, model.supervised());
  std::vector<Audit> audits = audit(input);
  // What it says of normal rows would have to be said of the attacks that calibrated here.
  if (flags_normal(*rows.study, model.supervised())) {
    std::erase_if(audits, [](const Audit& audit) { return audit.id == "calibration-shift"; });
  }
  return audits;
}

}  // namespace

DetectorFacts facts_of(const StudyRows& rows, const TestRows& test, const DetectorSpec& spec,
                       const FittedDetector& fitted, const DetectorResult& result) {
  const Model& model = fitted.model;
  const StudySpec& study = *rows.study->spec;
  DetectorFacts facts;
  facts.name = spec.name;
  facts.kind = model.record.detector;
  facts.settings = settings_words(model.record.settings);
  facts.supervised = model.supervised();
  facts.study = study.name;
  facts.table = study.table;
  facts.named_for = study.named_for;
  facts.features = features_of(rows);
  facts.train_on = study.train_on;
  facts.fitted_rows = rows.fitted.size();
  facts.fitted_attacks = model.record.attacks_in_training.value_or(0);
  facts.test_rows = rows.split.test.size();
  facts.test_attacks = static_cast<std::uint64_t>(std::ranges::count(test.attack_labels, 1));
  const Overlap overlap = overlap_of(rows);
  facts.test_rows_fitted = overlap.fitted;
  facts.test_rows_copied = overlap.copied;
  facts.test_rows_like_fitted = rows_like_fitted(test, rows, model);
  add_constant_columns(rows, model, facts);
  facts.scaling = scaling_of(model);
  facts.encoder_from = spec.encoding_from_all ? RowsUsed::all : RowsUsed::train;
  facts.ranked_columns = ranked_of(rows);
  facts.columns_from = study.select > 0 ? RowsUsed::train : RowsUsed::none;
  facts.rule = model.rule.text();
  const bool reads_rows = !model.rule.uses_no_scores() || model.rule.kind == ThresholdRule::Kind::cluster_mean;
  facts.cut_from = reads_rows ? rows_used(fitted.cut_from) : RowsUsed::none;
  add_network(model, fitted, facts);
  facts.auc = result.evaluation.auc;
  if (result.evaluation.intervals) facts.auc_interval = result.evaluation.intervals->auc;
  facts.accuracy = result.evaluation.confusion->accuracy();
  facts.audits = own_audits(test, rows, model, result);
  return facts;
}

}  // namespace netstray
