#include "netstray/report/words.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

constexpr std::string_view kAbsent = "n/a";
constexpr std::uint64_t kFewRows = 20;
constexpr double kRareAttacks = 0.001;

/// "9" or "about 12" of a thousand.
std::string per_thousand(double share) {
  const double number = share * 1000;
  if (number == 0) return "none";
  if (number < 1) return "fewer than 1";
  return "about " + fmt::format("{:.0f}", number);
}

std::string false_alarm_words(const FalseAlarms& alarms) {
  std::string text =
      fmt::format("Of 1,000 normal rows, {} {} flagged ({})", per_thousand(alarms.measured),
                  alarms.measured > 0 && alarms.measured < 0.0015 ? "is" : "are", percent(alarms.measured));
  if (!alarms.asked) return text + "; the cut made no promise about that.";
  text += fmt::format("; {} was asked for.", chosen_percent(*alarms.asked));
  if (!alarms.low || !alarms.high) return text;
  const std::string range = percent_interval_text({*alarms.low, *alarms.high});
  switch (promise_of(alarms)) {
    case Promise::kept:
      return text + fmt::format(" That is within what chance allows ({}): the promise held.", range);
    case Promise::too_many:
      return text + fmt::format(
                        " Chance allows {}: the promise did not hold. The normal rows here differ from those that the "
                        "model was calibrated on.",
                        range);
    case Promise::too_few:
      return text + fmt::format(
                        " Chance allows {}: the cut is stricter here than was asked, so attacks may be missed that "
                        "need not be.",
                        range);
    case Promise::none:
      break;
  }
  return text;
}

std::string found_words(const Confusion& confusion) {
  const std::uint64_t attacks = confusion.fn + confusion.tp;
  const double missed = static_cast<double>(confusion.fn) / static_cast<double>(attacks);
  if (confusion.fn == 0)
    return attacks == 1 ? "The attack row is found." : "All " + grouped(attacks) + " attack rows are found.";
  return fmt::format("Of {}, {} are found and {} missed ({}).", counted(attacks, "attack row", "attack rows"),
                     confusion.tp == 0 ? "none" : grouped(confusion.tp), grouped(confusion.fn), percent(missed));
}

/// The family with the least recall, among those with enough rows to say so (all, where none has).
const FamilyRecall* most_missed(std::span<const FamilyRecall> families) {
  const bool any_large =
      std::any_of(families.begin(), families.end(), [](const auto& family) { return family.rows >= kFewRows; });
  const FamilyRecall* found = nullptr;
  for (const auto& family : families) {
    if (std::isnan(family.recall) || (any_large && family.rows < kFewRows)) continue;
    if (found == nullptr || family.recall < found->recall) found = &family;
  }
  return found;
}

std::string precision_words(const Confusion& confusion) {
  const double normal = static_cast<double>(confusion.tn + confusion.fp);
  const double attacks = static_cast<double>(confusion.fn + confusion.tp);
  const double recall = static_cast<double>(confusion.tp) / attacks;
  const double false_alarms = static_cast<double>(confusion.fp) / normal;
  const double flagged = static_cast<double>(confusion.fp + confusion.tp);
  if (flagged == 0) return "Nothing was flagged.";
  std::string text =
      fmt::format("Here {} of the rows are attacks, and {} of what is flagged is one.",
                  percent(attacks / (attacks + normal)), percent(static_cast<double>(confusion.tp) / flagged));
  const double rare = kRareAttacks * recall / (kRareAttacks * recall + (1 - kRareAttacks) * false_alarms);
  if (confusion.fp == 0 || attacks <= kRareAttacks * normal) return text;
  return text + fmt::format(
                    " Where only 1 row in 1,000 is an attack, {} of what is flagged would be one, with the same shares "
                    "found and falsely flagged.",
                    percent(rare));
}

std::vector<std::string> words_without_cut(const Evaluation& evaluation) {
  std::vector<std::string> words = {"The scores came without a cut, so nothing is said of flagged rows."};
  if (!std::isnan(evaluation.recall_at_fpr_01)) {
    words.push_back(
        fmt::format("With a cut that flags 1 % of the normal rows, {} of the attack rows would be found; with one that "
                    "flags 5 %, {}.",
                    percent(evaluation.recall_at_fpr_01), percent(evaluation.recall_at_fpr_05)));
  }
  return words;
}

}  // namespace

