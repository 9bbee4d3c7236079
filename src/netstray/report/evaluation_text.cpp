#include "netstray/report/evaluation_text.h"

#include <optional>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/classification_report.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kLineWidth = 100;

std::string heading(const std::string& text, const Ink& ink) { return '\n' + ink.strong(text) + '\n'; }

std::string metrics_text(const Evaluation& evaluation, const Ink& ink) {
  TextTable table({{"metric"}, {"value", Align::right}, {"95 % interval"}});
  const auto& intervals = evaluation.intervals;
  const auto add = [&](const std::string& name, double value, std::optional<Interval> interval) {
    table.add_row({name, metric_text(value), interval ? ink.faint(interval_text(*interval)) : ""});
  };
  const auto given = [&](Interval BootstrapIntervals::* member) {
    return intervals ? std::optional<Interval>((*intervals).*member) : std::nullopt;
  };
  add("area under the ROC curve", evaluation.auc, given(&BootstrapIntervals::auc));
  add("average precision", evaluation.average_precision, given(&BootstrapIntervals::average_precision));
  if (evaluation.confusion) {
    add("accuracy", evaluation.confusion->accuracy(), given(&BootstrapIntervals::accuracy));
    add("recall at the cut", evaluation.confusion->recall(), given(&BootstrapIntervals::recall));
    add("false positives at the cut", evaluation.confusion->false_positive_rate(),
        given(&BootstrapIntervals::false_positive_rate));
  }
  add("recall at 1 % false positives", evaluation.recall_at_fpr_01, std::nullopt);
  add("recall at 5 % false positives", evaluation.recall_at_fpr_05, std::nullopt);
  return table.text(2);
}

std::string false_alarms_text(const FalseAlarms& alarms, const Ink& ink) {
  TextTable table({{"false alarms"}, {"share of normal rows", Align::right}});
  table.add_row({"asked", alarms.asked ? chosen_percent(*alarms.asked) : "nothing"});
  const Promise promise = promise_of(alarms);
  const std::string measured = percent(alarms.measured);
  table.add_row({"measured", promise == Promise::too_many ? ink.alarm(measured) : measured});
  if (alarms.low && alarms.high) {
    table.add_row({"expected, if normal stayed the same", percent_interval_text({*alarms.low, *alarms.high})});
  }
  return table.text(2);
}

std::string confusion_text(const Confusion& confusion) {
  TextTable table({{""}, {"not flagged", Align::right}, {"flagged", Align::right}});
  table.add_row({"normal rows", grouped(confusion.tn), grouped(confusion.fp)});
  table.add_row({"attack rows", grouped(confusion.fn), grouped(confusion.tp)});
  return table.text(2);
}

std::string families_text(const Evaluation& evaluation) {
  TextTable table({{"family"},
                   {"rows", Align::right},
                   {"found at the cut", Align::right},
                   {"at 1 % false positives", Align::right},
                   {"at 5 %", Align::right}});
  for (const auto& family : evaluation.families) {
    table.add_row({printable(family.family), grouped(family.rows),
                   evaluation.confusion ? percent(family.recall) : "n/a", percent(family.recall_at_fpr_01),
                   percent(family.recall_at_fpr_05)});
  }
  return table.text(2);
}

std::string severity_text(Audit::Severity severity, const Ink& ink) {
  switch (severity) {
    case Audit::Severity::error:
      return ink.alarm("error");
    case Audit::Severity::warning:
      return ink.warning("warning");
    case Audit::Severity::note:
      break;
  }
  return ink.faint("note");
}

std::string audits_text(const std::vector<Audit>& audits, const Ink& ink) {
  std::string text;
  for (const auto& audit : by_severity(audits)) {
    text += fmt::format("  {} {}\n", severity_text(audit.severity, ink), printable(audit.id));
    text += wrapped(printable(audit.text), kLineWidth, 4);
  }
  return text;
}

}  // namespace

std::string evaluation_text(const Evaluation& evaluation, const std::string& source,
                            const std::array<std::string, 2>& names, bool colour) {
  const Ink ink(colour);
  std::string text = ink.strong(fmt::format("{}: {}, {}", printable(source), counted(evaluation.rows, "row", "rows"),
                                            counted(evaluation.attacks, "attack", "attacks"))) +
                     "\n\n";
  for (const auto& sentence : plain_words(evaluation)) text += wrapped(sentence, kLineWidth);
  text += '\n' + metrics_text(evaluation, ink);
  if (evaluation.confusion) {
    text += '\n' + false_alarms_text(evaluation.false_alarms, ink);
    text += heading("Confusion", ink) + confusion_text(*evaluation.confusion);
    text += heading("Classification report", ink) + classification_report(*evaluation.confusion, names);
  }
  if (!evaluation.families.empty()) text += heading("Attacks by family", ink) + families_text(evaluation);
  if (!evaluation.audits.empty()) text += heading("Audits", ink) + audits_text(evaluation.audits, ink);
  return text;
}

}  // namespace netstray
