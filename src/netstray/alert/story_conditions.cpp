#include "netstray/alert/story_conditions.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include <fmt/core.h>

#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr TimeNs kSecond = Limits::kSecond;

std::string share(double value) { return readable(value * 100) + " %"; }

std::vector<StoryCondition> scans() {
  return {
      {"port_scan", Severity::medium, "",
       fmt::format(
           "a host asks for at least {} ports of another, without a silence of {} s, and carries data over less "
           "than {} of their connections; UDP: nothing comes back from ports below {} (traceroute's left out)",
           Limits::kScannedPorts, Limits::kSilence / kSecond, share(Limits::kFailedShare),
           grouped(Limits::kFirstClientPort)),
       "Zeek, policy/misc/scan: port_scan_threshold 15 in port_scan_interval 5 min"},
      {"host_scan", Severity::medium, "",
       fmt::format("a host asks for one port of at least {} others, without a silence of {} s, carries data over less "
                   "than {} of these connections, and what it sends differs by at most {} bytes in size",
                   Limits::kScannedHosts, Limits::kSilence / kSecond, share(Limits::kFailedShare),
                   readable(Limits::kProbeSizeSpread)),
       "Zeek, policy/misc/scan: addr_scan_threshold 25 in addr_scan_interval 5 min"},
      {"ping_sweep", Severity::medium, "",
       fmt::format("a host sends at most {} echo, timestamp, information or address mask requests each to at least {} "
                   "others, without a silence of {} s",
                   Limits::kProbePackets, Limits::kSweptHosts, Limits::kFloodSilence / kSecond),
       "Junos, screen icmp ip-sweep: 10 hosts"},
  };
}

std::vector<StoryCondition> floods() {
  const auto of = [](std::string_view packets) {
    return fmt::format(
        "a host gets at least {} {} a second, or {} from at least {} addresses with at most {} each on "
        "average",
        grouped(static_cast<std::uint64_t>(Limits::kFloodPacketsPerSecond)), packets,
        readable(Limits::kSpoofedPacketsPerSecond), grouped(Limits::kFloodSources), Limits::kProbePackets);
  };
  return {
      {"syn_flood", Severity::high, "T1499.001",
       fmt::format("a host gets at least {} SYNs a second, or {} a minute, of connections that their originator never "
                   "completes; they are at least {} of its connections and go to one port or come from at least {} "
                   "addresses",
                   readable(Limits::kSynsPerSecond), readable(Limits::kHalfOpenPerMinute),
                   share(Limits::kHalfOpenShare), Limits::kSpoofedSources),
       "Junos, screen tcp syn-flood attack-threshold 200 a second; Cisco IOS, ip inspect one-minute high 500"},
      {"tcp_flood", Severity::high, "T1498.001", of("TCP packets that belong to no connection and get a RST at most"),
       "Junos, screen udp flood and icmp flood: 1,000 a second; the rate from many addresses is ours"},
      {"udp_flood", Severity::high, "T1498.001",
       of(fmt::format("UDP packets of conversations of which at most {} is answered", share(Limits::kAnsweredShare))),
       "Junos, screen udp flood threshold 1,000 a second; the rate from many addresses is ours"},
      {"icmp_flood", Severity::high, "T1498.001", of("ICMP packets"),
       "Junos, screen icmp flood threshold 1,000 a second; the rate from many addresses is ours"},
      {"reflection", Severity::high, "T1498.002",
       fmt::format(
           "a host gets at least {} answers from at least {} servers that it had asked nothing: from one UDP port "
           "below {} to another one, or SYN and ACK of TCP",
           Limits::kReflectedPackets, Limits::kReflectors, grouped(Limits::kFirstClientPort)),
       "ours: no client has so many servers answer unasked"},
      {"amplification", Severity::medium, "T1498.002",
       fmt::format("of a UDP service that amplifies, a host gets answers of at least {} times the bytes of its "
                   "questions, which are at least {}",
                   readable(Limits::kAmplification), Limits::kReflectedPackets),
       "US-CERT TA14-017A lists services and factors"},
      {"dhcp_flood", Severity::high, "T1499.002",
       fmt::format("at least {} DHCP messages of clients, {} a second or more", Limits::kDhcpMessages,
                   readable(Limits::kDhcpPerSecond)),
       "Cisco, ip arp inspection limit rate: 15 a second; RFC 2131: a client repeats a message after 4, 8, 16 s"},
  };
}

