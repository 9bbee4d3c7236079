#include <fmt/core.h>

#include "netstray/alert/distinct.h"
#include "netstray/alert/scan_words.h"
#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::uint16_t kServerPort = 67;
constexpr std::uint16_t kClientPort = 68;

/// Of the whole network: a flood comes under ever other names.
class DhcpWatch final : public StoryWatch {
 public:
  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    if (!facts.udp || flow.responder_port != kServerPort) return;
    if (!sum_.continues(flow, Limits::kFloodSilence)) end_run();
    sum_.add(facts);
    messages_ += flow.sent.packets;
    clients_.add(flow.originator);
    last_client_ = flow.originator;
    last_server_ = flow.responder;
  }

  void finish(std::vector<Story>& stories) override {
    end_run();
    stories.insert(stories.end(), found_.begin(), found_.end());
  }

 private:
  static constexpr std::size_t kMostStories = 100;

  void end_run() {
    const double per_second = sum_.per_second(messages_, Limits::kSecond);
    if (messages_ >= Limits::kDhcpMessages && per_second >= Limits::kDhcpPerSecond && found_.size() < kMostStories) {
      Story story = begin_story("dhcp_flood", sum_);
      const std::uint64_t clients = clients_.count();
      story.title =
          fmt::format("DHCP flood: {} client messages from {}, {} a second", grouped(messages_),
                      clients == 1 ? to_text(last_client_) : grouped(clients) + " addresses", readable(per_second, 3));
      if (clients == 1) story.hosts = {last_client_, last_server_};
      story.reasons = ReasonList()
                          .above("messages_per_second", per_second, Limits::kDhcpPerSecond)
                          .above("messages", static_cast<double>(messages_), Limits::kDhcpMessages)
                          .take();
      story.scope = {.host = {}, .others = {}, .protocol = Protocol::udp, .ports = {kServerPort, kClientPort}};
      found_.push_back(std::move(story));
    }
    sum_ = {};
    messages_ = 0;
    clients_ = {};
  }

  FlowSum sum_;
  std::uint64_t messages_ = 0;
  DistinctAddresses clients_;
  IpAddress last_client_, last_server_;
  std::vector<Story> found_;
};

}  // namespace

std::unique_ptr<StoryWatch> make_dhcp_watch() { return std::make_unique<DhcpWatch>(); }

}  // namespace netstray
