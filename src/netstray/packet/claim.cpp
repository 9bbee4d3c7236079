#include <algorithm>

#include "netstray/packet/walk.h"

namespace netstray {
namespace {

bool is_zero(const IpAddress& address) noexcept {
  return std::ranges::all_of(address.bytes, [](std::uint8_t byte) { return byte == 0; });
}

MacAddress mac_at(const WireBytes& bytes, std::size_t at) noexcept {
  MacAddress mac;
  bytes.copy<6>(at, mac.bytes);
  return mac;
}

}  // namespace

void read_arp(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint32_t kEthernetAndIpv4 = 0x00010800;
  constexpr std::uint16_t kLengths = 0x0604, kRequest = 1, kReply = 2;
  if (!walk.needs(bytes, 8, DropReason::bad_link_header)) return;
  walk.drop(DropReason::arp);
  const std::uint16_t operation = bytes.u16(6);
  if (bytes.u32(0) != kEthernetAndIpv4 || bytes.u16(4) != kLengths || !bytes.has(28)) return;
  if (walk.depth > 0 || (operation != kRequest && operation != kReply)) return;
  IpAddress ip;
  bytes.copy<4>(14, ip.bytes);
  if (is_zero(ip)) return;  // asks whether an address is free (RFC 5227), claims none
  AddressClaim claim{.ip = ip, .mac = mac_at(bytes, 8), .time = walk.time, .reply = operation == kReply};
  if (!claim.reply) bytes.copy<4>(24, claim.asked.bytes);
  walk.out.claim = claim;
}

/// A solicitation tells the address of its sender, an advertisement that of its target (RFC 4861, 4.3 and 4.4).
void read_neighbour(const Walk& walk, const Packet& packet, const WireBytes& bytes) noexcept {
  constexpr std::uint16_t kSolicitation = 135, kAdvertisement = 136;
  constexpr std::size_t kTargetAt = 8, kOptionsAt = 24;
  constexpr std::uint16_t kSourceOption = 0x0101, kTargetOption = 0x0201;  // type, and a length of 8 bytes
  const bool advertisement = packet.source_port == kAdvertisement;
  if (!advertisement && packet.source_port != kSolicitation) return;
  if (walk.depth > 0 || packet.bad_checksum || packet.ttl != 255) return;  // from a router away it means nothing
  IpAddress ip = packet.source;
  if (advertisement && bytes.has(kOptionsAt)) {
    bytes.copy<16>(kTargetAt, ip.bytes);
  }
  for (std::size_t at = kOptionsAt; bytes.has(at + 8) && bytes.u8(at + 1) != 0;
       at += std::size_t{8} * bytes.u8(at + 1)) {
    if (bytes.u16(at) != (advertisement ? kTargetOption : kSourceOption) || is_zero(ip)) continue;
    walk.out.claim = AddressClaim{.ip = ip, .mac = mac_at(bytes, at + 2), .time = walk.time, .reply = advertisement};
    return;
  }
}

}  // namespace netstray
