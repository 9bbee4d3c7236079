#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kPairs = 8192;
constexpr std::uint16_t kDnsPort = 53;

double mean(std::uint64_t bytes, std::uint64_t packets) {
  return packets == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(packets);
}

/// Data where names should be, or within pings.
class TunnelWatch final : public StoryWatch {
 public:
  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    const bool dns = facts.udp && flow.responder_port == kDnsPort;
    if (!dns && !facts.echo) return;
    Pair& pair = pairs_.at(
        {flow.originator, flow.responder, static_cast<std::uint8_t>(flow.protocol), dns ? kDnsPort : std::uint16_t{0}});
    pair.sum.add(facts);
    ++pair.flows;
    pair.asked += flow.sent.packets;
    pair.asked_bytes += flow.sent.payload_bytes;
    pair.answered += flow.received.packets;
    pair.answered_bytes += flow.received.payload_bytes;
  }

  void finish(std::vector<Story>& stories) override {
    for (const auto& [key, pair] : pairs_.sorted()) {
      if (key.port == kDnsPort) {
        add_dns(key, *pair, stories);
      } else {
        add_ping(key, *pair, stories);
      }
    }
  }

 private:
  struct Pair {
    FlowSum sum;
    std::uint64_t flows = 0, asked = 0, asked_bytes = 0, answered = 0, answered_bytes = 0;
  };

  static void add_dns(const TallyKey& key, const Pair& pair, std::vector<Story>& stories) {
    const double question = mean(pair.asked_bytes, pair.asked);
    if (pair.asked < Limits::kDnsQuestions || question < Limits::kDnsQuestionBytes) return;
    Story story = begin_story("dns_tunnel", pair.sum);
    story.title =
        fmt::format("DNS tunnel: {} sent {} bytes in {} questions to {}, {} bytes each", to_text(key.source),
                    grouped(pair.asked_bytes), grouped(pair.asked), to_text(key.destination), readable(question, 3));
    story.reasons = ReasonList()
                        .above("mean_question_bytes", question, Limits::kDnsQuestionBytes)
                        .above("questions", static_cast<double>(pair.asked), Limits::kDnsQuestions)
                        .take();
    finish_story(story, key);
    story.scope.ports = {kDnsPort};
    stories.push_back(std::move(story));
  }

  static void add_ping(const TallyKey& key, const Pair& pair, std::vector<Story>& stories) {
    const double request = mean(pair.asked_bytes, pair.asked);
    const double answer = mean(pair.answered_bytes, pair.answered);
    const double difference = std::abs(request - answer);
    if (pair.asked < Limits::kEchoes || pair.answered < Limits::kEchoes || difference < Limits::kEchoSizeDifference) {
      return;
    }
    Story story = begin_story("icmp_tunnel", pair.sum);
    story.title = fmt::format("ICMP tunnel: pings of {} to {} carry {} bytes, their answers {}", to_text(key.source),
                              to_text(key.destination), readable(request, 3), readable(answer, 3));
    story.reasons = ReasonList().above("size_difference_bytes", difference, Limits::kEchoSizeDifference).take();
    finish_story(story, key);
    stories.push_back(std::move(story));
  }

  static void finish_story(Story& story, const TallyKey& key) {
    story.hosts = {key.source, key.destination};
    story.scope = {
        .host = key.source, .others = {key.destination}, .protocol = static_cast<Protocol>(key.protocol), .ports = {}};
  }

  TallyTable<Pair> pairs_{kPairs};
};

}  // namespace

std::unique_ptr<StoryWatch> make_tunnel_watch() { return std::make_unique<TunnelWatch>(); }

}  // namespace netstray
