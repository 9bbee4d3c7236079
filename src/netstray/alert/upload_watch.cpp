#include <algorithm>

#include <fmt/core.h>

#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kPairs = 8192;

class UploadWatch final : public StoryWatch {
 public:
  explicit UploadWatch(std::span<const NetworkRange> home) : home_(home) {}

  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    if (facts.to_many) return;
    const bool from_home = in_ranges(home_, flow.originator);
    if (from_home == in_ranges(home_, flow.responder)) return;
    const IpAddress& inside = from_home ? flow.originator : flow.responder;
    const IpAddress& outside = from_home ? flow.responder : flow.originator;
    Pair& pair = pairs_.at({inside, outside, 0, 0});
    pair.sum.add(facts);
    pair.up += (from_home ? flow.sent : flow.received).payload_bytes;
    pair.down += (from_home ? flow.received : flow.sent).payload_bytes;
    pair.flows = pair.up + pair.down;  // who moves least leaves first
  }

  void finish(std::vector<Story>& stories) override {
    auto all = pairs_.sorted();
    if (all.empty()) return;
    std::ranges::stable_sort(all, std::greater<>(), [](const auto& item) { return item.second->up; });
    const auto& [key, pair] = all.front();
    const auto up = static_cast<double>(pair->up);
    const auto down = static_cast<double>(std::max<std::uint64_t>(pair->down, 1));
    const double next = all.size() > 1 ? static_cast<double>(std::max<std::uint64_t>(all[1].second->up, 1)) : 1;
    if (pair->up < Limits::kUploadBytes || up < Limits::kUploadRatio * down || up < Limits::kUploadRatio * next) return;
    Story story = begin_story("upload", pair->sum);
    // Where hardly anybody else is in the capture, nobody knows what is usual.
    if (all.size() < Limits::kUploadPeers) story.severity = Severity::note;
    story.title = fmt::format("upload: {} sent {} MB to {}, {} MB came back", to_text(key.source),
                              readable(up / 1e6, 3), to_text(key.destination), readable(down / 1e6, 3));
    story.hosts = {key.source, key.destination};
    story.reasons = ReasonList()
                        .above("sent_to_received", up / down, Limits::kUploadRatio)
                        .above("times_next_upload", up / next, Limits::kUploadRatio)
                        .above("sent_bytes", up, static_cast<double>(Limits::kUploadBytes))
                        .take();
    story.scope = {.host = key.source, .others = {key.destination}, .protocol = {}, .ports = {}};
    stories.push_back(std::move(story));
  }

 private:
  struct Pair {
    FlowSum sum;
    std::uint64_t flows = 0, up = 0, down = 0;
  };

  std::span<const NetworkRange> home_;
  TallyTable<Pair> pairs_{kPairs};
};

}  // namespace

std::unique_ptr<StoryWatch> make_upload_watch(std::span<const NetworkRange> home) {
  return std::make_unique<UploadWatch>(home);
}

}  // namespace netstray
