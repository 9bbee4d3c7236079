#include <algorithm>
#include <limits>

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
constexpr std::size_t kServices = 8192;
constexpr std::size_t kScanners = 1024;
constexpr std::size_t kPortsInFilter = 16;

/// One port of many hosts; pings of many hosts, which have no port.
class HostScanWatch final : public StoryWatch {
 public:
  explicit HostScanWatch(std::span<const NetworkRange> home) : home_(home) {}

  void add(const FlowFacts& facts) override {
    const FlowRecord& flow = facts.flow;
    const bool ping = facts.icmp_asks && flow.sent.packets <= Limits::kProbePackets;
    if (!ping && ((!facts.tcp && !facts.udp) || facts.to_many)) return;
    const TallyKey key{
        flow.originator, {}, static_cast<std::uint8_t>(flow.protocol), ping ? std::uint16_t{0} : flow.responder_port};
    Service& service = services_.at(key);
    if (!service.sum.continues(flow, ping ? Limits::kFloodSilence : Limits::kSilence)) end_run(key, service);
    service.sum.add(facts);
    ++service.flows;
    if (!ping && !facts.probe) return;
    ++service.probes;
    service.hosts.add(flow.responder);
    if (service.probes == 1) {
      service.first_host = flow.responder;
    } else if (service.hosts_after.size() + 1 < kHostsNamed && flow.responder != service.first_host &&
               std::ranges::find(service.hosts_after, flow.responder) == service.hosts_after.end()) {
      service.hosts_after.push_back(flow.responder);
    }
    const double size = static_cast<double>(flow.sent.payload_bytes) /
                        static_cast<double>(std::max<std::uint64_t>(flow.sent.packets, 1));
    service.least_size = std::min(service.least_size, size);
    service.greatest_size = std::max(service.greatest_size, size);
  }

  void finish(std::vector<Story>& stories) override {
    for (auto& [key, service] : services_.sorted()) end_run(key, *service);
    for (const auto& [key, scanner] : scanners_.sorted()) stories.push_back(story_of(key, *scanner));
  }

 private:
  struct Service {
    FlowSum sum;
    std::uint64_t flows = 0, probes = 0;
    DistinctAddresses hosts;
    IpAddress first_host;
    std::vector<IpAddress> hosts_after;  ///< further ones to name
    double least_size = std::numeric_limits<double>::max(), greatest_size = 0;
  };
  struct Scanner {
    FlowSum sum;
    std::uint64_t flows = 0, probes = 0, most_hosts = 0;
    PortSet ports;
    std::vector<IpAddress> first_hosts;
  };

  static bool is_ping(const TallyKey& key) {
    return key.protocol != static_cast<std::uint8_t>(Protocol::tcp) &&
           key.protocol != static_cast<std::uint8_t>(Protocol::udp);
  }

  static bool is_scan(const TallyKey& key, const Service& service) {
    const std::uint64_t hosts = service.hosts.count();
    if (is_ping(key)) return hosts >= Limits::kSweptHosts;
    const bool failed =
        static_cast<double>(service.probes) >= Limits::kFailedShare * static_cast<double>(service.sum.flows);
    const bool alike = service.greatest_size - service.least_size <= Limits::kProbeSizeSpread;
    return hosts >= Limits::kScannedHosts && failed && alike;
  }

  void end_run(const TallyKey& key, Service& service) {
    if (is_scan(key, service)) {
      Scanner& scanner = scanners_.at({key.source, {}, key.protocol, 0});
      if (scanner.sum.flows == 0 || service.hosts.count() > scanner.most_hosts) {
        scanner.first_hosts = {service.first_host};
        scanner.first_hosts.insert(scanner.first_hosts.end(), service.hosts_after.begin(), service.hosts_after.end());
      }
      scanner.sum.add(service.sum);
      scanner.flows += service.sum.flows;
      scanner.probes += service.probes;
      scanner.most_hosts = std::max(scanner.most_hosts, service.hosts.count());
      scanner.ports.add(key.port);
    }
    service = {};
  }

  Story story_of(const TallyKey& key, const Scanner& scanner) const {
    const bool ping = is_ping(key);
    const auto protocol = static_cast<Protocol>(key.protocol);
    Story story = begin_story(ping ? "ping_sweep" : "host_scan", scanner.sum);
    const std::string source = to_text(key.source);
    const std::string hosts = grouped(scanner.most_hosts);
    const std::string_view words = protocol == Protocol::tcp ? "TCP" : "UDP";
    if (ping) {
      story.title = fmt::format("ping sweep: {} pinged {} hosts", source, hosts);
    } else if (scanner.ports.size() == 1) {
      story.title =
          fmt::format("host scan: {} tried {} port {} of {} hosts", source, words, ports_named(scanner.ports), hosts);
    } else {
      story.title = fmt::format("host scan: {} tried {} ports {} of up to {} hosts", source, words,
                                ports_named(scanner.ports), hosts);
    }
    story.hosts = {key.source};
    story.hosts.insert(story.hosts.end(), scanner.first_hosts.begin(), scanner.first_hosts.end());
    story.technique = scan_technique(home_, key.source);
    ReasonList reasons;
    reasons.above("distinct_hosts", static_cast<double>(scanner.most_hosts),
                  static_cast<double>(ping ? Limits::kSweptHosts : Limits::kScannedHosts));
    if (!ping) {
      reasons.above("failed_share", static_cast<double>(scanner.probes) / static_cast<double>(scanner.flows),
                    Limits::kFailedShare);
    }
    story.reasons = reasons.take();
    story.scope = {.host = key.source, .others = {}, .protocol = protocol, .ports = {}};
    if (!ping && scanner.ports.size() <= kPortsInFilter) story.scope.ports = scanner.ports.first(kPortsInFilter);
    return story;
  }

  std::span<const NetworkRange> home_;
  TallyTable<Service> services_{kServices};
  TallyTable<Scanner> scanners_{kScanners};
};

}  // namespace

std::unique_ptr<StoryWatch> make_host_scan_watch(std::span<const NetworkRange> home) {
  return std::make_unique<HostScanWatch>(home);
}

}  // namespace netstray
