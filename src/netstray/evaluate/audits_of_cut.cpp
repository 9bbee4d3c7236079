// Audits of the cut: what it was taken from, and whether its promise held.

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kLargeDistance = .1;  // Kolmogorov-Smirnov; smaller ones are significant in large tests, yet harmless

/// The greatest distance between the shares of calibration and of normal test rows that score at least as high, over
/// all scores (two-sample Kolmogorov-Smirnov). The same as the p-values' distance from uniform, but for the 1 in
/// (n + 1).
double shift_distance(const ScoreSample& calibration, std::span<const CurvePoint> curve) {
  const auto normal = static_cast<double>(curve.back().fp);
  const auto size = static_cast<double>(calibration.size());
  double distance = 0;
  double share_above = 0;
  for (const auto& point : curve) {
    const double above = std::nextafter(point.threshold, std::numeric_limits<double>::infinity());
    const double share = static_cast<double>(point.fp) / normal;
    const double expected = static_cast<double>(calibration.at_least(point.threshold)) / size;
    const double expected_above = static_cast<double>(calibration.at_least(above)) / size;
    distance = std::max({distance, std::abs(share - expected), std::abs(share_above - expected_above)});
    share_above = share;
  }
  return distance;
}

/// The distance that two samples of the same traffic stay below with probability .95.
double distance_bound(double a, double b) { return 1.3581 * std::sqrt((a + b) / (a * b)); }

/// The share that the cut promises: what was asked, or, where the rule asks for none, what it flags of the calibration
/// rows. Its interval reaches lower where many calibration rows have the very score of the cut.
struct Promised {
  double share;
  bool asked;
  Interval interval;
};

Promised promised(const Evaluation& evaluation, const Model& model, std::uint64_t normal) {
  const auto rows = model.calibration.size();
  const double above = std::nextafter(evaluation.cut.value_or(model.cut), std::numeric_limits<double>::infinity());
  const double places = static_cast<double>(rows) + 1;
  const double flagged = (static_cast<double>(model.calibration.at_least(above)) + 1) / places;
  const auto& asked = evaluation.false_alarms.asked;
  const double share = asked.value_or(flagged);
  auto interval = false_alarm_interval(share, rows, normal);
  interval.low = std::min(interval.low, false_alarm_interval(flagged, rows, normal).low);
  return {share, asked.has_value(), interval};
}

/// What it means that the measured share lies outside what chance allows.
std::string meaning(double measured, const Interval& interval, bool mixed) {
  if (mixed && (measured > interval.high || measured < interval.low))
    return " That is not by chance: attacks are among the calibration rows, so they say little about normal rows. "
           "Train "
           "on normal rows only.";
  if (measured > interval.high)
    return " That is more than chance explains: normal traffic here is not like the calibration rows, and the promise "
           "does not hold. Train anew on normal traffic of this kind.";
  if (measured < interval.low)
    return " That is less than chance explains: normal traffic here is not like the calibration rows; the cut is "
           "stricter than it need be.";
  return " The promise held.";
}

}  // namespace

std::optional<Audit> audit_calibration_shift(const AuditContext& context) {
  const auto* evaluation = context.input.evaluation;
  const auto* model = context.input.model;
  if (evaluation == nullptr || model == nullptr || !evaluation->confusion) return std::nullopt;
  const double measured = evaluation->confusion->false_positive_rate();
  const auto normal = evaluation->rows - evaluation->attacks;
  if (model->calibration.empty() || normal == 0)
    return Audit{"calibration-shift", note, measured,
                 normal == 0
                     ? "Without normal rows there are no false alarms to measure."
                     : fmt::format("{} of the normal rows are flagged. The model kept no calibration rows, so it "
                                   "promises no share of false alarms.",
                                   percent_text(measured))};
  if (std::isinf(model->cut))
    return Audit{
        "calibration-shift", warning, measured,
        fmt::format("No cut could be set: {} calibration rows are too few for {}, so nothing is ever flagged. Ask for "
                    "a larger share, or train on more normal rows.",
                    model->calibration.size(), model->rule.text())};
  const auto [share, asked, interval] = promised(*evaluation, *model, normal);
  const double distance = shift_distance(model->calibration, evaluation->curve);
  const double bound = distance_bound(static_cast<double>(normal), static_cast<double>(model->calibration.size()));
  const bool mixed = model->record.attacks_in_training.value_or(0) > 0;
  const bool kept = measured >= interval.low && measured <= interval.high;
  const bool shifted = distance > std::max(bound, kLargeDistance);
  auto text = fmt::format(
      "{} of the normal rows are flagged; {} {}, and chance allows {} to {}.{} Over all scores, normal rows here and "
      "calibration rows differ by {} (Kolmogorov-Smirnov distance; up to {} would be chance).",
      percent_text(measured), percent_text(share), asked ? "was asked for" : "of the calibration rows were",
      percent_text(interval.low), percent_text(interval.high), meaning(measured, interval, mixed),
      readable(distance, 2), readable(bound, 2));
  if (kept && shifted && !mixed) text += " So normal traffic has shifted, though not at the cut.";
  return Audit{"calibration-shift", kept && !shifted ? note : warning, measured, std::move(text)};
}

std::optional<Audit> audit_threshold_on_training(const AuditContext& context) {
  const auto* model = context.input.model;
  if (model == nullptr) return std::nullopt;
  if (!model->cut_from_training)
    return Audit{"threshold-on-training", note, 0,
                 fmt::format("The cut ({}) was not taken from the scores of the rows that the model was fitted on.",
                             model->rule.text())};
  return Audit{
      "threshold-on-training", warning, 1,
      fmt::format("The cut ({}) was taken from the scores of the very rows that the model was fitted on. New rows "
                  "tend to score higher, so it will flag more of them than it seems to promise; keep calibration "
                  "rows (--calibration) and use --false-alarms.",
                  model->rule.text())};
}

}  // namespace netstray