std::string percent(double share) {
  if (std::isnan(share)) return std::string(kAbsent);
  if (share == 0 || share == 1) return share == 0 ? "0 %" : "100 %";
  const double value = share * 100;
  if (value < 0.001 && value > 0) return "< 0.001 %";
  if (value < 1) return readable(value, 2) + " %";
  if (value < 99) return fmt::format("{:.1f} %", value);
  if (value > 99.999 && value < 100) return "> 99.999 %";
  const int decimals = value < 99.9 ? 1 : value < 99.99 ? 2 : 3;
  return fmt::format("{:.{}f} %", value, value < 100 ? decimals : 1);
}

std::string chosen_percent(double share) {
  return std::isnan(share) ? std::string(kAbsent) : readable(share * 100, 4) + " %";
}

std::string metric_text(double value) {
  if (std::isnan(value)) return std::string(kAbsent);
  if (value < 1 && value >= 0.9995) return value > 0.99999 ? "> 0.99999" : fmt::format("{:.5f}", value);
  if (value > 0 && value < 0.0005) return value < 0.00001 ? "< 0.00001" : fmt::format("{:.5f}", value);
  return fmt::format("{:.3f}", value);
}

std::string p_value_text(double value) { return std::isnan(value) ? std::string(kAbsent) : readable(value, 2); }

std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", grouped(number), number == 1 ? singular : plural);
}

std::string interval_text(const Interval& interval) {
  return metric_text(interval.low) + " to " + metric_text(interval.high);
}

std::string percent_interval_text(const Interval& interval) {
  return percent(interval.low) + " to " + percent(interval.high);
}

std::string usual_text(const Reason& reason) {
  if (reason.usual.empty()) return {};
  const bool complete = reason.usual.starts_with("always ") || reason.usual.starts_with("nearly always ");
  return (complete ? "" : "usually ") + printable(reason.usual);
}

namespace {

std::string reason_words(const Reason& reason, char separator) {
  const std::string value = reason.value.empty() ? "missing" : printable(reason.value);
  const std::string usual = usual_text(reason);
  std::string text = printable(reason.feature) + separator + value;
  return usual.empty() ? text : text + " (" + usual + ")";
}

}  // namespace

std::string reason_text(const Reason& reason) { return reason_words(reason, ' '); }

std::string reasons_cell(std::span<const Reason> reasons) {
  std::string text;
  for (const auto& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += reason_words(reason, '=');
  }
  return text;
}

Promise promise_of(const FalseAlarms& alarms) noexcept {
  if (!alarms.asked || !alarms.low || !alarms.high || std::isnan(alarms.measured)) return Promise::none;
  if (alarms.measured > *alarms.high) return Promise::too_many;
  return alarms.measured < *alarms.low ? Promise::too_few : Promise::kept;
}

std::vector<std::string> plain_words(const Evaluation& evaluation) {
  if (evaluation.rows == 0) return {"There are no rows to evaluate."};
  if (!evaluation.confusion) return words_without_cut(evaluation);
  const Confusion& confusion = *evaluation.confusion;
  std::vector<std::string> words;
  if (evaluation.cut && std::isinf(*evaluation.cut) && *evaluation.cut > 0) {
    words.emplace_back(
        "No cut could be set: the model kept too few calibration rows to promise so small a share of false alarms, so "
        "it "
        "flags nothing and finds nothing. Ask for a larger share (--false-alarms), or train on more normal rows.");
    return words;
  }
  const bool normal = confusion.tn + confusion.fp > 0;
  const bool attacks = confusion.fn + confusion.tp > 0;
  words.push_back(normal ? false_alarm_words(evaluation.false_alarms)
                         : "There are no normal rows, so nothing can be said of false alarms.");
  words.push_back(attacks ? found_words(confusion)
                          : "There are no attack rows, so nothing can be said of what is found.");
  if (const auto* family = most_missed(evaluation.families); family != nullptr && family->recall < 1) {
    words.push_back(fmt::format("Missed most: {}, with {} of its {} not flagged.", printable(family->family),
                                percent(1 - family->recall), counted(family->rows, "row", "rows")));
  }
  if (normal && attacks) words.push_back(precision_words(confusion));
  return words;
}

std::vector<Audit> by_severity(std::vector<Audit> audits) {
  std::stable_sort(audits.begin(), audits.end(),
                   [](const Audit& a, const Audit& b) { return a.severity > b.severity; });
  return audits;
}

}  // namespace netstray
