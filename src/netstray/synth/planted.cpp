#include "netstray/synth/planted.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "netstray/synth/flow_table.h"

namespace netstray {
namespace {

/// One attacker at work: who against whom, from when to when.
struct Episode {
  std::uint32_t source, target;
  TimeNs begin, length;
  std::size_t flows;
};

using MakeFlow = void (*)(MadeFlow& flow, const Episode& episode, std::size_t number, Rng& rng);

void port_scan(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  flow.src_ip = episode.source;
  flow.dst_ip = episode.target;
  flow.dst_port = static_cast<std::uint16_t>(1 + rng.below(49'151));
  make_failed(flow, rng.uniform() < .7 ? "REJ" : "S0", rng);
}

void syn_flood(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  flow.src_ip = Office::stranger(rng);
  flow.dst_ip = Office::kWebServer;
  flow.src_port = static_cast<std::uint16_t>(1'024 + rng.below(64'512));
  flow.dst_port = 80;
  make_failed(flow, "S0", rng);
  flow.orig_pkts = 1;
  flow.duration_us = 0;
  flow.time = episode.begin + static_cast<TimeNs>(rng.below(60'000'000)) * kMicrosecond;
}

void exfiltration(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  flow.src_ip = episode.source;
  flow.dst_ip = episode.target;
  flow.dst_port = 443;
  flow.service = "ssl";
  flow.duration_us = LogNormal{900, .5}.draw_us(rng);
  flow.orig_bytes = LogNormal{4e8, .7}.draw_bytes(rng);
  flow.resp_bytes = LogNormal{60'000, .5}.draw_bytes(rng);
  flow.orig_pkts = tcp_packets(flow.orig_bytes, rng);
  flow.resp_pkts = tcp_packets(flow.resp_bytes, rng) + flow.orig_bytes / 2'800;
}

void beaconing(MadeFlow& flow, const Episode& episode, std::size_t number, Rng& rng) {
  const auto period = episode.length / static_cast<TimeNs>(std::max<std::size_t>(episode.flows, 1));
  flow.time =
      episode.begin + static_cast<TimeNs>(number) * period + static_cast<TimeNs>(rng.below(2'000'000)) * kMicrosecond;
  flow.src_ip = episode.source;
  flow.dst_ip = episode.target;
  flow.dst_port = 4'443;
  flow.duration_us = LogNormal{0.35, .1}.draw_us(rng);
  flow.orig_bytes = static_cast<std::int64_t>(212 + rng.below(9));
  flow.resp_bytes = 64;
  flow.orig_pkts = 5;
  flow.resp_pkts = 4;
}

void password_guessing(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  flow.src_ip = episode.target;  // the stranger knocks
  flow.dst_ip = Office::kLoginServer;
  flow.dst_port = 22;
  flow.service = "ssh";
  flow.state = rng.uniform() < .8 ? "RSTO" : "SF";
  flow.duration_us = LogNormal{2.2, .3}.draw_us(rng);
  flow.orig_bytes = LogNormal{1'100, .1}.draw_bytes(rng);
  flow.resp_bytes = LogNormal{1'700, .1}.draw_bytes(rng);
  flow.orig_pkts = static_cast<std::int64_t>(11 + rng.below(5));
  flow.resp_pkts = static_cast<std::int64_t>(10 + rng.below(5));
}

void dns_tunnelling(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  flow.src_ip = episode.source;
  flow.dst_ip = Office::kNameServer;
  flow.dst_port = 53;
  flow.proto = "udp";
  flow.service = "dns";
  flow.duration_us = LogNormal{0.12, .4}.draw_us(rng);
  flow.orig_bytes = static_cast<std::int64_t>(205 + rng.below(45));
  flow.resp_bytes = LogNormal{900, .3}.draw_bytes(rng);
  flow.orig_pkts = 1;
  flow.resp_pkts = 1;
}

void rare_service(MadeFlow& flow, const Episode& episode, std::size_t /*number*/, Rng& rng) {
  struct Rare {
    std::string_view proto, service;
    std::uint16_t port;
  };
  constexpr std::array<Rare, 4> kRare = {
      {{"tcp", "irc", 6'667}, {"tcp", "telnet", 23}, {"udp", "tftp", 69}, {"gre", "", 0}}};
  const Rare& rare = kRare[rng.below(kRare.size())];
  flow.src_ip = episode.source;
  flow.dst_ip = episode.target;
  flow.proto = rare.proto;
  flow.service = rare.service;
  flow.dst_port = rare.port;
  if (rare.port == 0) flow.src_port = 0;
  flow.duration_us = LogNormal{60, 1}.draw_us(rng);
  flow.orig_bytes = LogNormal{2'000, 1}.draw_bytes(rng);
  flow.resp_bytes = LogNormal{5'000, 1}.draw_bytes(rng);
  flow.orig_pkts = tcp_packets(flow.orig_bytes, rng);
  flow.resp_pkts = tcp_packets(flow.resp_bytes, rng);
}

/// A kind and how it comes: its share of all anomalies, the flows and the time of one episode.
struct Kind {
  PlantedKind words;
  double share = 0;
  std::size_t flows = 1;  // of one episode, about
  TimeNs length = 0;      // of one episode; 0 = all the days
  MakeFlow make = nullptr;
};

constexpr std::array<Kind, 7> kKinds = {{
    {{"port-scan", "a machine inside tries one port after the other of another host"}, .25, 400, kHour / 6, port_scan},
    {{"syn-flood", "strangers open connections to the web server and never finish them"},
     .25,
     600,
     kHour / 60,
     syn_flood},
    {{"exfiltration", "a machine sends hundreds of megabytes to a host that nobody uses"},
     .04,
     8,
     6 * kHour,
     exfiltration},
    {{"beaconing", "a machine calls the same rare host and port at the same pace"}, .12, 400, 0, beaconing},
    {{"password-guessing", "a stranger logs in by SSH and is refused, again and again"},
     .15,
     300,
     kHour,
     password_guessing},
    {{"dns-tunnelling", "long queries and long answers carry something through the name server"},
     .15,
     400,
     3 * kHour,
     dns_tunnelling},
    {{"rare-service", "protocols and services that this office does not use"}, .04, 6, 0, rare_service},
}};

/// How many flows each kind gets: by share, at least one while there are enough, `count` in all.
std::array<std::size_t, kKinds.size()> share_out(std::size_t count) {
  std::array<std::size_t, kKinds.size()> counts{};
  const std::size_t each = std::min<std::size_t>(count / kKinds.size(), 1);
  std::size_t left = count - each * kKinds.size();
  double share_left = 1;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    const double exact = static_cast<double>(left) * std::min(1.0, kKinds[k].share / share_left);
    const std::size_t more =
        k + 1 == kKinds.size() ? left : std::min(left, static_cast<std::size_t>(std::llround(exact)));
    counts[k] = each + more;
    left -= more;
    share_left -= kKinds[k].share;
  }
  return counts;
}

Episode make_episode(const Office& office, const Kind& kind, std::size_t flows, Rng& rng) {
  const TimeNs all = office.end() - office.start();
  const TimeNs length = kind.length == 0 ? all : kind.length;
  const auto room = static_cast<std::uint64_t>((all - length) / kMicrosecond + 1);
  Episode episode{};
  episode.source = office.some_user(rng);
  episode.target = Office::stranger(rng);
  episode.begin = office.start() + static_cast<TimeNs>(rng.below(room)) * kMicrosecond;
  episode.length = length;
  episode.flows = flows;
  return episode;
}

void plant(const Office& office, const Kind& kind, std::size_t count, Rng& rng, std::vector<MadeFlow>& flows) {
  while (count > 0) {
    const std::size_t size = std::min(count, kind.flows);
    const Episode episode = make_episode(office, kind, size, rng);
    const auto length_us = static_cast<std::uint64_t>(episode.length / kMicrosecond);
    for (std::size_t number = 0; number < size; ++number) {
      MadeFlow flow;
      flow.label = kind.words.label;
      flow.src_port = client_port(rng);
      flow.time = episode.begin + static_cast<TimeNs>(rng.below(length_us)) * kMicrosecond;
      kind.make(flow, episode, number, rng);
      flows.push_back(flow);
    }
    count -= size;
  }
}

}  // namespace

std::span<const PlantedKind> planted_kinds() noexcept {
  static constexpr auto kWords = [] {
    std::array<PlantedKind, kKinds.size()> words{};
    for (std::size_t k = 0; k < kKinds.size(); ++k) words[k] = kKinds[k].words;
    return words;
  }();
  return kWords;
}

void plant_anomalies(const Office& office, std::size_t count, std::uint64_t seed, std::vector<MadeFlow>& flows) {
  const auto counts = share_out(count);
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    Rng rng = Rng::stream(seed, k);
    plant(office, kKinds[k], counts[k], rng, flows);
  }
}

}  // namespace netstray
