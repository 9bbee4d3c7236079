#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "netstray/base/time.h"
#include "netstray/packet/address.h"
#include "netstray/packet/drop_reason.h"
#include "netstray/packet/frame.h"
#include "netstray/packet/packet.h"

namespace netstray {

struct DecodeSettings {
  /// Whether the checksums of IPv4, TCP, UDP, ICMP and ICMPv6 are looked at where all of the datagram was captured.
  /// Captures made on the sending host show wrong ones, as its network card fills them in later. Zeek: -C.
  bool check_checksums = true;
  /// How many tunnels within each other are looked into, 0 to 6. The default is Zeek's Tunnel::max_depth.
  std::uint8_t most_tunnels = 2;
};

/// A host says which hardware address an IP address has: the sender of an ARP packet, or of an IPv6 neighbour
/// solicitation or advertisement (RFC 826, RFC 4861).
struct AddressClaim {
  IpAddress ip;
  MacAddress mac;
  TimeNs time = 0;
  bool reply = false;  ///< it answers a question, or says so unasked
  IpAddress asked{};   ///< whose hardware address it wants to know; all zero where it asks nothing
};

/// A frame went from one hardware address to another to reach an IP address.
struct NextHop {
  MacAddress from, to;
  IpAddress destination;
  TimeNs time = 0;
};

/// What is in one frame.
struct Decoded {
  static constexpr std::size_t kMostPackets = 8;

  /// The first `count` are meant, outermost first; the rest is what earlier frames left behind.
  std::array<Packet, kMostPackets> packets;
  std::size_t count = 0;
  /// Why the frame, or its innermost part, gave nothing; none where all of it was understood. A frame whose tunnel is a
  /// flow but whose inside is broken has both a packet and a reason.
  DropReason dropped = DropReason::none;
  std::optional<AddressClaim> claim;
  bool has_macs = false;  ///< whether the next two were there: those of the outermost Ethernet header
  MacAddress source_mac, destination_mac;

  std::span<const Packet> all() const noexcept { return {packets.data(), count}; }
};

/// Takes frames apart: link layer, tags, tunnels, IP, transport. Which parts are flows follows Zeek: a tunnel carried
/// by UDP is one, and so is what is inside; of GRE, IP-in-IP, ERSPAN and whatever else carries Ethernet only the inside
/// is. docs/packets.md has what is understood, and the reasons. Knows nothing of earlier frames, so fragments are told
/// but not joined, and any number of threads may use one object. Does not allocate; costs tens of nanoseconds a frame,
/// and with checksums as long as it takes to read the frame.
class Decoder {
 public:
  explicit Decoder(const DecodeSettings& settings = {}) noexcept : settings_(settings) {}

  /// `out` is overwritten; its payloads point into the frame. Any bytes at all are fine.
  void decode(const Frame& frame, Decoded& out) const noexcept;

 private:
  DecodeSettings settings_;
};

}  // namespace netstray
