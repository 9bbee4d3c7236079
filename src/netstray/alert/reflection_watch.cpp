#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "netstray/alert/distinct.h"
#include "netstray/alert/scan_words.h"
#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kVictims = 8192;
constexpr std::size_t kMostStories = 1000;

/// UDP services that answer anybody, and at length (US-CERT TA14-017A; memcached and the rest by its later revisions).
constexpr std::array<std::uint16_t, 19> kAmplifiers = {17,   19,   53,   69,   111,  123,   137,   161,   389,  520,
                                                       1434, 1900, 3283, 3702, 5353, 10001, 11211, 27015, 37810};

bool amplifies(std::uint16_t port) { return std::ranges::find(kAmplifiers, port) != kAmplifiers.end(); }

class ReflectionWatch final : public StoryWatch {
 public:
  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    if (facts.to_many) return;
    if (facts.tcp) {
      // A SYN and ACK to somebody who sent no SYN.
      const bool forward = flow.sent.flags[kSyn] > 0;
      if (!forward && flow.received.flags[kSyn] > 0) {
        add_exchange({flow.originator, flow.responder, 0, flow.sent, flow.received}, facts);
      }
      return;
    }
    if (!facts.udp) return;
    const bool answers_alone = flow.sent.packets == 0;  // of a port that the meter knows as a server's
    if (amplifies(flow.responder_port) || answers_alone) {
      add_exchange({flow.originator, flow.responder, flow.responder_port, flow.sent, flow.received}, facts);
    } else if (amplifies(flow.originator_port) || is_from_a_server(flow)) {
      add_exchange({flow.responder, flow.originator, flow.originator_port, flow.received, flow.sent}, facts);
    }
  }

  void finish(std::vector<Story>& stories) override {
    for (auto& [key, victim] : victims_.sorted()) end_run(key, *victim);
    stories.insert(stories.end(), found_.begin(), found_.end());
  }

 private:
  static constexpr std::size_t kSyn = 1;

  /// Nothing but datagrams from a port that a client would not take, to another one.
  static bool is_from_a_server(const FlowRecord& flow) {
    return flow.received.packets == 0 && flow.originator_port > 0 && flow.originator_port < Limits::kFirstClientPort &&
           flow.originator_port != flow.responder_port;
  }

  /// Who asks, who answers, on which port (0: TCP), and what each sent.
  struct Exchange {
    const IpAddress &client, &server;
    std::uint16_t port;
    const FlowSide &asked, &answered;
  };
  struct Victim {
    FlowSum unasked, all;
    std::uint64_t flows = 0, unasked_packets = 0, unasked_bytes = 0;
    std::uint64_t questions = 0, question_bytes = 0, answer_bytes = 0;
    DistinctAddresses servers;
    std::vector<IpAddress> first_servers;
  };

  void add_exchange(const Exchange& exchange, const FlowFacts& facts) {
    const auto protocol = static_cast<std::uint8_t>(facts.flow.protocol);
    const TallyKey key{exchange.client, {}, protocol, exchange.port};
    Victim& victim = victims_.at(key);
    if (!victim.all.continues(facts.flow, Limits::kFloodSilence)) end_run(key, victim);
    victim.all.add(facts);
    ++victim.flows;
    if (victim.first_servers.size() < kHostsNamed &&
        std::ranges::find(victim.first_servers, exchange.server) == victim.first_servers.end()) {
      victim.first_servers.push_back(exchange.server);
    }
    if (exchange.asked.payload_packets == 0 && exchange.answered.packets > 0) {
      victim.unasked.add(facts);
      victim.unasked_packets += exchange.answered.packets;
      victim.unasked_bytes += exchange.answered.ip_bytes;
      victim.servers.add(exchange.server);
    } else {
      victim.questions += exchange.asked.packets;
      victim.question_bytes += exchange.asked.payload_bytes;
      victim.answer_bytes += exchange.answered.payload_bytes;
    }
  }

  void end_run(const TallyKey& key, Victim& victim) {
    const bool reflected =
        victim.servers.count() >= Limits::kReflectors && victim.unasked_packets >= Limits::kReflectedPackets;
    const bool amplified =
        amplifies(key.port) && victim.questions >= Limits::kReflectedPackets &&
        static_cast<double>(victim.answer_bytes) >= Limits::kAmplification * static_cast<double>(victim.question_bytes);
    if (found_.size() < kMostStories) {
      if (reflected) found_.push_back(reflection(key, victim));
      if (amplified) found_.push_back(amplification(key, victim));
    }
    victim = {};
  }

  static Story reflection(const TallyKey& key, const Victim& victim) {
    Story story = begin_story("reflection", victim.unasked);
    const bool tcp = key.port == 0;
    story.title = fmt::format("reflection: {} got {} {} from {} servers that it had asked nothing", to_text(key.source),
                              grouped(victim.unasked_packets),
                              tcp ? "TCP answers" : fmt::format("answers of UDP port {}", key.port),
                              grouped(victim.servers.count()));
    story.reasons =
        ReasonList()
            .above("unasked_answers", static_cast<double>(victim.unasked_packets), Limits::kReflectedPackets)
            .above("servers", static_cast<double>(victim.servers.count()), Limits::kReflectors)
            .take();
    finish_story(story, key, victim);
    return story;
  }

  static Story amplification(const TallyKey& key, const Victim& victim) {
    Story story = begin_story("amplification", victim.all);
    const double ratio = static_cast<double>(victim.answer_bytes) /
                         static_cast<double>(std::max<std::uint64_t>(victim.question_bytes, 1));
    story.title = fmt::format("amplification: answers of UDP port {} to {} were {} times their questions", key.port,
                              to_text(key.source), readable(ratio, 2));
    story.reasons = ReasonList()
                        .above("answer_to_question_bytes", ratio, Limits::kAmplification)
                        .above("questions", static_cast<double>(victim.questions), Limits::kReflectedPackets)
                        .take();
    finish_story(story, key, victim);
    return story;
  }

  static void finish_story(Story& story, const TallyKey& key, const Victim& victim) {
    story.hosts = {key.source};
    story.hosts.insert(story.hosts.end(), victim.first_servers.begin(), victim.first_servers.end());
    story.scope = {.host = key.source, .others = {}, .protocol = static_cast<Protocol>(key.protocol), .ports = {}};
    if (key.port != 0) story.scope.ports = {key.port};
  }

  TallyTable<Victim> victims_{kVictims};
  std::vector<Story> found_;
};

}  // namespace

std::unique_ptr<StoryWatch> make_reflection_watch() { return std::make_unique<ReflectionWatch>(); }

}  // namespace netstray
