#include "netstray/synth/conversation.h"

#include <algorithm>
#include <utility>

namespace netstray {
namespace {

constexpr std::uint16_t kVxlanPort = 4789;
constexpr unsigned kIpv4Type = 0x0800;
constexpr unsigned kIpv6Type = 0x86dd;

void count_packet(ExpectedFlow& flow, ExpectedSide& side, TimeNs time, std::size_t ip_bytes) {
  if (flow.sent.packets + flow.received.packets == 0) flow.first = time;
  flow.first = std::min(flow.first, time);
  flow.last = std::max(flow.last, time);
  ++side.packets;
  side.ip_bytes += ip_bytes;
}

}  // namespace

std::vector<std::byte> random_bytes(Rng& rng, std::size_t count) {
  constexpr std::size_t kWord = 8;
  std::vector<std::byte> bytes(count);
  for (std::size_t i = 0; i < count; i += kWord) {
    std::uint64_t word = rng.next();
    for (std::size_t k = i; k < std::min(i + kWord, count); ++k, word >>= 8U) bytes[k] = static_cast<std::byte>(word);
  }
  return bytes;
}

Conversation::Conversation(TrafficWriter& writer, const TrafficEnds& ends, Protocol protocol, ConnState state)
    : writer_(writer) {
  const Wrapping& wrapping = writer.wrapping_;
  flow_.ends = ends;
  flow_.protocol = protocol;
  flow_.state = state;
  flow_.depth = wrapping.tunnel == Wrapping::Tunnel::none ? 0 : 1;
  if (!wrapping.vlans.empty()) flow_.vlan = wrapping.vlans[0];
  if (wrapping.vlans.size() > 1) flow_.inner_vlan = wrapping.vlans[1];
  if (wrapping.tunnel != Wrapping::Tunnel::vxlan) return;
  for (const bool there : {true, false}) {
    ExpectedFlow& outer = tunnel_flow(there);
    outer = flow_;
    outer.depth = 0;
    outer.protocol = Protocol::udp;
    outer.state = ConnState::s0;
    outer.ends = {there ? wrapping.near_end : wrapping.far_end, there ? wrapping.far_end : wrapping.near_end,
                  writer_.next_tunnel_port(), kVxlanPort};
  }
}

void Conversation::send(TimeNs time, bool from_originator, std::span<const std::byte> transport,
                        std::uint32_t fragment_bytes) {
  IpHeader header;
  header.protocol = flow_.protocol;
  header.identification = static_cast<std::uint32_t>(rng().next());
  if (fragment_bytes == 0 || transport.size() <= fragment_bytes) {
    return send_datagram(time, from_originator, header, transport);
  }
  for (std::size_t at = 0; at < transport.size(); at += fragment_bytes) {
    const std::size_t size = std::min<std::size_t>(fragment_bytes, transport.size() - at);
    header.fragment_offset = static_cast<std::uint32_t>(at);
    header.more_fragments = at + size < transport.size();
    send_datagram(time, from_originator, header, transport.subspan(at, size));
  }
}

void Conversation::send_udp(TimeNs time, bool from_originator, std::span<const std::byte> payload,
                            std::uint32_t fragment_bytes) {
  const WireBytes datagram = udp_datagram(source(from_originator), destination(from_originator),
                                          source_port(from_originator), source_port(!from_originator), payload);
  send(time, from_originator, datagram.bytes(), fragment_bytes);
  side(from_originator).payload_bytes += payload.size();
}

void Conversation::send_datagram(TimeNs time, bool from_originator, const IpHeader& header,
                                 std::span<const std::byte> content) {
  const WireBytes datagram = ip_datagram(source(from_originator), destination(from_originator), header, content);
  if (header.fragment_offset == 0) {
    const std::size_t fragment_header = source(from_originator).v6 && header.more_fragments ? kFragmentHeaderBytes : 0;
    count_packet(flow_, side(from_originator), time, datagram.size() - fragment_header);
  } else {
    side(from_originator).ip_bytes += content.size();
  }
  send_wrapped(time, from_originator, datagram);
}

void Conversation::send_wrapped(TimeNs time, bool from_originator, const WireBytes& datagram) {
  const Wrapping& wrapping = writer_.wrapping_;
  const bool v6 = flow_.ends.originator.v6;
  const IpAddress& outer_source = from_originator ? wrapping.near_end : wrapping.far_end;
  const IpAddress& outer_destination = from_originator ? wrapping.far_end : wrapping.near_end;
  IpHeader outer;
  outer.identification = static_cast<std::uint32_t>(rng().next());
  WireBytes content;
  switch (wrapping.tunnel) {
    case Wrapping::Tunnel::none:
      return writer_.put(time, source(from_originator), destination(from_originator), datagram.bytes());
    case Wrapping::Tunnel::gre:
      outer.protocol = kGre;
      content.u16(0).u16(v6 ? kIpv6Type : kIpv4Type).raw(datagram.bytes());
      break;
    case Wrapping::Tunnel::ip_in_ip:
      outer.protocol = v6 ? kIpv6InIp : kIpInIp;
      content.raw(datagram.bytes());
      break;
    case Wrapping::Tunnel::vxlan:
      outer.protocol = Protocol::udp;
      content = vxlan(time, from_originator, datagram);
      break;
  }
  writer_.put(time, outer_source, outer_destination,
              ip_datagram(outer_source, outer_destination, outer, content.bytes()).bytes());
}

/// The UDP datagram (RFC 7348), which is counted in its own flow.
WireBytes Conversation::vxlan(TimeNs time, bool from_originator, const WireBytes& datagram) {
  constexpr std::uint32_t kNetworkIsGiven = 0x08000000U;
  constexpr std::uint32_t kNetwork = 42U << 8U;
  constexpr std::size_t kHeaders = 28;  // IPv4 and UDP
  WireBytes payload;
  payload.u32(kNetworkIsGiven).u32(kNetwork);
  payload.mac(hardware_address(destination(from_originator))).mac(hardware_address(source(from_originator)));
  payload.u16(flow_.ends.originator.v6 ? kIpv6Type : kIpv4Type).raw(datagram.bytes());
  ExpectedFlow& outer = tunnel_flow(from_originator);
  count_packet(outer, outer.sent, time, payload.size() + kHeaders);
  outer.sent.payload_bytes += payload.size();
  return udp_datagram(outer.ends.originator, outer.ends.responder, outer.ends.originator_port,
                      outer.ends.responder_port, payload.bytes());
}

void Conversation::finish() {
  for (ExpectedFlow* flow : {&tunnel_there_, &tunnel_back_, &flow_}) {
    if (flow->sent.packets + flow->received.packets > 0) writer_.expect(*flow);
  }
}

}  // namespace netstray
