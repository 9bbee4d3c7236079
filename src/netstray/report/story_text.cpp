#include "netstray/report/story_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kLoneShown = 3;
constexpr std::size_t kLoneReasons = 3;

std::string severity_text(Severity severity, const Ink& ink) {
  const std::string name = fmt::format("{:<6}", name_of(severity));
  if (severity == Severity::high) return ink.alarm(name);
  return severity == Severity::medium ? ink.warning(name) : ink.faint(name);
}

std::string reasons_line(std::span<const Reason> reasons) {
  std::string text;
  for (const Reason& reason : reasons) text += (text.empty() ? "" : "; ") + reason_text(reason);
  return text;
}

/// "1,994 flows, 2,011 packets, from ... to ...; T1046; mean score 0.512"
std::string counts_line(const Story& story) {
  std::string text = story.flows > 0 ? counted(story.flows, "flow", "flows") + ", " : "";
  text += fmt::format("{}, {} to {}", counted(story.packets, "packet", "packets"), format_time(story.first),
                      format_time(story.last));
  if (!story.technique.empty()) text += fmt::format(", ATT&CK {}", story.technique);
  if (std::isfinite(story.score)) text += fmt::format(", mean score {:.3f}", story.score);
  return text;
}

std::string story_text(const Story& story, std::size_t rank, const Ink& ink) {
  std::string text = ink.strong(fmt::format("#{}", rank)) + "  " + severity_text(story.severity, ink) + "  " +
                     ink.strong(printable(story.title)) + '\n';
  text += "    " + counts_line(story) + '\n';
  if (!story.reasons.empty()) text += "    " + reasons_line(story.reasons) + '\n';
  return text + "    " + ink.faint("Wireshark: ") + story.scope.display_filter() + '\n';
}

std::string lone_text(const Finding& finding, const Ink& ink) {
  std::string carried;
  for (const auto& [name, value] : finding.carried) {
    if (!value.empty()) carried += (carried.empty() ? "" : ", ") + printable(name) + " " + printable(value);
  }
  const auto reasons = std::span(finding.reasons).first(std::min(kLoneReasons, finding.reasons.size()));
  std::string text = fmt::format("    row {}: {}{}\n", grouped(finding.row), carried,
                                 finding.count > 1 ? fmt::format(" ({} alike)", grouped(finding.count)) : "");
  if (!reasons.empty()) text += "        " + ink.faint(reasons_line(reasons)) + '\n';
  return text;
}

}  // namespace

std::string stories_text(std::span<const Story> stories, const ScanResult& lone, std::size_t top, bool colour) {
  const Ink ink(colour);
  const auto first_note = std::ranges::find(stories, Severity::note, &Story::severity);
  const auto alarms = static_cast<std::size_t>(first_note - stories.begin());
  std::string text = alarms == 0 ? ink.good("nothing stands out") + '\n' : ink.strong("What stands out") + '\n';
  for (std::size_t i = 0; i < std::min(alarms, top); ++i) text += story_text(stories[i], i + 1, ink);
  if (alarms > top) text += fmt::format("and {} more (--top)\n", grouped(alarms - top));
  const std::size_t shown = std::min({lone.top.size(), kLoneShown, top});
  if (alarms == stories.size() && shown == 0) return text;
  text += '\n' + ink.faint("Notes, no alarms") + '\n';
  for (std::size_t i = alarms; i < std::min(stories.size(), alarms + top); ++i) {
    text += story_text(stories[i], i + 1, ink);
  }
  if (shown > 0) {
    text +=
        fmt::format("    the rarest of {} that no story explains, as an isolation forest of this capture sees them:\n",
                    counted(lone.rows, "flow", "flows"));
  }
  for (std::size_t i = 0; i < shown; ++i) text += lone_text(lone.top[i], ink);
  return text;
}

}  // namespace netstray
