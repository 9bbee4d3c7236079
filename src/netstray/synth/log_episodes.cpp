#include "netstray/synth/log_episodes.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace netstray {
namespace {

/// Far from the users' homes, however one travels.
constexpr std::array<std::string_view, 16> kFar{"AU", "NZ", "CL", "AR", "PE", "MX", "EC", "CO",
                                                "PA", "FJ", "PH", "ID", "VN", "CN", "KR", "JP"};
constexpr double kVeryFar = .75;  // of the episodes in a foreign country: one of these, else any

/// What an episode's events are made from.
struct Scene {
  const LogUser& user;
  const NetworkMap& map;
  const LogSpan& span;
  Rng& rng;
  std::uint32_t rows;

  std::int64_t day() const { return user.some_second(span.seconds, span.first_hour, true, rng); }
  std::int64_t night() const { return user.some_second(span.seconds, span.first_hour, false, rng); }
  std::size_t far_country() const {
    std::size_t country = rng.uniform() < kVeryFar ? map.country(kFar[rng.below(kFar.size())]) : map.any_country(rng);
    if (country == user.home()) country = (country + 1) % map.countries();
    return country;
  }
  std::uint32_t far_network() const { return map.network(far_country(), rng); }
  std::int64_t gap(double mean) const { return 1 + static_cast<std::int64_t>(rng.exponential() * mean); }
};

using Events = std::vector<LogEvent>;

std::uint16_t high_port(Rng& rng) { return static_cast<std::uint16_t>(1024 + rng.below(64'512)); }

void impossible_travel(const Scene& scene, Events& events) {
  static constexpr std::array<std::uint16_t, 3> kPorts{993, 22, 3389};
  const std::array<std::uint32_t, 2> places{scene.far_network(), scene.far_network()};
  const auto port = kPorts[scene.rng.below(kPorts.size())];
  auto second = scene.day();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back({second, places[i % 2], port, 0});
    second += scene.gap(40);
  }
}

void new_country(const Scene& scene, Events& events) {
  const auto place = scene.far_network();
  auto second = scene.day();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back({second, place, static_cast<std::uint16_t>(scene.rng.below(4) == 0 ? 80 : 443), 0});
    second += scene.gap(120);
  }
}

void port_scan(const Scene& scene, Events& events) {
  static constexpr std::array<std::uint16_t, 10> kKnown{21, 22, 23, 25, 80, 110, 139, 443, 445, 514};
  const auto target = scene.map.network(scene.map.large_country(scene.rng), scene.rng);
  auto second = scene.day();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    const bool known = scene.rng.below(2) == 0;
    events.push_back({second, target, known ? kKnown[scene.rng.below(kKnown.size())] : high_port(scene.rng), 0});
    second += scene.gap(1);
  }
}

void mail_spam(const Scene& scene, Events& events) {
  auto second = scene.night();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back({second, scene.map.network(scene.map.any_country(scene.rng), scene.rng), 25, 0});
    second += scene.gap(3);
  }
}

void beacon(const Scene& scene, Events& events) {
  static constexpr std::array<std::uint16_t, 3> kPorts{4444, 8443, 9001};
  const auto master = scene.far_network();
  const auto port = kPorts[scene.rng.below(kPorts.size())];
  auto second = scene.night();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back({second, master, port, 0});
    second += 598 + static_cast<std::int64_t>(scene.rng.below(5));
  }
}

void rare_network(const Scene& scene, Events& events) {
  const auto place = scene.far_network();
  const auto port = high_port(scene.rng);
  auto second = scene.night();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back({second, place, port, 0});
    second += scene.gap(30);
  }
}

void usual_place(const Scene& scene, Events& events) {
  auto event = scene.user.usual_place(scene.rng);
  event.second = scene.day();
  for (std::uint32_t i = 0; i < scene.rows; ++i) {
    events.push_back(event);
    event.second += scene.gap(8);
  }
}

struct Kind {
  PlantedKind said;
  double share = 0;  ///< of the malicious rows
  std::uint32_t least_rows = 1, most_rows = 1;
  void (*play)(const Scene&, Events&) = nullptr;
};

constexpr std::array<Kind, 7> kKinds{{
    {{"Account used from two far countries", "mail, SSH or remote desktop in turn from both, half a minute apart"},
     .18,
     4,
     12,
     impossible_travel},
    {{"Session with a country never used before", "a web site in a far country, in waking hours"},
     .14,
     3,
     8,
     new_country},
    {{"Scan of many ports", "one network, a new port every second, known and high ones"}, .17, 10, 40, port_scan},
    {{"Mail to many networks", "port 25, another network every few seconds, at night"}, .19, 10, 40, mail_spam},
    {{"Beacon every ten minutes", "a high port of the same far network, at night, to the second"}, .15, 6, 20, beacon},
    {{"Transfer to a rare network", "a few rows to a high port in a far country, at night"}, .10, 2, 5, rare_network},
    {{"Download from a usual place", "a favourite of this user: nothing in these columns is unusual"},
     .07,
     2,
     5,
     usual_place},
}};

constexpr auto kSaid = [] {
  std::array<PlantedKind, kKinds.size()> said;
  for (std::size_t i = 0; i < said.size(); ++i) said[i] = kKinds[i].said;
  return said;
}();

/// How many of `rows` are of each kind: by its share, but one at least of each while they last.
std::array<std::size_t, kKinds.size()> shared_out(std::size_t rows) {
  std::array<std::size_t, kKinds.size()> parts{};
  for (std::size_t i = 0; i < parts.size() && i < rows; ++i) parts[i] = 1;
  const std::size_t rest = rows - std::min(rows, parts.size());
  double sum = 0;
  std::size_t given = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sum += kKinds[i].share;
    const auto upto =
        i + 1 == parts.size() ? rest : std::min(rest, static_cast<std::size_t>(sum * static_cast<double>(rest)));
    parts[i] += upto - given;
    given = upto;
  }
  return parts;
}

}  // namespace

std::span<const PlantedKind> user_log_kinds() noexcept { return kSaid; }

std::vector<LogEpisode> plan_episodes(std::size_t rows, std::size_t users, Rng& rng) {
  std::vector<LogEpisode> episodes;
  const auto parts = shared_out(rows);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& kind = kKinds[i];
    for (std::size_t left = parts[i]; left > 0;) {
      const auto length =
          std::min<std::size_t>(left, kind.least_rows + rng.below(kind.most_rows - kind.least_rows + 1));
      episodes.push_back({static_cast<std::uint32_t>(rng.below(users)), static_cast<std::uint8_t>(i),
                          static_cast<std::uint32_t>(length)});
      left -= length;
    }
  }
  std::ranges::stable_sort(episodes, {}, &LogEpisode::user);
  return episodes;
}

void play_episode(const LogEpisode& episode, const LogUser& user, const NetworkMap& map, const LogSpan& span, Rng& rng,
                  std::vector<LogEvent>& events) {
  const auto first = events.size();
  kKinds[episode.kind].play({user, map, span, rng, episode.rows}, events);
  for (std::size_t i = first; i < events.size(); ++i) {
    events[i].kind = static_cast<std::uint8_t>(episode.kind + 1);
    events[i].second = std::min(events[i].second, span.seconds - 1);
  }
}

}  // namespace netstray
