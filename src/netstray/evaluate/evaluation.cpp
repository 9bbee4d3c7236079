#include "netstray/evaluate/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The lowest score that can be flagged with at most `fpr` of the normal rows flagged; NaN without normal rows.
double threshold_at_fpr(std::span<const CurvePoint> curve, double fpr) {
  const auto normal = static_cast<double>(curve.back().fp);
  if (normal == 0) return kNan;
  const auto beyond = std::ranges::partition_point(
      curve, [&](const CurvePoint& point) { return static_cast<double>(point.fp) / normal <= fpr; });
  return (beyond - 1)->threshold;
}

std::vector<FamilyRecall> family_recalls(const EvaluationInput& input, std::span<const CurvePoint> curve) {
  struct Counts {
    std::uint64_t rows = 0, flagged = 0, at_01 = 0, at_05 = 0;
  };
  const double threshold_01 = threshold_at_fpr(curve, .01);
  const double threshold_05 = threshold_at_fpr(curve, .05);
  std::map<std::string, Counts, std::less<>> families;
  for (std::size_t row = 0; row < input.truth->families.size(); ++row) {
    if (input.truth->labels[row] == 0) continue;
    auto& counts = families[input.truth->families[row]];
    ++counts.rows;
    counts.flagged += !input.verdicts.empty() && input.verdicts[row] != 0 ? 1U : 0U;
    counts.at_01 += input.scores[row] >= threshold_01 ? 1U : 0U;
    counts.at_05 += input.scores[row] >= threshold_05 ? 1U : 0U;
  }
  std::vector<FamilyRecall> recalls;
  for (const auto& [family, counts] : families) {
    const auto share = [&, rows = counts.rows](std::uint64_t part, bool known) {
      return known ? static_cast<double>(part) / static_cast<double>(rows) : kNan;
    };
    const bool has_normal = !std::isnan(threshold_01);
    recalls.push_back({family, counts.rows, share(counts.flagged, !input.verdicts.empty()),
                       share(counts.at_01, has_normal), share(counts.at_05, has_normal)});
  }
  return recalls;
}

FalseAlarms false_alarms(const EvaluationInput& input, const std::optional<Confusion>& confusion) {
  FalseAlarms alarms;
  alarms.asked = input.asked_false_alarms;
  alarms.measured = confusion ? confusion->false_positive_rate() : kNan;
  const std::uint64_t normal = confusion ? confusion->tn + confusion->fp : 0;
  if (!alarms.asked || input.calibration_rows == 0 || normal == 0) return alarms;
  const auto interval = false_alarm_interval(*alarms.asked, input.calibration_rows, normal);
  alarms.low = interval.low;
  alarms.high = interval.high;
  return alarms;
}

void require_lengths(const EvaluationInput& input) {
  const auto rows = input.truth->labels.size();
  const auto fits = [&](std::size_t size) { return size == 0 || size == rows; };
  if (input.scores.size() != rows || !fits(input.verdicts.size()) || !fits(input.truth->families.size()))
    throw Error(fmt::format("{} labels, but {} scores, {} verdicts and {} families", rows, input.scores.size(),
                            input.verdicts.size(), input.truth->families.size()));
}

}  // namespace

std::string_view name_of(Audit::Severity severity) noexcept {
  switch (severity) {
    case Audit::Severity::note:
      return "note";
    case Audit::Severity::warning:
      return "warning";
    case Audit::Severity::error:
      return "error";
  }
  return "";
}

Evaluation evaluate(const EvaluationInput& input) {
  require_lengths(input);
  const auto& labels = input.truth->labels;
  Evaluation result;
  result.rows = labels.size();
  result.cut = input.cut;
  if (!input.verdicts.empty()) result.confusion = confusion(labels, input.verdicts);
  result.curve = curve(labels, input.scores);
  result.attacks = result.curve.back().tp;
  result.auc = auc(result.curve);
  result.average_precision = average_precision(result.curve);
  result.recall_at_fpr_01 = recall_at_fpr(result.curve, .01);
  result.recall_at_fpr_05 = recall_at_fpr(result.curve, .05);
  result.families = family_recalls(input, result.curve);
  result.false_alarms = false_alarms(input, result.confusion);
  if (input.resamples > 0)
    result.intervals = bootstrap(labels, input.scores, input.verdicts, input.resamples, input.seed);
  return result;
}

}  // namespace netstray
