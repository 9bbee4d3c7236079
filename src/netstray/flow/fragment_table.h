#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "netstray/flow/flow_index.h"
#include "netstray/flow/siphash.h"
#include "netstray/packet/packet.h"

namespace netstray {

/// What is remembered of a datagram that comes in fragments.
struct FragmentedDatagram {
  IpAddress source, destination;
  std::uint32_t identification = 0;
  Protocol protocol{};
  bool used = false;
  bool first_seen = false;  ///< the fragment with the ports was
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint16_t vlan = 0, inner_vlan = 0;
  std::uint8_t ttl = 0, depth = 0;
  TimeNs time = 0;                  ///< of the last fragment
  std::uint32_t payload_bytes = 0;  ///< seen so far
  std::uint32_t header_bytes = 0;   ///< of IP, of the first that came
  std::uint32_t next_sequence = 0;  ///< TCP's, of what the next fragment should carry
  std::uint32_t waiting = 0;        ///< fragments that came before the first one
};

/// Which datagrams are under way, found by source, destination, identification and protocol (RFC 791, RFC 8200). When
/// it is full, and after a minute without a fragment, the oldest is forgotten; `lone` is told of each that still waits
/// for its first fragment. Takes memory at the first fragment.
class FragmentTable {
 public:
  using Lone = std::function<void(const FragmentedDatagram&)>;

  FragmentTable(std::size_t capacity, const SipKey& secret, Lone lone);

  /// Bytes it takes when it is in use.
  static std::uint64_t bytes_for(std::size_t capacity) noexcept;

  /// The datagram of this fragment, or null.
  FragmentedDatagram* find(const Packet& fragment);
  /// A datagram whose fragments were not seen yet; it takes the place of one that was.
  FragmentedDatagram& begin(const Packet& fragment);
  void forget(FragmentedDatagram& datagram);
  /// Forgets all.
  void finish();

 private:
  static constexpr TimeNs kLongestWait = 60'000'000'000;

  std::uint64_t hash_of(const IpAddress& source, const IpAddress& destination, std::uint32_t identification,
                        Protocol protocol) const noexcept;

  std::size_t capacity_;
  SipKey secret_;
  Lone lone_;
  std::vector<FragmentedDatagram> ring_;  // the entry at next_ is the oldest
  std::size_t next_ = 0;
  std::unique_ptr<FlowIndex> index_;  // places in ring_, plus 1
};

}  // namespace netstray
