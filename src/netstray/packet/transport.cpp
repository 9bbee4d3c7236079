#include "netstray/packet/checksum.h"
#include "netstray/packet/walk.h"

namespace netstray {
namespace {

constexpr Protocol kIpInIp{4}, kIpv6InIp{41}, kGre{47};

/// As Walk::needs, and tells a first fragment that has not even the transport's header from a broken packet.
bool needs_header(Walk& walk, const Packet& packet, const WireBytes& bytes, std::uint32_t count,
                  DropReason reason) noexcept {
  return walk.needs(bytes, count, packet.is_fragment ? DropReason::bad_fragment : reason);
}

/// Whether the checksum over `bytes` can be looked at and is wrong.
bool is_damaged(const Walk& walk, const Packet& packet, const WireBytes& bytes, bool with_pseudo_header) noexcept {
  if (!walk.settings.check_checksums || walk.offloaded || packet.is_fragment || !bytes.wholly_captured()) return false;
  const std::uint64_t pseudo = with_pseudo_header ? pseudo_header_words(packet, bytes.wire()) : 0;
  return !checksum_holds(checksum_words(bytes.captured()) + pseudo);
}

void note_ports(Packet& packet, const WireBytes& bytes) noexcept {
  packet.source_port = bytes.u16(0);
  packet.destination_port = bytes.u16(2);
}

void note_payload(Packet& packet, const WireBytes& payload) noexcept {
  packet.payload = payload.captured();
  packet.payload_bytes = payload.wire();
}

void read_tcp(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  if (!needs_header(walk, packet, bytes, 20, DropReason::bad_tcp_header)) return;
  const std::uint32_t header = (bytes.u8(12) >> 4) * 4U;
  const bool goes_on = header > bytes.wire() && packet.is_fragment;  // its options are in the next fragment
  if (header < 20 || (header > bytes.wire() && !goes_on)) return walk.drop(DropReason::bad_tcp_header);
  note_ports(packet, bytes);
  packet.sequence = bytes.u32(4);
  packet.acknowledgement = bytes.u32(8);
  packet.tcp_flags = bytes.u8(13);
  packet.window = bytes.u16(14);
  packet.header_cut = !goes_on && !bytes.has(header);
  packet.bad_checksum = is_damaged(walk, packet, bytes, true);
  if (bytes.has(header)) {
    note_payload(packet, bytes.from(header));
  } else {
    note_payload(packet, {{}, goes_on ? 0 : bytes.wire() - header});
  }
  walk.keep();
}

void read_udp(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  if (!needs_header(walk, packet, bytes, 8, DropReason::bad_udp_header)) return;
  note_ports(packet, bytes);
  // 0 stands for a jumbo payload or one that the network card would have cut up; more than there is, for a fragment.
  const std::uint32_t length = bytes.u16(4);
  if (length != 0 && length < 8) return walk.drop(DropReason::bad_udp_header);
  if (length != 0 && length < bytes.wire() && !packet.is_fragment) bytes = bytes.first(length);
  const bool has_checksum = bytes.u16(6) != 0;
  packet.bad_checksum = has_checksum && length == bytes.wire() && is_damaged(walk, packet, bytes, true);
  const WireBytes payload = bytes.from(8);
  note_payload(packet, payload);
  walk.keep();
  if (packet.bad_checksum) return;
  // What is inside a first fragment goes on in the next.
  read_udp_tunnel(walk, packet, packet.is_fragment ? payload.without_end() : payload);
}

void read_icmp(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  const bool v6 = packet.protocol == Protocol::icmpv6;
  if (!needs_header(walk, packet, bytes, 8, DropReason::bad_icmp_header)) return;
  packet.source_port = bytes.u8(0);
  packet.destination_port = bytes.u8(1);
  packet.bad_checksum = is_damaged(walk, packet, bytes, v6);
  note_payload(packet, bytes.from(8));
  walk.keep();
  if (v6) read_neighbour(walk, packet, bytes);
}

void read_sctp(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  if (!needs_header(walk, packet, bytes, 12, DropReason::bad_sctp_header)) return;
  note_ports(packet, bytes);
  note_payload(packet, bytes.from(12));
  walk.keep();
}

bool is_tunnel(Protocol protocol) noexcept { return protocol == kIpInIp || protocol == kIpv6InIp || protocol == kGre; }

/// A tunnel that is no flow: the outer packet is kept for who wants to know of it.
void read_tunnel(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  packet.is_flow = false;
  walk.keep();
  if (packet.fragment_offset > 0) return walk.drop(DropReason::tunnel_fragment);
  if (!walk.may_enter()) return;
  if (packet.is_fragment) bytes = bytes.without_end();
  Walk inside = walk.inside();
  if (packet.protocol == kGre) return read_gre(inside, bytes);
  read_ip(inside, bytes);
}

}  // namespace

void read_transport(Walk& walk, Packet& packet, WireBytes bytes) noexcept {
  note_payload(packet, bytes);
  if (is_tunnel(packet.protocol)) return read_tunnel(walk, packet, bytes);
  if (packet.fragment_offset > 0) return walk.keep();
  switch (packet.protocol) {
    case Protocol::tcp:
      return read_tcp(walk, packet, bytes);
    case Protocol::udp:
      return read_udp(walk, packet, bytes);
    case Protocol::icmp:
    case Protocol::icmpv6:
      return read_icmp(walk, packet, bytes);
    case Protocol::sctp:
      return read_sctp(walk, packet, bytes);
  }
  walk.keep();
}

}  // namespace netstray
