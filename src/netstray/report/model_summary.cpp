#include "netstray/report/model_summary.h"

#include <array>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/detect/neural/autoencoder.h"

namespace netstray {
namespace {

std::vector<ScoreQuantile> quantiles(const ScoreSample& sample) {
  constexpr std::array<double, 8> kShares = {0, .05, .25, .5, .75, .95, .99, 1};
  std::vector<ScoreQuantile> result;
  if (sample.empty()) return result;
  for (const double share : kShares) result.push_back({share, sample.quantile(share)});
  return result;
}

/// "23 epochs: loss 0.41 to 0.012; validation 0.013, best at epoch 20".
std::string learning_words(const Autoencoder& net) {
  const LearningCurves& curves = net.curves();
  if (curves.loss.empty()) return {};
  std::string text = fmt::format("{} epoch{}: loss {} to {}", curves.loss.size(), curves.loss.size() == 1 ? "" : "s",
                                 readable(curves.loss.front(), 3), readable(curves.loss.back(), 3));
  if (!curves.validation_loss.empty()) {
    text += fmt::format("; of the rows kept to watch {}", readable(curves.validation_loss.back(), 3));
  }
  return text + fmt::format("; kept is epoch {}", curves.best_epoch);
}

/// The settings of one member: those of the record whose names begin with its own.
std::map<std::string, std::string> settings_of(const TrainingRecord& record, const std::string& member) {
  std::map<std::string, std::string> settings;
  const std::string prefix = member + ".";
  for (const auto& [name, value] : record.settings) {
    if (name.starts_with(prefix) && name != prefix + "encoding") settings[name.substr(prefix.size())] = value;
  }
  return settings;
}

MemberSummary summarise(const Ensemble::Member& member, const Model& model) {
  const Encoder& encoder = model.ensemble().encoders()[member.encoder];
  MemberSummary summary{member.name,     std::string(member.detector->name()),   encoder.encoding().text(),
                        encoder.width(), settings_of(model.record, member.name), {}};
  if (const auto* net = dynamic_cast<const Autoencoder*>(member.detector.get()))
    summary.learning = learning_words(*net);
  return summary;
}

std::string cut_source(const Model& model) {
  if (model.rule.kind == ThresholdRule::Kind::best_f1) return "labels";
  if (model.rule.uses_no_scores()) return "rule";
  return model.cut_from_training ? "training" : "calibration";
}

}  // namespace

std::vector<std::string> ModelSummary::constant_names() const {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    if (column.constant) names.push_back(column.field.name);
  }
  return names;
}

std::string settings_words(const std::map<std::string, std::string>& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value.empty() ? "none" : value);
  }
  return text;
}

std::string detector_words(const ModelSummary& model) {
  if (model.members.size() == 1) return model.record.detector + " in " + model.members.front().encoding;
  std::string names;
  for (std::size_t i = 0; i < model.members.size(); ++i) {
    names += (i == 0 ? "" : i + 1 == model.members.size() ? " and " : ", ") + model.members[i].name;
  }
  const std::string how = model.join == "mean"     ? "the mean of their -log10 p"
                          : model.join == "fisher" ? "Fisher's way from their p"
                                                   : "the greatest of their -log10 p";
  return fmt::format("{}: {}, joined by {}", model.record.detector, names, how);
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
  const Ensemble& ensemble = model.ensemble();
  for (const auto& member : ensemble.members()) summary.members.push_back(summarise(member, model));
  if (ensemble.members().size() > 1) summary.join = name_of(ensemble.how());
  summary.columns.assign(model.encoder().columns().begin(), model.encoder().columns().end());
  summary.carried = model.carried;
  summary.rule = model.rule.text();
  summary.asked_false_alarms = model.rule.asked_share();
  summary.cut = model.cut;
  summary.cut_source = cut_source(model);
  summary.training = quantiles(model.training);
  summary.calibration = quantiles(model.calibration);
  summary.distinct_rows = model.fingerprints.size();
  return summary;
}

std::string cut_text(const ModelSummary& model) {
  std::string cut = fmt::format("{}, by {}", readable(model.cut, 6), model.rule);
  if (model.cut_source == "rule") return cut;
  return cut +
         (model.cut_source == "labels" ? " from labelled rows" : fmt::format(" from {} scores", model.cut_source));
}

}  // namespace netstray
