#include "netstray/report/findings_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kLineWidth = 100;
constexpr std::size_t kBarWidth = 12;
constexpr std::size_t kColumnsNamed = 8;
constexpr std::size_t kUsualWidth = 48;

std::string whole_percent(double share) {
  const double value = std::round(share * 100);
  return value < 1 ? "< 1 %" : fmt::format("{:.0f} %", value);
}

std::string bar(double share) {
  const double cells = std::clamp(share, 0.0, 1.0) * static_cast<double>(kBarWidth);
  const auto filled = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(cells)));
  return std::string(filled, '#');
}

std::string named_values(const std::vector<NamedValue>& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    if (!text.empty()) text += ", ";
    text += printable(name) + " " + (value.empty() ? "missing" : printable(value));
  }
  return text;
}

std::string place(std::uint64_t row, std::uint64_t line) {
  return row == line ? fmt::format("row {}", grouped(row))
                     : fmt::format("row {}, line {}", grouped(row), grouped(line));
}

std::string finding_heading(const Finding& finding, const Ink& ink) {
  std::string text = ink.strong(fmt::format("#{}", finding.rank)) + fmt::format("  score {:.3f}", finding.score);
  text += finding.count == 1
              ? "  " + place(finding.row, finding.line)
              : fmt::format("  {} equal rows, first at {}", grouped(finding.count), place(finding.row, finding.line));
  if (finding.similar > 0) text += fmt::format(" (+ {} like it)", counted(finding.similar, "row", "rows"));
  return text + '\n';
}

std::string finding_text(const Finding& finding, const Ink& ink) {
  std::string text = finding_heading(finding, ink);
  if (!finding.carried.empty()) {
    text += (finding.count > 1 ? "    first: " : "    ") + ink.strong(named_values(finding.carried)) + '\n';
  }
  TextTable table({{"", Align::right}, {""}});
  for (const auto& reason : finding.reasons) {
    table.add_row({ink.faint(whole_percent(reason.weight)), reason_text(reason)});
  }
  text += finding.reasons.empty() ? "    " + ink.faint("no single column sets it apart") + '\n' : table.text(4);
  return text;
}

std::string p_value_words(const ExplainedRow& row, std::uint64_t calibration_rows) {
  if (std::isnan(row.p_value)) return "n/a (the model kept no calibration rows)";
  const double as_unusual = row.p_value * static_cast<double>(calibration_rows + 1) - 1;
  const auto rows = static_cast<std::uint64_t>(std::max(0.0, std::round(as_unusual)));
  return fmt::format("{} ({} of {} calibration rows {} at least as unusual)", p_value_text(row.p_value),
                     rows == 0 ? "none" : grouped(rows), grouped(calibration_rows), rows == 1 ? "is" : "are");
}

/// "gmm 61 %, mahalanobis 27 %, iforest 12 %": the greatest part first.
std::string members_words(std::vector<MemberShare> members) {
  std::stable_sort(members.begin(), members.end(),
                   [](const MemberShare& a, const MemberShare& b) { return a.share > b.share; });
  std::string text;
  for (const auto& member : members) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(member.name), whole_percent(member.share));
  }
  return text;
}

std::string explained_text(const ExplainedRow& row, const Explanation& explanation, const Ink& ink) {
  TextTable facts({{""}, {""}});
  facts.add_row({"score", fmt::format("{} ({} the cut, {})", readable(row.score, 5),
                                      row.flagged ? "above" : "not above", readable(explanation.cut, 5))});
  facts.add_row({"p-value", p_value_words(row, explanation.calibration_rows)});
  if (row.members.size() > 1) facts.add_row({"judged by", members_words(row.members)});
  if (!row.carried.empty()) facts.add_row({"carried", named_values(row.carried)});

  std::string text = ink.strong("R" + place(row.row, row.line).substr(1)) + ": " +
                     (row.flagged ? ink.alarm("flagged") : ink.good("not flagged")) + '\n' + facts.text(2) + '\n';
  if (row.reasons.empty()) return text + "  No single column sets it apart.\n";
  TextTable table({{"  what sets it apart"}, {"value", Align::right}, {"usual"}, {"share", Align::right}, {""}});
  for (const auto& reason : row.reasons) {
    table.add_row({"  " + printable(reason.feature), reason.value.empty() ? "missing" : printable(reason.value),
                   shortened(printable(reason.usual), kUsualWidth), whole_percent(reason.weight),
                   ink.faint(bar(reason.weight))});
  }
  return text + table.text();
}

std::string column_counts_text(const std::vector<ColumnCount>& counts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(counts.size(), kColumnsNamed); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", printable(counts[i].column),
                        counted(counts[i].rows, "row", "rows"));
  }
  if (counts.size() > kColumnsNamed) text += fmt::format(" and {} more", counts.size() - kColumnsNamed);
  return text;
}

}  // namespace

std::string scan_text(const ScanResult& result, const std::string& source, std::span<const JsonWarning> notes,
                      bool colour) {
  const Ink ink(colour);
  std::string head =
      fmt::format("What stands out among the {} of {}", counted(result.rows, "row", "rows"), printable(source));
  if (result.distinct_rows > 0) head += fmt::format(" ({} distinct)", grouped(result.distinct_rows));
  std::string text = ink.strong(head) + '\n';
  const bool grouped_ways =
      std::any_of(result.top.begin(), result.top.end(), [](const Finding& finding) { return finding.similar > 0; });
  text += ink.faint(std::string("Most unusual first. Labels were not used. Equal rows are one entry") +
                    (grouped_ways ? ", and so are rows that stand out\nin the same way." : ".") +
                    " The percentages say how much each column adds to what makes the row unusual.") +
          '\n';
  for (const auto& note : notes) {
    const std::string lines = wrapped("note: " + note.text, kLineWidth);
    text += '\n' + ink.warning(lines.substr(0, lines.empty() ? 0 : lines.size() - 1)) + '\n';
  }
  if (result.top.empty()) text += "\nNothing to show.\n";
  for (const auto& finding : result.top) text += '\n' + finding_text(finding, ink);
  return text;
}

std::string explain_text(const Explanation& explanation, const std::string& source, bool colour) {
  const Ink ink(colour);
  std::string text = ink.faint("Of " + printable(source)) + '\n';
  for (const auto& row : explanation.rows) text += '\n' + explained_text(row, explanation, ink);
  return text;
}

std::string score_text(const ScoreSummary& summary, bool colour) {
  const Ink ink(colour);
  std::string text = fmt::format("{} scored, {} flagged", counted(summary.rows, "row", "rows"),
                                 summary.flagged == 0 ? "none" : grouped(summary.flagged));
  if (summary.rows > 0 && summary.flagged > 0) {
    text += fmt::format(" ({})", percent(static_cast<double>(summary.flagged) / static_cast<double>(summary.rows)));
  }
  if (summary.asked_share)
    text += fmt::format("; {} was asked for among normal rows", chosen_percent(*summary.asked_share));
  text += ".\n";
  if (!summary.unseen.empty()) {
    text += ink.warning("Categories that training never saw: ") + column_counts_text(summary.unseen) + ".\n";
  }
  if (!summary.out_of_range.empty()) {
    text += ink.warning("Numbers beyond what training saw: ") + column_counts_text(summary.out_of_range) + ".\n";
  }
  return text;
}

}  // namespace netstray
