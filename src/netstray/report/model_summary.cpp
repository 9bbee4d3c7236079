#include "netstray/report/model_summary.h"

#include <array>

#include <fmt/core.h>

namespace netstray {
namespace {

std::vector<ScoreQuantile> quantiles(const ScoreSample& sample) {
  constexpr std::array<double, 8> kShares = {0, .05, .25, .5, .75, .95, .99, 1};
  std::vector<ScoreQuantile> result;
  if (sample.empty()) return result;
  for (const double share : kShares) result.push_back({share, sample.quantile(share)});
  return result;
}

/// "log", "log+rank".
std::string scalings_of(const Encoding& encoding) {
  std::string text;
  for (const auto scaling : encoding.numeric) text += fmt::format("{}{}", text.empty() ? "" : "+", name_of(scaling));
  return text;
}

}  // namespace

std::vector<std::string> ModelSummary::constant_names() const {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    if (column.constant) names.push_back(column.field.name);
  }
  return names;
}

std::string settings_words(const TrainingRecord& record) {
  std::string text;
  for (const auto& [name, value] : record.settings) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
  }
  return text;
}

std::string carried_words(const std::vector<CarriedColumn>& columns) {
  std::string text;
  for (const auto& column : columns) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", column.name, column.why);
  }
  return text.empty() ? "none" : text;
}

ModelSummary summarise(const Model& model, const std::string& path) {
  ModelSummary summary;
  summary.path = path;
  summary.record = model.record;
  summary.detector = model.detector().name();
  summary.numeric = scalings_of(model.encoder().encoding());
  summary.width = model.encoder().width();
  summary.columns.assign(model.encoder().columns().begin(), model.encoder().columns().end());
  summary.carried = model.carried;
  summary.rule = model.rule.text();
  if (model.rule.kind == ThresholdRule::Kind::false_alarms) summary.asked_false_alarms = model.rule.value;
  summary.cut = model.cut;
  summary.cut_from_training = model.cut_from_training;
  summary.training = quantiles(model.training);
  summary.calibration = quantiles(model.calibration);
  summary.distinct_rows = model.fingerprints.size();
  return summary;
}

}  // namespace netstray
