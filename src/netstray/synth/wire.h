#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "netstray/flow/record.h"
#include "netstray/packet/address.h"

namespace netstray {

/// Bytes in network order, appended.
class WireBytes {
 public:
  WireBytes& u8(unsigned value) {
    bytes_.push_back(static_cast<std::byte>(value & 0xffU));
    return *this;
  }
  WireBytes& u16(unsigned value) { return u8(value >> 8U).u8(value); }
  WireBytes& u32(std::uint32_t value) { return u16(value >> 16U).u16(value & 0xffffU); }
  WireBytes& raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  WireBytes& address(const IpAddress& address) {
    return raw(std::as_bytes(std::span(address.bytes)).first(address.v6 ? 16 : 4));
  }
  WireBytes& mac(const MacAddress& mac) { return raw(std::as_bytes(std::span(mac.bytes))); }

  /// Overwrites two bytes.
  void put_u16(std::size_t at, unsigned value) {
    bytes_[at] = static_cast<std::byte>(value >> 8U & 0xffU);
    bytes_[at + 1] = static_cast<std::byte>(value & 0xffU);
  }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// The Internet checksum (RFC 1071) of `bytes`; of a transport's header and payload, with the pseudo-header of IP.
std::uint16_t internet_checksum(std::span<const std::byte> bytes);
std::uint16_t transport_checksum(const IpAddress& source, const IpAddress& destination, Protocol protocol,
                                 std::span<const std::byte> segment);

/// What a TCP segment says beside its payload.
struct TcpHeader {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint8_t flags = 0;
};

/// Transport header and payload with lengths and checksum; a SYN carries the option of its greatest segment.
WireBytes tcp_segment(const IpAddress& source, const IpAddress& destination, const TcpHeader& header,
                      std::span<const std::byte> payload);
WireBytes udp_datagram(const IpAddress& source, const IpAddress& destination, std::uint16_t source_port,
                       std::uint16_t destination_port, std::span<const std::byte> payload);
/// ICMP or ICMPv6, by the addresses.
WireBytes echo_message(const IpAddress& source, const IpAddress& destination, bool reply, std::uint16_t identifier,
                       std::uint16_t number, std::span<const std::byte> payload);

/// What an IP header says beside addresses and lengths.
struct IpHeader {
  Protocol protocol{};
  std::uint32_t identification = 0;   ///< IPv4 has room for 16 bits of it; IPv6 tells it of fragments only
  std::uint32_t fragment_offset = 0;  ///< bytes, a multiple of 8
  bool more_fragments = false;
};
inline constexpr std::size_t kFragmentHeaderBytes = 8;  ///< that an IPv6 fragment has behind its IP header

/// The IP datagram, IPv4 or IPv6 by the addresses, that carries `content`.
WireBytes ip_datagram(const IpAddress& source, const IpAddress& destination, const IpHeader& header,
                      std::span<const std::byte> content);

/// What is carried by IP and is no transport; IANA's numbers.
inline constexpr Protocol kIpInIp{4};
inline constexpr Protocol kIpv6InIp{41};
inline constexpr Protocol kGre{47};

}  // namespace netstray
