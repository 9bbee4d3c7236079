#include "netstray/packet/walk.h"

namespace netstray {
namespace {

// PPP's protocol numbers, as IANA lists them.
constexpr std::uint16_t kIpv4 = 0x0021, kIpv6 = 0x0057, kMpls = 0x0281, kMplsMulticast = 0x0283;
constexpr std::uint16_t kEncrypted = 0x0053, kEncryptedLink = 0x0055, kCompressedLink = 0x00fb, kCompressed = 0x00fd;
constexpr std::uint16_t kVanJacobson = 0x002d, kVanJacobsonWhole = 0x002f;
constexpr std::uint16_t kLeastControl = 0x8000;

constexpr std::uint16_t kMplsEtherType = 0x8847;

/// The protocol number: two bytes, or one where it is odd (RFC 1661, protocol field compression).
void read_ppp_protocol(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 2, DropReason::bad_link_header)) return;
  const bool one_byte = (bytes.u8(0) & 1) != 0;
  const std::uint16_t protocol = one_byte ? bytes.u8(0) : bytes.u16(0);
  bytes = bytes.from(one_byte ? 1 : 2);
  switch (protocol) {
    case kIpv4:
    case kIpv6:
      return read_ip(walk, bytes);
    case kMpls:
    case kMplsMulticast:
      return read_ether_type(walk, kMplsEtherType, bytes);
    case kEncrypted:
    case kEncryptedLink:
    case kCompressedLink:
    case kCompressed:
    case kVanJacobson:
    case kVanJacobsonWhole:
      return walk.drop(DropReason::encrypted);
    default:
      return walk.drop(protocol >= kLeastControl ? DropReason::link_control : DropReason::not_ip);
  }
}

}  // namespace

/// With or without the address and control bytes of RFC 1662; Cisco's HDLC has an EtherType behind its own two bytes.
void read_ppp(Walk& walk, WireBytes bytes) noexcept {
  constexpr std::uint16_t kAddressAndControl = 0xff03, kCiscoUnicast = 0x0f00, kCiscoMulticast = 0x8f00;
  constexpr std::uint16_t kCiscoKeepalive = 0x8035;
  if (!walk.needs(bytes, 4, DropReason::bad_link_header)) return;
  const std::uint16_t first = bytes.u16(0);
  if (first == kAddressAndControl) return read_ppp_protocol(walk, bytes.from(2));
  if (first != kCiscoUnicast && first != kCiscoMulticast) return read_ppp_protocol(walk, bytes);
  if (bytes.u16(2) == kCiscoKeepalive) return walk.drop(DropReason::link_control);
  read_ether_type(walk, bytes.u16(2), bytes.from(4));
}

/// RFC 2516; only code 0 carries data.
void read_pppoe(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 6, DropReason::bad_link_header)) return;
  if (bytes.u8(1) != 0) return walk.drop(DropReason::link_control);
  read_ppp_protocol(walk, bytes.from(6));
}

}  // namespace netstray
