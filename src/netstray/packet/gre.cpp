#include "netstray/packet/walk.h"

namespace netstray {
namespace {

constexpr std::uint16_t kHasChecksum = 0x8000, kHasRouting = 0x4000, kHasKey = 0x2000, kHasSequence = 0x1000;
constexpr std::uint16_t kHasAcknowledgement = 0x0080, kVersion = 0x0007;

// What it carries: EtherTypes, and numbers that vendors took.
constexpr std::uint16_t kErspan = 0x88be, kErspan3 = 0x22eb, kPpp = 0x880b, kWccp = 0x883e, kCiscoMetadata = 0x8909;
constexpr std::uint16_t kAruba = 0x8200, kArubaMask = 0xfe0f;  // 0x8200, 0x8210, ... 0x83f0

/// Type I has no header at all and GRE no sequence number; type II has 8 bytes.
void read_erspan(Walk& walk, WireBytes bytes, bool has_sequence) noexcept {
  if (!has_sequence) return read_ethernet(walk, bytes);
  if (walk.needs(bytes, 8, DropReason::bad_tunnel_header)) read_ethernet(walk, bytes.from(8));
}

/// 12 bytes, and 8 more where the last bit of them says so.
void read_erspan3(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 12, DropReason::bad_tunnel_header)) return;
  const std::uint32_t header = (bytes.u8(11) & 1) != 0 ? 20 : 12;
  if (walk.needs(bytes, header, DropReason::bad_tunnel_header)) read_ethernet(walk, bytes.from(header));
}

/// Version 2 of the Web Cache Communication Protocol puts four bytes before IP, version 1 none.
void read_wccp(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 4, DropReason::bad_tunnel_header)) return;
  read_ip(walk, bytes.u8(0) >> 4 == 4 ? bytes : bytes.from(4));
}

/// Here the EtherType of what follows comes first, unlike on Ethernet.
void read_cisco_metadata(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 4, DropReason::bad_tunnel_header)) return;
  const std::uint32_t header = 4 + bytes.u8(3) * 4U;
  if (walk.needs(bytes, header, DropReason::bad_tunnel_header)) read_ether_type(walk, bytes.u16(0), bytes.from(header));
}

/// RFC 2784 and RFC 2890. The routing field, which the former took out again, is not understood.
void read_gre0(Walk& walk, std::uint16_t flags, std::uint16_t type, WireBytes bytes) noexcept {
  if ((flags & kHasRouting) != 0) return walk.drop(DropReason::bad_tunnel_header);
  const bool has_sequence = (flags & kHasSequence) != 0;
  const std::uint32_t header =
      4 + ((flags & kHasChecksum) != 0 ? 4U : 0U) + ((flags & kHasKey) != 0 ? 4U : 0U) + (has_sequence ? 4U : 0U);
  if (!walk.needs(bytes, header, DropReason::bad_tunnel_header)) return;
  bytes = bytes.from(header);
  if (type == kErspan) return read_erspan(walk, bytes, has_sequence);
  if (type == kErspan3) return read_erspan3(walk, bytes);
  if (type == kWccp) return read_wccp(walk, bytes);
  if (type == kPpp) return read_ppp(walk, bytes);
  if (type == kCiscoMetadata) return read_cisco_metadata(walk, bytes);
  if ((type & kArubaMask) == kAruba) return read_wlan(walk, bytes);
  constexpr std::uint16_t kLeastEtherType = 0x600;
  if (type < kLeastEtherType) return walk.drop(DropReason::not_ip);
  read_ether_type(walk, type, bytes);
}

/// PPTP's (RFC 2637, 4.1): a key with the length of the payload in its first half; without payload it only
/// acknowledges.
void read_gre1(Walk& walk, std::uint16_t flags, std::uint16_t type, WireBytes bytes) noexcept {
  if (type != kPpp || (flags & kHasKey) == 0) return walk.drop(DropReason::bad_tunnel_header);
  const bool has_sequence = (flags & kHasSequence) != 0;
  const std::uint32_t header = 8 + (has_sequence ? 4U : 0U) + ((flags & kHasAcknowledgement) != 0 ? 4U : 0U);
  if (!walk.needs(bytes, header, DropReason::bad_tunnel_header)) return;
  const std::uint32_t length = bytes.u16(4);
  if (!has_sequence || length == 0) return walk.drop(DropReason::link_control);
  bytes = bytes.from(header);
  read_ppp(walk, length < bytes.wire() ? bytes.first(length) : bytes);
}

}  // namespace

void read_gre(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 4, DropReason::bad_tunnel_header)) return;
  const std::uint16_t flags = bytes.u16(0);
  const std::uint16_t type = bytes.u16(2);
  if ((flags & kVersion) == 0) return read_gre0(walk, flags, type, bytes);
  if ((flags & kVersion) == 1) return read_gre1(walk, flags, type, bytes);
  walk.drop(DropReason::bad_tunnel_header);
}

}  // namespace netstray
