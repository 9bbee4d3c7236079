#include <algorithm>

#include <fmt/core.h>

#include "netstray/alert/distinct.h"
#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kVictims = 8192;
constexpr TimeNs kMinute = 60 * Limits::kSecond;

/// The commonest of a row of values, if one makes up more than half (Boyer and Moore's vote), in constant memory.
struct Majority {
  std::uint64_t held = 0;
  std::uint64_t lead = 0;
  std::uint64_t votes = 0;  ///< of the one that is held, since it is

  void vote(std::uint64_t value, std::uint64_t weight) noexcept {
    if (lead == 0 && held != value) {
      held = value;
      votes = 0;
    }
    if (held == value) {
      lead += weight;
      votes += weight;
    } else if (lead >= weight) {
      lead -= weight;
    } else {
      held = value;
      lead = weight - lead;
      votes = weight;
    }
  }
};

class FloodWatch final : public StoryWatch {
 public:
  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    const bool icmp = flow.protocol == Protocol::icmp || flow.protocol == Protocol::icmpv6;
    if ((!facts.tcp && !facts.udp && !icmp) || facts.to_many) return;
    Victim& victim = victims_.at({flow.responder, {}, static_cast<std::uint8_t>(flow.protocol), 0});
    const bool counts = facts.tcp ? facts.half_open || is_stray(facts) : icmp || is_unanswered(flow);
    if (!counts) {
      ++victim.others;
      return;
    }
    if (!victim.sum.continues(flow, Limits::kFloodSilence)) end_run(flow.responder, flow.protocol, victim);
    victim.sum.add(facts);
    ++victim.flows;
    victim.syns += facts.half_open ? facts.syns : 0;
    victim.half_open += facts.half_open ? 1 : 0;
    victim.sent += flow.sent.packets;
    victim.port.vote(flow.responder_port, flow.sent.packets);
    victim.sources.add(flow.originator);
    if (victim.first_sources.size() < kSourcesNamed) victim.first_sources.push_back(flow.originator);
  }

  void finish(std::vector<Story>& stories) override {
    for (auto& [key, victim] : victims_.sorted()) {
      end_run(key.source, static_cast<Protocol>(key.protocol), *victim);
    }
    stories.insert(stories.end(), found_.begin(), found_.end());
  }

 private:
  static constexpr std::size_t kSourcesNamed = 4;
  static constexpr std::size_t kMostStories = 1000;

  struct Victim {
    FlowSum sum;
    std::uint64_t flows = 0, half_open = 0, others = 0, syns = 0, sent = 0;
    Majority port;
    DistinctAddresses sources;
    std::vector<IpAddress> first_sources;
  };

  static bool is_unanswered(const FlowRecord& flow) {
    return static_cast<double>(flow.received.packets) <=
           Limits::kAnsweredShare * static_cast<double>(flow.sent.packets);
  }
  /// TCP packets of no connection; a host refuses them, if it answers at all.
  static bool is_stray(const FlowFacts& facts) {
    constexpr std::size_t kSyn = 1;
    constexpr std::size_t kRst = 2;
    const FlowSide& answers = facts.flow.received;
    const bool refused = answers.packets == answers.flags[kRst] && answers.payload_bytes == 0;
    return facts.syns == 0 && answers.flags[kSyn] == 0 && (refused || is_unanswered(facts.flow));
  }

  /// Fast from anybody, or not quite so fast from very many with hardly a packet each.
  static bool is_packet_flood(const Victim& victim) {
    const double per_second = victim.sum.per_second(victim.sent, Limits::kSecond);
    const bool spoofed =
        sources_of(victim) >= Limits::kFloodSources && victim.sent <= Limits::kProbePackets * sources_of(victim);
    return per_second >= (spoofed ? Limits::kSpoofedPacketsPerSecond : Limits::kFloodPacketsPerSecond);
  }

  void end_run(const IpAddress& address, Protocol protocol, Victim& victim) {
    if (victim.flows > 0 && found_.size() < kMostStories) {
      if (protocol == Protocol::tcp && is_syn_flood(victim)) {
        found_.push_back(syn_flood(address, victim));
      } else if (victim.half_open * 2 < victim.flows + 1 && is_packet_flood(victim)) {
        found_.push_back(packet_flood(address, protocol, victim));
      }
    }
    const std::uint64_t others = victim.others;
    victim = {};
    victim.others = others;
  }

  static bool is_syn_flood(const Victim& victim) {
    const double per_second = victim.sum.per_second(victim.syns, Limits::kSecond);
    const double per_minute = 60 * victim.sum.per_second(victim.syns, kMinute);
    const bool fast = per_second >= Limits::kSynsPerSecond || per_minute >= Limits::kHalfOpenPerMinute;
    const auto flows = static_cast<double>(victim.half_open + victim.others);
    const bool unfinished = static_cast<double>(victim.half_open) >= Limits::kHalfOpenShare * flows;
    const bool aimed = one_port(victim) || sources_of(victim) >= Limits::kSpoofedSources;
    return fast && unfinished && aimed;
  }

  /// Each flow has one; an estimate may be beyond that.
  static std::uint64_t sources_of(const Victim& victim) { return std::min(victim.sources.count(), victim.flows); }

  static bool one_port(const Victim& victim) { return victim.port.votes * 2 >= victim.sent && victim.port.lead > 0; }

  static std::string from_words(const Victim& victim) {
    const std::uint64_t sources = sources_of(victim);
    if (sources == 1) return "from " + to_text(victim.first_sources.front());
    const bool made_up = sources >= Limits::kSpoofedSources && victim.sent <= Limits::kProbePackets * sources;
    return fmt::format("from {}{} addresses{}", victim.sources.exact() ? "" : "about ", grouped(sources),
                       made_up ? " (spoofed, or a botnet)" : "");
  }

  static void finish_story(Story& story, const IpAddress& address, Protocol protocol, const Victim& victim) {
    const std::uint64_t sources = sources_of(victim);
    if (sources == 1) {
      story.hosts = {victim.first_sources.front(), address};
      story.scope.others = {victim.first_sources.front()};
    } else {
      story.hosts = {address};
    }
    story.scope.host = address;
    story.scope.protocol = protocol;
    const bool has_ports = protocol == Protocol::tcp || protocol == Protocol::udp;
    if (has_ports && one_port(victim)) story.scope.ports = {static_cast<std::uint16_t>(victim.port.held)};
  }

  static Story syn_flood(const IpAddress& address, const Victim& victim) {
    Story story = begin_story("syn_flood", victim.sum);
    story.title = fmt::format("SYN flood: {}{} got {} SYNs {}", to_text(address),
                              one_port(victim) ? fmt::format(" port {}", victim.port.held) : "", grouped(victim.syns),
                              from_words(victim));
    const auto flows = static_cast<double>(victim.half_open + victim.others);
    story.reasons =
        ReasonList()
            .above("syns_per_second", victim.sum.per_second(victim.syns, Limits::kSecond), Limits::kSynsPerSecond)
            .above("half_open_share", static_cast<double>(victim.half_open) / flows, Limits::kHalfOpenShare)
            .above("sources", static_cast<double>(sources_of(victim)), Limits::kSpoofedSources)
            .take();
    finish_story(story, address, Protocol::tcp, victim);
    return story;
  }

  static Story packet_flood(const IpAddress& address, Protocol protocol, const Victim& victim) {
    const bool tcp = protocol == Protocol::tcp;
    const bool udp = protocol == Protocol::udp;
    Story story = begin_story(tcp ? "tcp_flood" : udp ? "udp_flood" : "icmp_flood", victim.sum);
    story.title =
        fmt::format("{} flood: {}{} got {} packets {}",
                    tcp   ? "TCP"
                    : udp ? "UDP"
                          : "ICMP",
                    to_text(address), (tcp || udp) && one_port(victim) ? fmt::format(" port {}", victim.port.held) : "",
                    grouped(victim.sent), from_words(victim));
    const auto answers = static_cast<double>(victim.sum.packets - victim.sent);
    const double per_second = victim.sum.per_second(victim.sent, Limits::kSecond);
    const bool fast = per_second >= Limits::kFloodPacketsPerSecond;
    story.reasons = ReasonList()
                        .above("packets_per_second", per_second,
                               fast ? Limits::kFloodPacketsPerSecond : Limits::kSpoofedPacketsPerSecond)
                        .below("answered_share", answers / static_cast<double>(victim.sent), Limits::kAnsweredShare)
                        .above("sources", static_cast<double>(sources_of(victim)), Limits::kFloodSources)
                        .take();
    finish_story(story, address, protocol, victim);
    return story;
  }

  TallyTable<Victim> victims_{kVictims};
  std::vector<Story> found_;
};

}  // namespace

std::unique_ptr<StoryWatch> make_flood_watch() { return std::make_unique<FloodWatch>(); }

}  // namespace netstray
