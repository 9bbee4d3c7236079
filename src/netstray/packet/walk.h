#pragma once

#include <cstdint>

#include "netstray/packet/decoder.h"
#include "netstray/packet/wire_bytes.h"

namespace netstray {

/// The decoder's way through one frame: where it is, and where its findings go. Each `read_` function below takes the
/// bytes from its own header on, and calls the one for what the header carries; at the end there is a packet in `out`
/// or a reason. The number of headers bounds how deeply they call each other.
struct Walk {
  static constexpr std::uint8_t kMostHeaders = 64;

  const DecodeSettings& settings;
  Decoded& out;
  TimeNs time = 0;
  std::uint16_t vlan = 0, inner_vlan = 0;  ///< tags since the last IP header
  std::uint8_t depth = 0;                  ///< tunnels gone into
  std::uint8_t headers = 0;
  bool offloaded = false;  ///< the last IP header tells no length: the network card would have filled in more than that

  void drop(DropReason reason) const noexcept { out.dropped = reason; }

  /// One more header is begun: whether `count` bytes of it were captured and it is not one too many. Otherwise says
  /// why: `reason` where even on the wire there were fewer.
  bool needs(const WireBytes& bytes, std::uint32_t count, DropReason reason) noexcept {
    if (bytes.has(count) && ++headers <= kMostHeaders) return true;
    drop(bytes.wire() < count ? reason : bytes.has(count) ? DropReason::too_deep : DropReason::truncated);
    return false;
  }

  void add_vlan(std::uint16_t id) noexcept {
    if (vlan == 0) {
      vlan = id;
    } else if (inner_vlan == 0) {
      inner_vlan = id;
    }
  }

  /// The place for the next packet, emptied, or nullptr where there is none left. It counts once it is kept.
  Packet* next_packet() const noexcept {
    if (out.count == out.packets.size()) {
      drop(DropReason::too_deep);
      return nullptr;
    }
    Packet& packet = out.packets[out.count];
    packet = Packet{};
    packet.time = time;
    packet.vlan = vlan;
    packet.inner_vlan = inner_vlan;
    packet.depth = depth;
    return &packet;
  }
  void keep() const noexcept { ++out.count; }

  /// Whether another tunnel may be gone into; says so where not.
  bool may_enter() const noexcept {
    if (depth < settings.most_tunnels) return true;
    drop(DropReason::too_deep);
    return false;
  }
  /// The way on inside a tunnel.
  Walk inside() const noexcept {
    Walk walk = *this;
    ++walk.depth;
    walk.vlan = walk.inner_vlan = 0;
    return walk;
  }
};

// link.cpp: what a capture begins with, and the tags between it and IP.
void read_link(Walk& walk, LinkType link, WireBytes bytes) noexcept;
void read_ethernet(Walk& walk, WireBytes bytes) noexcept;
/// What an EtherType announces; numbers below 0x600 are the length of an 802.3 frame.
void read_ether_type(Walk& walk, std::uint16_t type, WireBytes bytes) noexcept;
/// IEEE 802.2, with or without SNAP.
void read_llc(Walk& walk, WireBytes bytes) noexcept;

// ppp.cpp
void read_ppp(Walk& walk, WireBytes bytes) noexcept;
void read_pppoe(Walk& walk, WireBytes bytes) noexcept;

// wlan.cpp
void read_wlan(Walk& walk, WireBytes bytes) noexcept;
void read_radiotap(Walk& walk, WireBytes bytes) noexcept;

// claim.cpp: who says which hardware address they have.
void read_arp(Walk& walk, WireBytes bytes) noexcept;
/// `bytes` begin with the ICMPv6 header.
void read_neighbour(const Walk& walk, const Packet& packet, const WireBytes& bytes) noexcept;

// ip.cpp
/// IPv4 or IPv6, as its first four bits say.
void read_ip(Walk& walk, WireBytes bytes) noexcept;

// transport.cpp: keeps the packet, and goes on where it is a tunnel. `bytes` are what follows IP's headers.
void read_transport(Walk& walk, Packet& packet, WireBytes bytes) noexcept;

// gre.cpp: bytes behind an IP header with protocol 47.
void read_gre(Walk& walk, WireBytes bytes) noexcept;

// udp_tunnel.cpp: looks whether the payload of `outer` is a tunnel, and goes into it.
void read_udp_tunnel(Walk& walk, const Packet& outer, WireBytes payload) noexcept;

}  // namespace netstray