std::vector<StoryCondition> intrusions() {
  return {
      {"password_guessing", Severity::high, "T1110.001",
       fmt::format(
           "a host opens at least {} sessions of one login service of another, {} a minute or more; at least {} "
           "of them carry at most {} bytes each way and end within {} s, and the answers' sizes deviate by at "
           "most {} of their mean",
           Limits::kLogins, readable(Limits::kLoginsPerMinute), share(Limits::kLoginShare),
           grouped(Limits::kLoginBytes), Limits::kLoginTime / kSecond, share(Limits::kLoginSizeSpread)),
       "Snort, rule 1:19559: 5 logins in 60 s; twice as many here, as flows do not show the banner"},
      {"dns_tunnel", Severity::high, "T1071.004",
       fmt::format("a host asks a name server at least {} questions whose mean size is at least {} bytes",
                   Limits::kDnsQuestions, readable(Limits::kDnsQuestionBytes)),
       "G. Farnham, \"Detecting DNS Tunneling\", SANS 2013: names longer than 52 letters"},
      {"icmp_tunnel", Severity::high, "T1095",
       fmt::format(
           "at least {} pings of a host are answered, and mean sizes of request and answer differ by at least {} "
           "bytes",
           Limits::kEchoes, readable(Limits::kEchoSizeDifference)),
       "RFC 792: the answer returns what the request carried"},
      {"upload", Severity::medium, "T1048",
       fmt::format(
           "a host at home sends one outside at least {} MB, {} times what comes back and {} times what any other "
           "pair sends out; a note where fewer than {} pairs are there to compare",
           readable(static_cast<double>(Limits::kUploadBytes) / 1e6), readable(Limits::kUploadRatio),
           readable(Limits::kUploadRatio), Limits::kUploadPeers),
       "the counts are ours: an order of magnitude beyond everybody else"},
  };
}

std::vector<StoryCondition> neighbours() {
  return {
      {"arp_poisoning", Severity::high, "T1557.002",
       "a hardware address claims at least 2 IPv4 addresses, and packets of a host that went to another hardware "
       "address "
       "on their way go to it instead",
       "none: RFC 826 lets anybody claim anything"},
      {"address_conflict", Severity::high, "T1557.002",
       fmt::format(
           "an IP address is claimed by at least 2 hardware addresses, the second within {} s of the first's last "
           "claim; addresses that routers share are left out (VRRP, HSRP, GLBP)",
           Limits::kSilence / kSecond),
       "RFC 5227"},
      {"arp_scan", Severity::medium, "T1018",
       fmt::format("a host asks for the hardware addresses of at least {} others, {} a second or more",
                   Limits::kArpAsked, readable(Limits::kArpPerSecond)),
       "Aruba, ip arp-throttle threshold: 30 in 5 s"},
  };
}

std::vector<StoryCondition> all_conditions() {
  std::vector<StoryCondition> all;
  for (auto& part : {scans(), floods(), intrusions(), neighbours()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const StoryCondition> story_conditions() {
  static const std::vector<StoryCondition> all = all_conditions();
  return all;
}

const StoryCondition& story_condition(std::string_view id) {
  const auto found = std::ranges::find(story_conditions(), id, &StoryCondition::id);
  assert(found != story_conditions().end());
  return *found;
}

Story begin_story(std::string_view id, const FlowSum& sum) {
  const StoryCondition& condition = story_condition(id);
  Story story;
  story.kind = condition.id;
  story.severity = condition.severity;
  story.technique = condition.technique;
  story.flows = sum.flows;
  story.packets = sum.packets;
  story.bytes = sum.bytes;
  story.first = sum.first;
  story.last = sum.last;
  return story;
}

std::string story_conditions_text(bool markdown) {
  if (markdown) return story_conditions_markdown();
  std::string text;
  for (const StoryCondition& condition : story_conditions()) {
    text += fmt::format("{} ({}): {}. From: {}.\n", condition.id, name_of(condition.severity), condition.holds_when,
                        condition.source);
  }
  return text;
}

std::string story_conditions_markdown() {
  std::string text = "| story | severity | ATT&CK | holds when | constants from |\n|---|---|---|---|---|\n";
  for (const StoryCondition& condition : story_conditions()) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", condition.id, name_of(condition.severity),
                        condition.technique.empty() ? "by the host" : condition.technique, condition.holds_when,
                        condition.source);
  }
  return text;
}

}  // namespace netstray
