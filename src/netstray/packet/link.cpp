#include <algorithm>

#include "netstray/packet/walk.h"

namespace netstray {
namespace {

// EtherTypes, as IEEE and IANA list them.
constexpr std::uint16_t kIpv4 = 0x0800, kArp = 0x0806, kReverseArp = 0x8035, kIpv6 = 0x86dd;
constexpr std::uint16_t kVlan = 0x8100, kServiceVlan = 0x88a8, kOldQinQ1 = 0x9100, kOldQinQ2 = 0x9200;
constexpr std::uint16_t kVnTag = 0x8926, kBackbone = 0x88e7, kMpls = 0x8847, kMplsUpstream = 0x8848;
constexpr std::uint16_t kPppoeDiscovery = 0x8863, kPppoeSession = 0x8864, kBridged = 0x6558, kMacsec = 0x88e5;
constexpr std::uint16_t kFabricPath = 0x8903, kCiscoMetadata = 0x8909;
constexpr std::uint16_t kLeastEtherType = 0x600;

constexpr std::uint16_t kSll802Dot2 = 0x0004;  // Linux's own protocol numbers, below all EtherTypes

void note_macs(Walk& walk, const WireBytes& bytes) noexcept {
  if (walk.out.has_macs || walk.depth > 0) return;
  walk.out.has_macs = true;
  bytes.copy<6>(0, walk.out.destination_mac.bytes);
  bytes.copy<6>(6, walk.out.source_mac.bytes);
}

/// The family of addresses in four bytes, which each system counts in its own way: 2 is IPv4 everywhere; IPv6 is 10 on
/// Linux, 24, 28 and 30 on the systems that come from BSD.
void read_loopback(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
  const std::uint32_t family = std::min(bytes.u32(0), bytes.little32(0));  // the wrong way round it is huge
  constexpr std::array<std::uint32_t, 5> kIpFamilies{2, 10, 24, 28, 30};
  if (std::ranges::find(kIpFamilies, family) == kIpFamilies.end()) return walk.drop(DropReason::not_ip);
  read_ip(walk, bytes.from(4));
}

void read_cooked_protocol(Walk& walk, std::uint16_t protocol, WireBytes bytes) noexcept {
  if (protocol == kSll802Dot2) return read_llc(walk, bytes);
  if (protocol < kLeastEtherType) return walk.drop(DropReason::not_ip);
  read_ether_type(walk, protocol, bytes);
}

void read_cooked(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 16, DropReason::bad_link_header)) return;
  read_cooked_protocol(walk, bytes.u16(14), bytes.from(16));
}

void read_cooked_v2(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 20, DropReason::bad_link_header)) return;
  read_cooked_protocol(walk, bytes.u16(0), bytes.from(20));
}

/// What it begins with says whether it carries data; then two addresses and LLC.
void read_fddi(Walk& walk, WireBytes bytes) noexcept {
  constexpr unsigned kFormat = 0xf0, kData = 0x50;
  if (!walk.needs(bytes, 13, DropReason::bad_link_header)) return;
  if ((bytes.u8(0) & kFormat) != kData) return walk.drop(DropReason::link_control);
  read_llc(walk, bytes.from(13));
}

/// What Linux's netfilter logs: a header, then attributes, one of which is the packet. Their numbers are in the order
/// of the machine that wrote them, taken to be little-endian.
void read_nflog(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint16_t kPayload = 9;
  if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
  bytes = bytes.from(4);
  while (walk.needs(bytes, 4, DropReason::bad_link_header)) {
    const std::uint32_t length = bytes.little16(0);
    if (length < 4 || length > bytes.wire()) return walk.drop(DropReason::bad_link_header);
    if (bytes.little16(2) == kPayload) return read_ip(walk, bytes.first(length).from(4));
    const std::uint32_t padded = (length + 3) & ~3U;
    if (!walk.needs(bytes, padded, DropReason::bad_link_header)) return;
    bytes = bytes.from(padded);
  }
}

/// A stack of labels does not say what is below it: IP tells itself by its version; a first nibble of 0 is the control
/// word of a pseudowire (RFC 4385), taken to carry Ethernet.
void read_mpls(Walk& walk, WireBytes bytes) noexcept {
  for (bool bottom = false; !bottom;) {
    if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
    bottom = (bytes.u8(2) & 1) != 0;
    bytes = bytes.from(4);
  }
  if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
  const unsigned nibble = bytes.u8(0) >> 4;
  if (nibble == 4 || nibble == 6) return read_ip(walk, bytes);
  if (nibble == 0) return read_ethernet(walk, bytes.from(4));
  walk.drop(DropReason::not_ip);
}

/// IEEE 802.1AE: a frame may be signed without being encrypted.
void read_macsec(Walk& walk, WireBytes bytes) noexcept {
  constexpr unsigned kHasChannel = 0x20, kEncryptedOrChanged = 0x0c;
  if (!walk.needs(bytes, 6, DropReason::bad_link_header)) return;
  if ((bytes.u8(0) & kEncryptedOrChanged) != 0) return walk.drop(DropReason::encrypted);
  const std::uint32_t header = (bytes.u8(0) & kHasChannel) != 0 ? 14 : 6;
  if (!walk.needs(bytes, header + 2, DropReason::bad_link_header)) return;
  read_ether_type(walk, bytes.u16(header), bytes.from(header + 2));
}

