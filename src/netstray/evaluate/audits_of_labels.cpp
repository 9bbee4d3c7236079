// Audits of how many anomalies there are, and of what is called one.

#include "netstray/evaluate/audits_of_labels.h"

#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kMixedTraining = .1;  // share of anomalies among the fitted rows
constexpr double kFewNormal = .1;      // share of normal rows in the test
constexpr double kRare = .01;
constexpr double kBarelyBetter = .6;  // AUC

TrainingMix training_mix(const Model* model) {
  if (model == nullptr || model->supervised()) return {};
  const auto& record = model->record;
  if (record.attacks_in_training && record.rows_train > 0)
    return {true, false, static_cast<double>(*record.attacks_in_training) / static_cast<double>(record.rows_train)};
  return {false, record.rows_left_out == 0, 0};
}

std::string what_it_is(std::string_view detector) {
  return detector == "iforest" ? "An isolation forest" : "A detector like this";
}

std::string inverted_text(const BaseRate& found, double share) {
  const auto& mix = found.mix;
  const auto learned_from =
      mix.known ? fmt::format("the model learned from rows of which {} were attacks", percent_text(mix.share))
                : std::string("the model learned from all rows it was given, attacks probably among them");
  auto text = fmt::format(
      "{} of these rows are attacks, and {}. {} takes what is rare or lies apart for bad; here the attacks are the "
      "usual "
      "thing, so it is the normal rows that look rare and are flagged: rare is not bad here, the verdicts are "
      "inverted.",
      percent_text(share), learned_from, what_it_is(found.detector));
  if (found.accuracy)
    text += fmt::format(" Hence the accuracy of {} (calling every row an attack would give {}).",
                        decimal_text(*found.accuracy), decimal_text(share));
  return text + " Train on normal rows only.";
}

std::string majority_text(double share) {
  return fmt::format("{} of these rows are attacks; calling every row {} gives accuracy {}.", percent_text(share),
                     share > .5 ? "an attack" : "normal", decimal_text(std::max(share, 1 - share)));
}

}  // namespace

Audit judge_base_rate(const BaseRate& found) {
  const double share = static_cast<double>(found.attacks) / static_cast<double>(found.rows);
  if (found.attacks == 0 || found.attacks == found.rows)
    return {"base-rate", warning, share,
            fmt::format("All {} are {}: how well the two are told apart cannot be measured.", rows_text(found.rows),
                        found.attacks == 0 ? "normal" : "attacks")};
  const auto& mix = found.mix;
  const bool learned_attacks_as_usual = mix.known ? mix.share > .5 : mix.possible && share > .5;
  if (learned_attacks_as_usual) return {"base-rate", error, share, inverted_text(found, share)};
  if (mix.known && mix.share > kMixedTraining)
    return {"base-rate", warning, share,
            fmt::format("{} {} of the rows that the model learned from are attacks too, so common attacks look "
                        "usual to it. Train on normal rows only.",
                        majority_text(share), percent_text(mix.share))};
  if (share > .5)
    return {"base-rate", warning, share,
            majority_text(share) +
                " In real traffic attacks are rare: accuracy, precision and F1 will be very "
                "different there, recall and false alarms will not."};
  return {"base-rate", note, share,
          majority_text(share) + (share < kRare            ? " Look at precision and recall, not at accuracy."
                                  : found.detector.empty() ? ""
                                                           : " The model did not learn attacks as usual, as far as is "
                                                             "known.")};
}

Audit judge_polarity(const Polarity& found) {
  const double auc = found.auc;
  if (std::isnan(auc))
    return {"polarity", note, auc, "Whether attacks score higher cannot be said: one class is absent."};
  const bool by_chance = found.interval && found.interval->high >= .5;
  if (auc < .5)
    return {"polarity", by_chance ? warning : error, auc,
            fmt::format("Attacks score lower than normal rows more often than not (AUC {}); {}", decimal_text(auc),
                        by_chance ? "with so few rows that may be chance: the scores tell nothing here."
                                  : fmt::format("turned round it would be {}. The labels or the scores look "
                                                "inverted: check which label is the normal one, and what the model "
                                                "was trained on.",
                                                decimal_text(1 - auc)))};
  if (found.normal_share < kFewNormal)
    return {"polarity", warning, auc,
            fmt::format("Only {} of these rows are labelled normal{}; is that the right label? Attacks score higher "
                        "than normal rows (AUC {}).",
                        percent_text(found.normal_share),
                        found.normal_value.empty() ? "" : fmt::format(" ({})", quoted(found.normal_value)),
                        decimal_text(auc))};
  if (auc < kBarelyBetter)
    return {"polarity", note, auc,
            fmt::format("Attacks score hardly higher than normal rows (AUC {}; a coin has 0.5).", decimal_text(auc))};
  return {"polarity", note, auc,
          fmt::format("Attacks score higher than normal rows, as they should (AUC {}).", decimal_text(auc))};
}

std::optional<Audit> audit_base_rate(const AuditContext& context) {
  const auto labels = context.labels();
  if (labels.empty()) return std::nullopt;
  BaseRate found;
  found.rows = labels.size();
  for (const auto label : labels) found.attacks += label != 0 ? 1U : 0U;
  found.mix = training_mix(context.input.model);
  if (context.input.model != nullptr) found.detector = context.input.model->record.detector;
  const auto* evaluation = context.input.evaluation;
  if (evaluation != nullptr && evaluation->confusion) found.accuracy = evaluation->confusion->accuracy();
  return judge_base_rate(found);
}

std::optional<Audit> audit_polarity(const AuditContext& context) {
  const auto* evaluation = context.input.evaluation;
  if (evaluation == nullptr) return std::nullopt;
  Polarity found;
  found.auc = evaluation->auc;
  if (evaluation->intervals) found.interval = evaluation->intervals->auc;
  found.normal_share = 1 - static_cast<double>(evaluation->attacks) / static_cast<double>(evaluation->rows);
  if (context.input.truth != nullptr) found.normal_value = context.input.truth->normal_value;
  return judge_polarity(found);
}

}  // namespace netstray
