#include "netstray/synth/user_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/synth/log_episodes.h"
#include "netstray/synth/log_user.h"
#include "netstray/synth/network_map.h"

namespace netstray {
namespace {

constexpr std::size_t kRowsPerUser = 500;
constexpr TimeNs kSecond = 1'000'000'000;
constexpr std::int64_t kDaySeconds = 86'400;

/// What a scanner of malware would have called each kind; "" where it has no name.
constexpr std::array<std::string_view, 7> kMalware{"stolen account", "stolen account", "",       "spam bot",
                                                   "remote control", "data theft",     "dropper"};

void check(const UserLogSettings& settings) {
  if (settings.rows < 1 || settings.rows > 100'000'000) throw usage_error("rows: 1 to 100,000,000");
  if (!(settings.malicious_share >= 0 && settings.malicious_share <= 1))
    throw usage_error("share of malicious rows: 0 to 1");
  if (settings.users > settings.rows) throw usage_error("users: at most as many as rows");
  if (settings.days < 1 || settings.days > 366) throw usage_error("days: 1 to 366");
}

Schema log_schema() {
  return Schema({{"timestamp", ColumnType::time},
                 {"user", ColumnType::category},
                 {"dst_port", ColumnType::integer},
                 {"asn", ColumnType::integer},
                 {"malware_type", ColumnType::category},
                 {"signature", ColumnType::category}});
}

/// Distinct numbers of 32 bits, ascending.
std::vector<std::uint32_t> user_ids(std::size_t count, Rng& rng) {
  std::set<std::uint32_t> ids;
  while (ids.size() < count) ids.insert(static_cast<std::uint32_t>(rng.next()));
  return {ids.begin(), ids.end()};
}

/// Ends of each user's share of the benign rows: a few users make most of them.
std::vector<std::size_t> shares(std::size_t rows, std::size_t users, Rng& rng) {
  std::vector<double> ends;
  ends.reserve(users);
  double sum = 0;
  for (std::size_t i = 0; i < users; ++i) ends.push_back(sum += std::exp(.8 * rng.normal()));
  std::vector<std::size_t> rounded;
  rounded.reserve(users);
  for (const double end : ends) rounded.push_back(static_cast<std::size_t>(end / sum * static_cast<double>(rows)));
  rounded.back() = rows;
  return rounded;
}

void append_or_missing(Column& column, std::string_view text) {
  if (text.empty())
    column.append_missing();
  else
    column.append_text(text);
}

void append(Table& table, const std::string& user, std::span<const LogEvent> events, TimeNs start) {
  for (const auto& event : events) {
    table.column(0).append_time(start + event.second * kSecond);
    table.column(1).append_text(user);
    table.column(2).append_decimal(event.port, 0);
    table.column(3).append_decimal(event.asn, 0);
    append_or_missing(table.column(4), event.kind == 0 ? "" : kMalware[event.kind - 1U]);
    append_or_missing(table.column(5), event.kind == 0 ? "" : user_log_kinds()[event.kind - 1U].label);
  }
}

}  // namespace

Table make_user_log(const UserLogSettings& settings) {
  check(settings);
  const NetworkMap map(settings.networks.empty() ? well_known_networks() : std::span(settings.networks));
  const auto malicious =
      static_cast<std::size_t>(std::llround(static_cast<double>(settings.rows) * settings.malicious_share));
  const auto users = settings.users > 0 ? settings.users : std::max<std::size_t>(1, settings.rows / kRowsPerUser);
  Rng rng(settings.seed);
  const auto ids = user_ids(users, rng);
  const auto ends = shares(settings.rows - malicious, users, rng);
  const auto episodes = plan_episodes(malicious, users, rng);
  const auto hour = settings.start / kSecond % kDaySeconds / 3600;
  const LogSpan span{settings.days * kDaySeconds, static_cast<unsigned>(hour < 0 ? hour + 24 : hour)};

  Table table(log_schema());
  std::vector<LogEvent> events;
  auto next = episodes.begin();
  for (std::size_t i = 0; i < users; ++i) {
    Rng own = Rng::stream(settings.seed, i + 1);
    const LogUser user(map, own);
    events.clear();
    user.live(ends[i] - (i == 0 ? 0 : ends[i - 1]), span.seconds, span.first_hour, own, events);
    for (; next != episodes.end() && next->user == i; ++next) play_episode(*next, user, map, span, own, events);
    std::ranges::stable_sort(events, {}, &LogEvent::second);
    append(table, fmt::format("{:08x}", ids[i]), events, settings.start);
  }
  return table;
}

void write_user_log(const Table& log, OutputFile& out) {
  std::string text;
  for (std::size_t c = 0; c < log.columns(); ++c) text += (c == 0 ? "" : ",") + log.schema()[c].name;
  text += '\n';
  for (std::size_t row = 0; row < log.rows(); ++row) {
    for (std::size_t c = 0; c < log.columns(); ++c) {
      if (c > 0) text += ',';
      if (log.column(c).missing(row)) {
        text += '-';
        continue;
      }
      log.column(c).write_text(row, text);
      if (log.column(c).type() == ColumnType::time) text.pop_back();  // the Z
    }
    text += '\n';
    if (text.size() > 65'536) {
      out.write(text);
      text.clear();
    }
  }
  out.write(text);
}

}  // namespace netstray
