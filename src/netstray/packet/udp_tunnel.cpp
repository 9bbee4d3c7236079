#include <optional>

#include "netstray/packet/walk.h"

namespace netstray {
namespace {

constexpr std::uint16_t kVxlan = 4789, kGeneve = 6081, kGtpUser = 2152, kAyiya = 5072;
constexpr std::uint16_t kGreInUdp = 4754, kMplsInUdp = 6635;  // RFC 8086, RFC 7510

constexpr std::uint8_t kIpInIp = 4, kIpv6InIp = 41, kNothing = 59;

bool has_port(const Packet& packet, std::uint16_t port) noexcept {
  return packet.source_port == port || packet.destination_port == port;
}

bool begins_ip(const WireBytes& bytes) noexcept {
  return bytes.has(1) && (bytes.u8(0) >> 4 == 4 || bytes.u8(0) >> 4 == 6);
}

void read_inside(const Walk& walk, WireBytes bytes, void (*read)(Walk&, WireBytes) noexcept) noexcept {
  if (!walk.may_enter()) return;
  Walk inside = walk.inside();
  read(inside, bytes);
}

/// RFC 7348: a flag says that there is a network number.
void read_vxlan(const Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint8_t kHasNetwork = 0x08;
  if (bytes.has(8) && (bytes.u8(0) & kHasNetwork) != 0) read_inside(walk, bytes.from(8), read_ethernet);
}

/// RFC 8926. Packets of its own control are left alone.
void read_geneve(const Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint8_t kControl = 0x80, kOptions = 0x3f;
  if (!bytes.has(8) || bytes.u8(0) >> 6 != 0 || (bytes.u8(1) & kControl) != 0) return;
  const std::uint32_t header = 8 + (bytes.u8(0) & kOptions) * 4U;
  if (!bytes.has(header) || !walk.may_enter()) return;
  Walk inside = walk.inside();
  read_ether_type(inside, bytes.u16(2), bytes.from(header));
}

/// The length of GTP-U's header (3GPP TS 29.281, 5.1) where it is one of version 1 that carries user data.
std::optional<std::uint32_t> gtp_header(const WireBytes& bytes) noexcept {
  constexpr std::uint8_t kVersionAndType = 0xf0, kVersion1 = 0x30, kUserData = 255;
  constexpr std::uint8_t kAnyOption = 0x07, kExtension = 0x04;
  if (!bytes.has(8) || (bytes.u8(0) & kVersionAndType) != kVersion1 || bytes.u8(1) != kUserData) return std::nullopt;
  if (8U + bytes.u16(2) > bytes.wire()) return std::nullopt;
  if ((bytes.u8(0) & kAnyOption) == 0) return 8;
  std::uint32_t header = 12;
  if (!bytes.has(header)) return std::nullopt;
  std::uint8_t next = (bytes.u8(0) & kExtension) != 0 ? bytes.u8(11) : 0;
  while (next != 0) {
    if (!bytes.has(header + 4) || bytes.u8(header) == 0) return std::nullopt;
    header += bytes.u8(header) * 4U;
    if (!bytes.has(header)) return std::nullopt;
    next = bytes.u8(header - 1);
  }
  return header;
}

void read_gtp(const Walk& walk, WireBytes bytes) noexcept {
  const auto header = gtp_header(bytes);
  if (header && begins_ip(bytes.from(*header))) read_inside(walk, bytes.from(*header), read_ip);
}

/// Anything In Anything (draft-massar-v6ops-ayiya-02): an identity of 2^n bytes, a signature, and what follows.
void read_ayiya(const Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint8_t kForward = 1;
  if (!bytes.has(8) || (bytes.u8(2) & 0x0f) != kForward) return;
  const std::uint32_t header = 8 + (1U << (bytes.u8(0) >> 4)) + (bytes.u8(1) >> 4) * 4U;
  const std::uint8_t next = bytes.u8(3);
  if ((next != kIpv6InIp && next != kIpInIp) || !bytes.has(header) || !begins_ip(bytes.from(header))) return;
  read_inside(walk, bytes.from(header), read_ip);
}

void read_mpls(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint16_t kMplsEtherType = 0x8847;
  read_ether_type(walk, kMplsEtherType, bytes);
}

/// Where IPv6 begins behind the headers that Teredo may put before it (RFC 4380, 5.1.1): authentication, origin.
std::optional<std::uint32_t> teredo_header(const WireBytes& bytes) noexcept {
  constexpr std::uint16_t kAuthentication = 1, kOrigin = 0;
  std::uint32_t header = 0;
  if (bytes.has(13) && bytes.u16(0) == kAuthentication) header = 13U + bytes.u8(2) + bytes.u8(3);
  if (bytes.has(header + 8) && bytes.u16(header) == kOrigin) header += 8;
  if (!bytes.has(header + 40) || bytes.u8(header) >> 4 != 6) return std::nullopt;
  return header;
}

/// Teredo is told by its content: an IPv6 packet as long as what is left, with one of the tunnel's addresses unless one
/// of its headers is there. A bubble, with nothing in it, may be followed by anything.
bool is_teredo(const WireBytes& bytes, std::uint32_t header) noexcept {
  constexpr std::uint32_t kPrefix = 0x20010000;
  const std::uint32_t length = 40U + bytes.u16(header + 4);
  const std::uint32_t left = bytes.wire() == WireBytes::kUnknown ? length : bytes.wire() - header;
  const bool bubble = bytes.u8(header + 6) == kNothing && length == 40;
  if (bubble ? left < length : left != length) return false;
  return header > 0 || bytes.u32(8) == kPrefix || bytes.u32(24) == kPrefix;
}

}  // namespace

void read_udp_tunnel(Walk& walk, const Packet& outer, WireBytes payload) noexcept {
  if (!payload.has(8)) return;
  if (outer.destination_port == kVxlan) return read_vxlan(walk, payload);
  if (outer.destination_port == kGeneve) return read_geneve(walk, payload);
  if (has_port(outer, kGtpUser)) return read_gtp(walk, payload);
  if (has_port(outer, kAyiya)) return read_ayiya(walk, payload);
  if (outer.destination_port == kGreInUdp) return read_inside(walk, payload, read_gre);
  if (outer.destination_port == kMplsInUdp) return read_inside(walk, payload, read_mpls);
  const unsigned first = payload.u8(0);
  if (first != 0 && first >> 4 != 6) return;
  const auto header = teredo_header(payload);
  if (header && is_teredo(payload, *header)) read_inside(walk, payload.from(*header), read_ip);
}

}  // namespace netstray
