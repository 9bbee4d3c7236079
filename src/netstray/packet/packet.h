#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "netstray/base/time.h"
#include "netstray/packet/address.h"

namespace netstray {

/// Numbers of IP's next protocols, as IANA gives them.
enum class Protocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17, icmpv6 = 58, sctp = 132 };

/// The flags of a TCP header, lowest bit FIN.
struct TcpFlags {
  static constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20,
                                kEce = 0x40, kCwr = 0x80;
};

/// One IP datagram, decoded: what a flow meter wants to know of it. A frame holds several where it is a tunnel.
/// Numbers are in host order.
struct Packet {
  TimeNs time = 0;
  IpAddress source, destination;
  Protocol protocol{};   ///< after IPv6 extension headers; any number, not only the named ones
  std::uint8_t ttl = 0;  ///< or hop limit
  std::uint8_t tos = 0;  ///< or traffic class
  std::uint8_t tcp_flags = 0;
  /// TCP, UDP and SCTP: the ports. ICMP and ICMPv6: type and code. Otherwise, and for a later fragment, 0.
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;  ///< TCP's
  std::uint16_t window = 0;                         ///< TCP's, not scaled
  std::uint16_t vlan = 0, inner_vlan = 0;           ///< outermost VLAN id and the one below it; 0 where there is none
  std::uint32_t ip_bytes = 0;                       ///< IP header and what it carries, by its own length field
  /// Bytes after the transport's header, captured or not: by UDP's own length where that is possible, otherwise by
  /// IP's. For a later fragment and for a protocol without ports: bytes after the IP header and its extensions.
  std::uint32_t payload_bytes = 0;
  std::span<const std::byte> payload;  ///< the part of them that was captured

  /// Fragments: only the first one (offset 0) has ports.
  bool is_fragment = false;
  bool more_fragments = false;
  std::uint32_t fragment_offset = 0;  ///< bytes
  std::uint32_t identification = 0;

  std::uint8_t depth = 0;  ///< 0 outermost, 1 inside one tunnel, ...
  /// False where the tunnel is no flow of its own (GRE, IP-in-IP, ERSPAN, 6in4, and what encapsulates Ethernet): only
  /// what is inside counts. True for the innermost packet, and for a UDP-borne tunnel's outer packet.
  bool is_flow = true;
  /// The transport's checksum is wrong; all of it was captured and checking is on. (A wrong checksum of the IP header
  /// makes no packet at all.)
  bool bad_checksum = false;
  /// The capture ends within TCP's options: ports, flags and numbers are right. Zeek knows of the connection but does
  /// not count such a packet.
  bool header_cut = false;

  bool has_ports() const noexcept {
    return protocol == Protocol::tcp || protocol == Protocol::udp || protocol == Protocol::sctp;
  }
};

}  // namespace netstray
