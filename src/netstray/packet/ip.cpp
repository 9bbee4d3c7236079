
#include "netstray/packet/checksum.h"
#include "netstray/packet/walk.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostDatagram = 65'535;

/// The length of a datagram: `told` by its header, or, where that is 0, what was on the wire (segmentation offload,
/// jumbo payloads). `header` is the least it can be. 0 where it is impossible, or nothing tells it.
std::uint32_t datagram_length(std::uint32_t told, std::uint32_t header, const WireBytes& bytes) noexcept {
  if (told == 0 && bytes.wire() != WireBytes::kUnknown) told = bytes.wire();
  return told < header || told > bytes.wire() ? 0 : told;
}

/// Whether this piece lies within what a datagram can be. `data` is its length without IP's headers.
bool note_fragment(Packet& packet, std::uint16_t units, bool more, std::uint32_t data) noexcept {
  packet.fragment_offset = units * 8U;
  packet.more_fragments = more;
  packet.is_fragment = more || units > 0;
  return !packet.is_fragment || packet.fragment_offset + data <= kMostDatagram;
}

void read_ipv4(Walk& walk, WireBytes bytes) noexcept {
  constexpr unsigned kMoreFragments = 0x2000, kOffset = 0x1fff;
  const std::uint32_t header = (bytes.u8(0) & 0x0fU) * 4;
  if (header < 20) return walk.drop(DropReason::bad_ip_header_length);
  walk.offloaded = bytes.u16(2) == 0;
  const std::uint32_t length = datagram_length(bytes.u16(2), header, bytes);
  if (length == 0) return walk.drop(DropReason::bad_ip_length);
  bytes = bytes.first(length);
  if (!walk.needs(bytes, header, DropReason::bad_ip_length)) return;
  if (walk.settings.check_checksums && !checksum_holds(checksum_words(bytes.captured().first(header)))) {
    return walk.drop(DropReason::bad_ip_checksum);
  }
  Packet* packet = walk.next_packet();
  if (packet == nullptr) return;
  packet->tos = bytes.u8(1);
  packet->ttl = bytes.u8(8);
  packet->protocol = Protocol{bytes.u8(9)};
  packet->identification = bytes.u16(4);
  packet->ip_bytes = length;
  bytes.copy<4>(12, packet->source.bytes);
  bytes.copy<4>(16, packet->destination.bytes);
  const unsigned fragment = bytes.u16(6);
  if (!note_fragment(*packet, fragment & kOffset, (fragment & kMoreFragments) != 0, length - header)) {
    return walk.drop(DropReason::bad_fragment);
  }
  read_transport(walk, *packet, bytes.from(header));
}

// IPv6's extension headers, as IANA lists them.
constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51, kNothing = 59, kOptions = 60;

/// Where a routing header of type 0 sends the packet in the end, which is what checksums are made with (RFC 8200, 8.1).
void note_route(Packet& packet, const WireBytes& header, std::uint32_t length) noexcept {
  const bool old_route = header.u8(2) == 0;
  const bool under_way = header.u8(3) > 0;
  if (!old_route || !under_way || length < 24 || !header.has(length)) return;
  header.copy<16>(length - 16, packet.destination.bytes);
}

bool note_v6_fragment(Packet& packet, const WireBytes& header) noexcept {
  const std::uint16_t word = header.u16(2);
  packet.identification = header.u32(4);
  return note_fragment(packet, word >> 3, (word & 1) != 0, header.wire() - 8);
}

/// Goes through the extension headers to the transport. Behind the header of a later fragment there is none.
void read_extensions(Walk& walk, Packet& packet, std::uint8_t next, WireBytes bytes) noexcept {
  for (;;) {
    if (next == kNothing) return walk.drop(DropReason::no_next_header);
    const bool chained =
        next == kHopByHop || next == kRouting || next == kFragment || next == kAuthentication || next == kOptions;
    if (!chained || packet.fragment_offset > 0) break;
    if (!walk.needs(bytes, 8, DropReason::bad_extension_header)) return;
    std::uint32_t length = (bytes.u8(1) + 1U) * 8;
    if (next == kFragment) length = 8;
    if (next == kAuthentication) length = (bytes.u8(1) + 2U) * 4;
    if (!walk.needs(bytes, length, DropReason::bad_extension_header)) return;
    if (next == kRouting) note_route(packet, bytes, length);
    if (next == kFragment && !note_v6_fragment(packet, bytes)) return walk.drop(DropReason::bad_fragment);
    next = bytes.u8(0);
    bytes = bytes.from(length);
  }
  packet.protocol = Protocol{next};
  read_transport(walk, packet, bytes);
}

void read_ipv6(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint32_t kHeader = 40;
  if (!walk.needs(bytes, kHeader, DropReason::bad_ip_length)) return;
  const std::uint16_t payload = bytes.u16(4);
  const std::uint8_t next = bytes.u8(6);
  const bool jumbo = payload == 0 && next != kNothing;
  walk.offloaded = jumbo;
  const std::uint32_t length = datagram_length(jumbo ? 0 : kHeader + payload, kHeader, bytes);
  if (length == 0) return walk.drop(DropReason::bad_ip_length);
  bytes = bytes.first(length);
  Packet* packet = walk.next_packet();
  if (packet == nullptr) return;
  packet->tos = static_cast<std::uint8_t>(bytes.u16(0) >> 4);
  packet->ttl = bytes.u8(7);
  packet->ip_bytes = length;
  packet->source.v6 = packet->destination.v6 = true;
  bytes.copy<16>(8, packet->source.bytes);
  bytes.copy<16>(24, packet->destination.bytes);
  read_extensions(walk, *packet, next, bytes.from(kHeader));
}

}  // namespace

void read_ip(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 1, DropReason::bad_link_header)) return;
  const unsigned version = bytes.u8(0) >> 4;
  if (version == 6) return read_ipv6(walk, bytes);
  if (version != 4) return walk.drop(DropReason::bad_ip_version);
  if (walk.needs(bytes, 20, DropReason::bad_ip_length)) read_ipv4(walk, bytes);
}

}  // namespace netstray
