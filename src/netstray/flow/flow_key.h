#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "netstray/flow/siphash.h"
#include "netstray/packet/packet.h"

namespace netstray {

/// Which conversation a packet belongs to: both ends, the smaller one first, so that both directions have the same key.
/// Where directions are conversations of their own (`one_way`) the sender is first.
struct FlowKey {
  std::array<IpAddress, 2> address;
  std::array<std::uint16_t, 2> port{};
  Protocol protocol{};
  bool one_way = false;
  bool portless = false;  ///< fragments whose first one, with the ports, was not seen
  std::uint16_t vlan = 0, inner_vlan = 0;

  auto operator<=>(const FlowKey&) const = default;
};

/// A packet's key, and which end of it sent the packet.
struct PacketKey {
  FlowKey key;
  std::uint8_t sender = 0;  ///< 0 or 1
};

/// The VLANs are left 0 unless asked for.
PacketKey key_of(const Packet& packet, bool with_vlan) noexcept;

/// Keyed, so that nobody can choose packets whose keys collide.
std::uint64_t hash_of(const FlowKey& key, const SipKey& secret) noexcept;

}  // namespace netstray
