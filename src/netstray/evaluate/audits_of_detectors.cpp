// Audits of what a study's detectors learned, are called, and are compared under.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"
#include "netstray/evaluate/audits_of_labels.h"
#include "netstray/evaluate/study_audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kLittle = .001;  // of the values that a network has to rebuild

/// Those that a change of a column's unit leaves as they are: they order or bin each column by itself, or divide by the
/// spread or the covariance of the training rows.
constexpr std::array<std::string_view, 7> kFreeOfUnits{"iforest", "ecod", "hbos",       "zscore",
                                                       "mad",     "gmm",  "mahalanobis"};

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Whether the two are one model, fitted on the same rows.
bool same_model(const DetectorFacts& a, const DetectorFacts& b) {
  return a.kind == b.kind && a.settings == b.settings && a.table == b.table && a.features == b.features &&
         a.scaling == b.scaling && a.train_on == b.train_on && a.rule == b.rule && a.cut_from == b.cut_from &&
         a.fitted_rows == b.fitted_rows && a.fitted_attacks == b.fitted_attacks && a.test_rows == b.test_rows &&
         a.test_attacks == b.test_attacks;
}

std::string_view lower_end(std::string_view activation) {
  return activation == "tanh" || activation == "elu" ? "-1" : "0";
}

std::string range_text(std::string_view activation) {
  const auto low = lower_end(activation);
  if (activation == "sigmoid" || activation == "tanh") return fmt::format("outside {} to 1", low);
  return fmt::format("below {}", low);
}

std::string turned_round_text(const DetectorFacts& facts) {
  return fmt::format(
      "The model was fitted on attacks, so what is unusual to it is normal traffic, and the study calls what is usual "
      "to it an attack. It finds the attack it knows; an attack of another kind would look unusual and pass for "
      "normal. {} of the test's rows are normal (AUC of attacks against them {}).",
      percent_text(1 - share_of(facts.test_attacks, facts.test_rows)), decimal_text(facts.auc));
}

}  // namespace

bool scale_matters(std::string_view kind) noexcept {
  return !(std::ranges::find(kFreeOfUnits, kind) != kFreeOfUnits.end());
}

std::optional<Audit> audit_study_base_rate(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.test_rows == 0) return std::nullopt;
  BaseRate found{.rows = facts.test_rows, .attacks = facts.test_attacks, .mix = {}, .accuracy = facts.accuracy};
  if (!facts.supervised && facts.train_on != TrainOn::attacks) {
    found.mix = {.known = facts.fitted_rows > 0, .share = share_of(facts.fitted_attacks, facts.fitted_rows)};
    found.detector = facts.kind;
  }
  return judge_base_rate(found);
}

std::optional<Audit> audit_study_polarity(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.test_rows == 0) return std::nullopt;
  auto found = judge_polarity({.auc = facts.auc,
                               .interval = facts.auc_interval,
                               .normal_share = 1 - share_of(facts.test_attacks, facts.test_rows)});
  if (facts.train_on != TrainOn::attacks || found.severity == error || std::isnan(facts.auc)) return found;
  return Audit{"polarity", warning, facts.auc, turned_round_text(facts)};
}

std::optional<Audit> audit_study_constant_features(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.learned_columns == 0) return std::nullopt;
  const auto value = static_cast<double>(facts.constant_columns.size());
  const auto& only_here = facts.constant_in_training;
  if (facts.constant_columns.empty() && only_here.empty())
    return Audit{"constant-features", note, 0,
                 fmt::format("Each of the {} learned columns varies in training.", facts.learned_columns)};
  std::string text;
  if (!facts.constant_columns.empty())
    text = fmt::format("{} of {} learned columns hold a single value in all rows of the study ({}). ",
                       facts.constant_columns.size(), facts.learned_columns, names_text(facts.constant_columns));
  if (!only_here.empty())
    text += fmt::format("{}{} of {} hold one in all rows that were fitted on, though not in all others ({}). ",
                        only_here.size(), text.empty() ? "" : " more", facts.learned_columns, names_text(only_here));
  return Audit{"constant-features", warning, value,
               text + "The model learned nothing from them, and may not notice when they change."};
}

std::optional<Audit> audit_named_for(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (!facts.named_for.empty() && facts.named_for != facts.table)
    return Audit{"named-for-another-table", warning, 1,
                 fmt::format("The study {} is about the table {}, but its rows came from {}: whatever sets the two "
                             "apart is not in these numbers.",
                             facts.study, facts.named_for, facts.table)};
  for (const auto& earlier : context.study.detectors) {
    if (&earlier == &facts) break;
    if (earlier.study != facts.study && same_model(earlier, facts))
      return Audit{
          "named-for-another-table", warning, 1,
          fmt::format("The rows, columns and settings are those of {} (study {}): these are the same numbers a "
                      "second time.",
                      earlier.name, earlier.study)};
  }
  return Audit{"named-for-another-table", note, 0, "It was fitted on the table that its study is named for."};
}

std::optional<Audit> audit_output_activation(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.output_activation.empty()) return std::nullopt;
  if (facts.unreachable_share <= kLittle)
    return Audit{
        "output-activation", note, facts.unreachable_share,
        fmt::format("The last layer ({}) can give the values that it has to rebuild.", facts.output_activation)};
  return Audit{
      "output-activation", warning, facts.unreachable_share,
      fmt::format("The last layer is {}, but {} of the values that it has to rebuild lie {}: it can never give them, "
                  "and no training brings the mean squared error below {}. A unit of it that gives its end value for "
                  "every row learns nothing more. Use linear.",
                  facts.output_activation, percent_text(facts.unreachable_share), range_text(facts.output_activation),
                  decimal_text(facts.unreachable_loss))};
}

std::vector<Audit> audit_scaling(const StudyFacts& facts) {
  std::map<std::string, std::vector<std::string>> scaled;
  std::vector<std::string> all;
  for (const auto& detector : facts.detectors) {
    if (!scale_matters(detector.kind) || detector.scaling.empty()) continue;
    scaled[detector.scaling].push_back(detector.name);
    all.push_back(detector.name);
  }
  if (all.empty()) return {};
  std::vector<std::string> groups;
  groups.reserve(scaled.size());
  for (const auto& [scaling, names] : scaled) groups.push_back(fmt::format("{} ({})", scaling, names_text(names)));
  const auto count = static_cast<double>(scaled.size());
  if (scaled.size() > 1)
    return {{"scaling", warning, count,
             fmt::format("Models in which the unit of a column weighs are compared under different scaling: {}. A "
                         "difference between them may come from the scaling alone.",
                         join(groups, "; ")),
             all}};
  if (scaled.begin()->first == "none")
    return {{"scaling", warning, count,
             "The number columns are not scaled, and the unit of a column weighs in these models: a column of large "
             "numbers decides alone.",
             all}};
  return {{"scaling", note, count,
           fmt::format("All models in which the unit of a column weighs are under the same scaling ({}).",
                       scaled.begin()->first),
           all}};
}

}  // namespace netstray
