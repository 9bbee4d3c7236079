#include "netstray/alert/flow_facts.h"

#include <algorithm>

#include "netstray/alert/network_range.h"
#include "netstray/alert/story_limits.h"

namespace netstray {
namespace {

constexpr std::size_t kFin = 0;
constexpr std::size_t kSyn = 1;
constexpr std::size_t kAck = 4;
constexpr std::uint16_t kEchoRequest = 8;
constexpr std::uint16_t kEchoRequestV6 = 128;

bool is_echo(const FlowRecord& flow) noexcept {
  return (flow.protocol == Protocol::icmp && flow.originator_port == kEchoRequest) ||
         (flow.protocol == Protocol::icmpv6 && flow.originator_port == kEchoRequestV6);
}

bool is_icmp_question(const FlowRecord& flow) noexcept {
  constexpr std::uint16_t kTimestamp = 13;
  constexpr std::uint16_t kInformation = 15;
  constexpr std::uint16_t kAddressMask = 17;
  const std::uint16_t type = flow.originator_port;
  return is_echo(flow) ||
         (flow.protocol == Protocol::icmp && (type == kTimestamp || type == kInformation || type == kAddressMask));
}

/// A port that only servers have, so that what goes there is a question and not an answer.
bool to_a_server(const FlowRecord& flow) noexcept { return flow.responder_port < StoryLimits::kFirstClientPort; }

bool is_tcp_probe(const FlowRecord& flow) noexcept {
  if (flow.sent.payload_bytes + flow.received.payload_bytes > 0) return false;
  if (flow.sent.flags[kSyn] > 0) return true;
  return flow.sent.packets > 0 && flow.sent.packets <= StoryLimits::kProbePackets && to_a_server(flow);
}

bool is_udp_probe(const FlowRecord& flow) noexcept {
  const bool traceroute =
      flow.responder_port >= StoryLimits::kTracerouteFirst && flow.responder_port <= StoryLimits::kTracerouteLast;
  return flow.received.packets == 0 && flow.sent.packets <= StoryLimits::kProbePackets && to_a_server(flow) &&
         !traceroute && !is_for_many(flow.responder);
}

}  // namespace

FlowFacts::FlowFacts(const FlowRecord& record) noexcept
    : flow(record),
      packets(record.sent.packets + record.received.packets),
      bytes(record.sent.ip_bytes + record.received.ip_bytes),
      tcp(record.protocol == Protocol::tcp),
      udp(record.protocol == Protocol::udp),
      echo(is_echo(record)),
      icmp_asks(is_icmp_question(record)),
      to_many(is_for_many(record.responder)),
      probe((tcp && is_tcp_probe(record)) || (udp && is_udp_probe(record))),
      half_open(tcp && record.sent.flags[kSyn] > 0 && record.sent.flags[kAck] == 0 && record.sent.flags[kFin] == 0),
      syns(tcp ? record.sent.flags[kSyn] : 0) {}

void FlowSum::add(const FlowFacts& facts) noexcept {
  add(FlowSum{1, facts.packets, facts.bytes, facts.flow.first, facts.flow.last});
}

void FlowSum::add(const FlowSum& other) noexcept {
  if (other.flows == 0) return;
  first = flows == 0 ? other.first : std::min(first, other.first);
  last = flows == 0 ? other.last : std::max(last, other.last);
  flows += other.flows;
  packets += other.packets;
  bytes += other.bytes;
}

double FlowSum::per_second(std::uint64_t count, TimeNs least) const noexcept {
  return static_cast<double>(count) * 1e9 / static_cast<double>(std::max(last - first, least));
}

}  // namespace netstray
