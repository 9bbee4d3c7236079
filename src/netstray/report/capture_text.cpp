#include "netstray/report/capture_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kTalkersNamed = 5;

/// "1.28 GB", decimal units.
std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  constexpr double kStep = 1000;
  if (bytes < static_cast<std::uint64_t>(kStep)) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / kStep;
  std::size_t unit = 0;
  for (; size >= kStep && unit + 1 < kUnits.size(); ++unit) size /= kStep;
  return fmt::format("{} {}", readable(size, 3), kUnits[unit]);
}

/// "2 h 5 min", "41.3 s"
std::string span_text(TimeNs span) {
  constexpr TimeNs kSecond = 1'000'000'000;
  constexpr TimeNs kMinute = 60 * kSecond;
  constexpr TimeNs kHour = 60 * kMinute;
  constexpr TimeNs kDay = 24 * kHour;
  if (span >= kDay) return fmt::format("{} d {} h", span / kDay, span % kDay / kHour);
  if (span >= kHour) return fmt::format("{} h {} min", span / kHour, span % kHour / kMinute);
  if (span >= kMinute) return fmt::format("{} min {} s", span / kMinute, span % kMinute / kSecond);
  return readable(static_cast<double>(span) / static_cast<double>(kSecond), 3) + " s";
}

std::string dropped_text(const CaptureSummary& summary) {
  std::vector<std::pair<std::string, std::uint64_t>> reasons(summary.dropped.begin(), summary.dropped.end());
  std::ranges::stable_sort(reasons, std::ranges::greater(), &std::pair<std::string, std::uint64_t>::second);
  std::vector<std::string> parts;
  parts.reserve(reasons.size());
  for (const auto& [reason, count] : reasons) parts.push_back(fmt::format("{} {}", reason, grouped(count)));
  return join(parts, ", ");
}

std::string protocols_text(const CaptureSummary& summary) {
  std::vector<std::string> parts;
  parts.reserve(summary.protocols.size());
  for (const auto& share : summary.protocols) {
    parts.push_back(
        fmt::format("{} {} ({})", share.name, counted(share.flows, "flow", "flows"), bytes_text(share.bytes)));
  }
  return join(parts, ", ");
}

std::string talkers_text(const CaptureSummary& summary) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(summary.talkers.size(), kTalkersNamed); ++i) {
    const Talker& talker = summary.talkers[i];
    parts.push_back(fmt::format("{} {}{} in {}", to_text(talker.address), summary.talkers_error > 0 ? "at least " : "",
                                bytes_text(talker.bytes), counted(talker.flows, "flow", "flows")));
  }
  return join(parts, ", ");
}

}  // namespace

std::string capture_text(const CaptureSummary& summary, const std::string& source, bool colour) {
  const Ink ink(colour);
  std::string head = fmt::format("{}: {}", printable(source), counted(summary.packets_read, "packet", "packets"));
  if (summary.first) {
    head += fmt::format(", {} to {} ({})", format_time(*summary.first), format_time(*summary.last),
                        span_text(*summary.last - *summary.first));
  }
  TextTable table({{""}, {""}});
  table.add_row({"in flows", fmt::format("{} in {}", counted(summary.packets_in_flows, "packet", "packets"),
                                         counted(summary.flows, "flow", "flows"))});
  if (!summary.dropped.empty()) table.add_row({"in none", dropped_text(summary)});
  if (!summary.protocols.empty()) table.add_row({"protocols", protocols_text(summary)});
  if (!summary.talkers.empty()) table.add_row({"talk most", talkers_text(summary)});
  return ink.strong(head) + '\n' + table.text(2);
}

}  // namespace netstray
