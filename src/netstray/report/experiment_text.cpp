#include "netstray/report/experiment_text.h"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/experiment/words.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kLineWidth = 100;
constexpr std::size_t kNameWidth = 34;
constexpr std::size_t kAboutWidth = 44;

/// Seconds over all seeds.
double seconds_of(const ExperimentSeconds& seconds, const std::string& detector) {
  double sum = 0;
  for (const auto& one : seconds.detectors) {
    if (one.name == detector) sum += one.fit + one.score;
  }
  return sum;
}

std::string seconds_text(double seconds) {
  return seconds < 10 ? fmt::format("{:.2f} s", seconds) : fmt::format("{:.1f} s", seconds);
}

std::string models_text(const ExperimentResult& result, const ExperimentSeconds& seconds, const Ink& ink) {
  TextTable table({{"detector"},
                   {"accuracy", Align::right},
                   {"precision", Align::right},
                   {"recall", Align::right},
                   {"F1", Align::right},
                   {"AUC", Align::right},
                   {"false alarms", Align::right},
                   {"time", Align::right},
                   {""}});
  for (const auto& detector : result.detectors) {
    const Spreads found = spreads(result, detector);
    table.add_row({shortened(printable(shown_name(detector)), kNameWidth), metric_text(found.accuracy.mean),
                   metric_text(found.precision.mean), metric_text(found.recall.mean), metric_text(found.f1.mean),
                   metric_text(found.auc.mean), percent(found.false_alarms.mean),
                   seconds_text(seconds_of(seconds, detector.name)), detector.leaks.empty() ? "" : ink.alarm("LEAKY")});
  }
  std::string text = table.text(2);
  text +=
      ink.faint(fmt::format("  precision, recall and F1 of \"{}\"{}", printable(positive_name(result)),
                            result.seeds.size() > 1 ? fmt::format("; means over {} seeds", result.seeds.size()) : "")) +
      '\n';
  for (const auto& detector : result.detectors) {
    if (detector.leaks.empty()) continue;
    text += wrapped(printable(fmt::format("LEAKY {}: {}.", shown_name(detector), leak_words(detector))), kLineWidth, 2);
  }
  return text;
}

std::string claims_text(const ExperimentResult& result) {
  TextTable table({{"claim"}, {"of"}, {"claimed", Align::right}, {"found", Align::right}});
  for (const auto& claim : result.claims) {
    const std::string metric =
        claim.class_name.empty() ? claim.metric : claim.metric + " of " + claimed_class(result, claim);
    table.add_row({printable(metric), printable(claim.detector), readable(claim.claimed, 4), metric_text(claim.found)});
  }
  return table.text(2);
}

std::string marked_line(Audit::Severity severity, const std::string& text, const Ink& ink) {
  return fmt::format("  {} {}\n", severity == Audit::Severity::error ? ink.alarm("error  ") : ink.warning("warning"),
                     shortened(printable(text), kLineWidth - 10));
}

std::string audit_line(const ExperimentResult& result, const AuditResult& found, const Ink& ink) {
  const std::string about = shortened(audited(result, found), kAboutWidth);
  return marked_line(found.audit.severity,
                     fmt::format("{}{}: {}", found.audit.id, about.empty() ? "" : " (" + about + ")", found.audit.text),
                     ink);
}

/// One line for what would be many lines that begin the same way.
std::string alike_line(const ExperimentResult& result, const std::vector<const AuditResult*>& alike, const Ink& ink) {
  const Audit& audit = alike.front()->audit;
  return marked_line(audit.severity, fmt::format("{}, {} times: {}", audit.id, alike.size(), audited(result, alike)),
                     ink);
}

std::string audits_text(const ExperimentResult& result, const Ink& ink) {
  std::string text;
  for (const auto severity : {Audit::Severity::error, Audit::Severity::warning}) {
    for (const auto& alike : alike_audits(result, severity)) {
      if (alike.size() > kMostAlike) {
        text += alike_line(result, alike, ink);
        continue;
      }
      for (const auto* found : alike) text += audit_line(result, *found, ink);
    }
  }
  return text;
}

}  // namespace

std::string experiment_text(const ExperimentResult& result, const ExperimentSeconds& seconds, bool colour,
                            std::string_view folder) {
  const Ink ink(colour);
  const auto heading = [&](std::string_view text) { return '\n' + ink.strong(text) + '\n'; };
  std::string text = ink.strong(printable(result.title.empty() ? result.recipe : result.title)) + "\n\n";
  text += models_text(result, seconds, ink) + '\n';
  for (const auto& sentence : answer_words(result)) text += wrapped(printable(sentence), kLineWidth);
  if (!result.claims.empty()) text += heading("Claimed and found") + claims_text(result);
  if (const std::string audits = audits_text(result, ink); !audits.empty()) text += heading("Audits") + audits;
  for (const auto& note : result.notes) text += '\n' + wrapped(printable("note: " + note), kLineWidth);
  if (folder.empty()) return text;
  return text + fmt::format("\n{} in {}: open {}/report.html\n", seconds_text(seconds.total), printable(folder),
                            printable(folder));
}

}  // namespace netstray
