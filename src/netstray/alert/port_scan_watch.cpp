#include <algorithm>

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
constexpr std::size_t kPairs = 8192;
constexpr std::size_t kScanners = 1024;

class PortScanWatch final : public StoryWatch {
 public:
  explicit PortScanWatch(std::span<const NetworkRange> home) : home_(home) {}

  void add(const FlowFacts& facts) override {
    if ((!facts.tcp && !facts.udp) || facts.to_many) return;
    const FlowRecord& flow = facts.flow;
    const bool refusal = facts.tcp && is_refusal(flow);
    const IpAddress& scanner = refusal ? flow.responder : flow.originator;
    const IpAddress& target = refusal ? flow.originator : flow.responder;
    const TallyKey key{scanner, target, static_cast<std::uint8_t>(flow.protocol), 0};
    Pair& pair = pairs_.at(key);
    if (!pair.sum.continues(flow, Limits::kSilence)) end_run(key, pair);
    pair.sum.add(facts);
    ++pair.flows;
    if (!facts.probe && !refusal) return;
    ++pair.probes;
    pair.ports.add(refusal ? flow.originator_port : flow.responder_port);
    if (facts.tcp && is_open(flow)) pair.open.add(flow.responder_port);
  }

  void finish(std::vector<Story>& stories) override {
    for (auto& [key, pair] : pairs_.sorted()) end_run(key, *pair);
    for (const auto& [key, scanner] : scanners_.sorted()) stories.push_back(story_of(key, *scanner));
  }

 private:
  struct Pair {
    FlowSum sum;
    std::uint64_t flows = 0, probes = 0;
    PortSet ports, open;
  };
  /// All that one host scanned.
  struct Scanner {
    FlowSum sum;
    std::uint64_t flows = 0, probes = 0;
    std::size_t most_ports = 0;
    PortSet open;
    DistinctAddresses targets;
    std::vector<IpAddress> first_targets;
  };

  /// Nothing but RST: a closed port answers, to a SYN that came before the capture or too long ago.
  static bool is_refusal(const FlowRecord& flow) {
    constexpr std::size_t kRst = 2;
    return flow.received.packets == 0 && flow.sent.packets > 0 && flow.sent.flags[kRst] == flow.sent.packets &&
           flow.sent.payload_bytes == 0;
  }
  /// It says so with SYN and ACK.
  static bool is_open(const FlowRecord& flow) { return flow.received.flags[1] > 0; }

  void end_run(const TallyKey& key, Pair& pair) {
    const bool failed = static_cast<double>(pair.probes) >= Limits::kFailedShare * static_cast<double>(pair.sum.flows);
    if (pair.ports.size() >= Limits::kScannedPorts && failed) {
      Scanner& scanner = scanners_.at({key.source, {}, key.protocol, 0});
      scanner.sum.add(pair.sum);
      scanner.flows += pair.sum.flows;
      scanner.probes += pair.probes;
      scanner.most_ports = std::max(scanner.most_ports, pair.ports.size());
      scanner.open.merge(pair.open);
      scanner.targets.add(key.destination);
      auto& named = scanner.first_targets;
      if (named.size() < kHostsNamed && std::ranges::find(named, key.destination) == named.end()) {
        named.push_back(key.destination);
      }
    }
    pair = {};
  }

  Story story_of(const TallyKey& key, const Scanner& scanner) const {
    Story story = begin_story("port_scan", scanner.sum);
    const auto protocol = static_cast<Protocol>(key.protocol);
    const std::string_view words = protocol == Protocol::tcp ? "TCP" : "UDP";
    const std::uint64_t targets = scanner.targets.count();
    story.title = targets == 1 ? fmt::format("port scan: {} tried {} {} ports of {}", to_text(key.source),
                                             grouped(scanner.most_ports), words, to_text(scanner.first_targets.front()))
                               : fmt::format("port scan: {} tried {} {} ports of each of {} hosts", to_text(key.source),
                                             "up to " + grouped(scanner.most_ports), words, grouped(targets));
    if (scanner.open.size() > 0) story.title += ", open: " + ports_named(scanner.open);
    story.hosts = {key.source};
    story.hosts.insert(story.hosts.end(), scanner.first_targets.begin(), scanner.first_targets.end());
    story.technique = scan_technique(home_, key.source);
    story.reasons = ReasonList()
                        .above("distinct_ports", static_cast<double>(scanner.most_ports), Limits::kScannedPorts)
                        .above("failed_share", static_cast<double>(scanner.probes) / static_cast<double>(scanner.flows),
                               Limits::kFailedShare)
                        .take();
    story.scope = {.host = key.source, .others = {}, .protocol = protocol, .ports = {}};
    if (targets == scanner.first_targets.size()) story.scope.others = scanner.first_targets;
    return story;
  }

  std::span<const NetworkRange> home_;
  TallyTable<Pair> pairs_{kPairs};
  TallyTable<Scanner> scanners_{kScanners};
};

}  // namespace

std::unique_ptr<StoryWatch> make_port_scan_watch(std::span<const NetworkRange> home) {
  return std::make_unique<PortScanWatch>(home);
}

}  // namespace netstray