/// Version 1, a length in words, options, and the EtherType of what follows.
void read_cisco_metadata(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 2, DropReason::bad_link_header)) return;
  const std::uint32_t header = 2 + bytes.u8(1) * 4U;
  if (!walk.needs(bytes, header + 2, DropReason::bad_link_header)) return;
  read_ether_type(walk, bytes.u16(header), bytes.from(header + 2));
}

/// An Ethernet frame behind `count` bytes.
void read_ethernet_behind(Walk& walk, WireBytes bytes, std::uint32_t count) noexcept {
  if (walk.needs(bytes, count, DropReason::bad_link_header)) read_ethernet(walk, bytes.from(count));
}

/// Where the link type says which version it is.
void read_ip_version(Walk& walk, unsigned version, WireBytes bytes) noexcept {
  if (bytes.has(1) && bytes.u8(0) >> 4 != version) return walk.drop(DropReason::bad_ip_version);
  read_ip(walk, bytes);
}

}  // namespace

void read_link(Walk& walk, LinkType link, WireBytes bytes) noexcept {
  switch (link) {
    case LinkType::ethernet:
      return read_ethernet(walk, bytes);
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
      return read_ip(walk, bytes);
    case LinkType::ipv4:
      return read_ip_version(walk, 4, bytes);
    case LinkType::ipv6:
      return read_ip_version(walk, 6, bytes);
    case LinkType::linux_sll:
      return read_cooked(walk, bytes);
    case LinkType::linux_sll2:
      return read_cooked_v2(walk, bytes);
    case LinkType::null:
    case LinkType::loop:
      return read_loopback(walk, bytes);
    case LinkType::ppp:
    case LinkType::ppp_hdlc:
    case LinkType::cisco_hdlc:
      return read_ppp(walk, bytes);
    case LinkType::fddi:
      return read_fddi(walk, bytes);
    case LinkType::nflog:
      return read_nflog(walk, bytes);
    case LinkType::ppp_ether:
      return read_pppoe(walk, bytes);
    case LinkType::ieee802_11:
      return read_wlan(walk, bytes);
    case LinkType::ieee802_11_radiotap:
      return read_radiotap(walk, bytes);
  }
  walk.drop(DropReason::link_type);
}

void read_ethernet(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 14, DropReason::bad_link_header)) return;
  note_macs(walk, bytes);
  read_ether_type(walk, bytes.u16(12), bytes.from(14));
}

void read_ether_type(Walk& walk, std::uint16_t type, WireBytes bytes) noexcept {
  for (;;) {
    if (type < kLeastEtherType) return read_llc(walk, type < bytes.wire() ? bytes.first(type) : bytes);
    switch (type) {
      case kIpv4:
      case kIpv6:
        return read_ip(walk, bytes);
      case kVlan:
      case kServiceVlan:
      case kOldQinQ1:
      case kOldQinQ2:
        if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
        walk.add_vlan(bytes.u16(0) & 0x0fff);
        type = bytes.u16(2);
        bytes = bytes.from(4);
        break;
      case kVnTag:
        if (!walk.needs(bytes, 6, DropReason::bad_link_header)) return;
        type = bytes.u16(4);
        bytes = bytes.from(6);
        break;
      case kBackbone:
        return read_ethernet_behind(walk, bytes, 4);
      case kFabricPath:
        return read_ethernet_behind(walk, bytes, 2);
      case kBridged:
        return read_ethernet(walk, bytes);
      case kMacsec:
        return read_macsec(walk, bytes);
      case kCiscoMetadata:
        return read_cisco_metadata(walk, bytes);
      case kMpls:
      case kMplsUpstream:
        return read_mpls(walk, bytes);
      case kPppoeSession:
        return read_pppoe(walk, bytes);
      case kArp:
      case kReverseArp:
        return read_arp(walk, bytes);
      default:
        return walk.drop(type == kPppoeDiscovery ? DropReason::link_control : DropReason::not_ip);
    }
  }
}

void read_llc(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint16_t kSnap = 0xaaaa, kIp = 0x0606, kSpanningTree = 0x4242;
  constexpr std::uint32_t kEthernetOui = 0x000000, kTunnelOui = 0x0000f8;  // RFC 1042, 802.1H
  if (!walk.needs(bytes, 3, DropReason::bad_link_header)) return;
  const std::uint16_t points = bytes.u16(0);
  if (points == kIp && bytes.u8(2) == 3) return read_ip(walk, bytes.from(3));
  if (points == kSpanningTree) return walk.drop(DropReason::link_control);
  if (points != kSnap || bytes.u8(2) != 3) return walk.drop(DropReason::not_ip);
  if (!walk.needs(bytes, 8, DropReason::bad_link_header)) return;
  const std::uint32_t oui = bytes.u32(2) & 0x00ffffff;
  if (oui != kEthernetOui && oui != kTunnelOui) return walk.drop(DropReason::not_ip);
  if (bytes.u16(6) < kLeastEtherType) return walk.drop(DropReason::not_ip);
  read_ether_type(walk, bytes.u16(6), bytes.from(8));
}

}  // namespace netstray
