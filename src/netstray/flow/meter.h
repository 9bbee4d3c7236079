#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "netstray/flow/record.h"
#include "netstray/packet/packet.h"

namespace netstray {

struct MeterSettings {
  static constexpr TimeNs kSecond = 1'000'000'000;

  /// A conversation that was silent for this long has ended; a later packet starts another. Each >= 1 ns. Defaults are
  /// Zeek's (scripts/base/init-bare.zeek). A TCP connection of which neither side has got past its SYN has `udp_idle`.
  TimeNs tcp_idle = 300 * kSecond;
  TimeNs udp_idle = 60 * kSecond;
  TimeNs icmp_idle = 60 * kSecond;   ///< ICMP and ICMPv6
  TimeNs other_idle = 60 * kSecond;  ///< SCTP and every other protocol
  /// A UDP conversation with a server of DNS (server_ports.h) is looked at each time this has passed since it began,
  /// and has ended if nothing came for nine tenths of it, as Zeek's DNS analyzer does it. 0: `udp_idle` alone holds.
  TimeNs dns_idle = 10 * kSecond;
  /// TCP: how long after the first SYN an answer may come; how long after the close, or after a reset, packets still
  /// belong to the connection.
  TimeNs tcp_attempt = 5 * kSecond;
  TimeNs tcp_close = 5 * kSecond;
  /// A conversation older than this ends at its next packet, which starts another. 0: no limit.
  TimeNs active_limit = 0;
  /// A conversation that goes on gives a record of all it was so far each time this much has passed since its first
  /// packet, told when its next packet comes. 0: none.
  TimeNs interim_interval = 0;
  /// Bytes for everything that grows: records, index, timers, fragments. At least kLeastMemory.
  std::uint64_t memory_bytes = 256ULL << 20U;
  static constexpr std::uint64_t kLeastMemory = 256ULL << 10U;
  /// Whether packets of different VLANs are different conversations.
  bool vlan_in_key = false;
  /// How many first packets a record lists: 0 to 255.
  std::uint8_t first_packets = 0;
  /// What the hash is keyed with; 0 takes a random secret. No record depends on it.
  std::uint64_t hash_secret = 0;
};

/// What became of a packet.
enum class Metered : std::uint8_t {
  counted,       ///< it is in a flow
  fragment,      ///< a later fragment, whose bytes are in a flow, or will be
  bad_checksum,  ///< a flow has the letter C for it, and nothing else
  not_a_flow,    ///< Packet::is_flow was false
};

/// Whether the packet, and so the frame around it, is in a flow.
constexpr bool in_flow(Metered metered) noexcept { return metered == Metered::counted || metered == Metered::fragment; }

struct MeterCounters {
  std::uint64_t counted = 0, fragments = 0, bad_checksum = 0, not_a_flow = 0;  ///< packets by what became of them
  std::uint64_t flows = 0;                                                     ///< that began
  std::uint64_t live = 0;                                                      ///< that have not ended
  std::array<std::uint64_t, kEndReasons> records{};                            ///< by EndReason
  std::uint64_t memory_bytes = 0;  ///< taken so far, which is never given back: at most MeterSettings::memory_bytes
};

/// Gathers packets into conversations.
///
/// **Which packets are one conversation.** Those of the same two addresses and ports and the same protocol, whichever
/// way they go (and the same VLAN where asked), until it ends. ICMP has types in place of ports, a request's and its
/// answer's, so that both are one conversation; a type without a counterpart makes each direction its own, with the
/// code in place of the second port. A protocol without ports has 0 and 0. A TCP connection ends and another begins at
/// a SYN with a new sequence number, as in Zeek.
///
/// **Who is the originator.** Who sent the first packet, with two exceptions, each shown as ^ in the history: where
/// TCP's first packet is no SYN, and in UDP, ports may tell that it is an answer (is_answer of server_ports.h); and a
/// SYN may come after its own answer.
///
/// **States, history, payload bytes, gaps** of TCP are Zeek's: its endpoint states, letters, relative sequence numbers
/// and reassembly rules. docs/zeek-differences.md lists where the results differ. History stops at 20 letters.
///
/// **Fragments.** Only the first fragment of a datagram has ports. The bytes of later ones go to its conversation; they
/// are no packets of their own, and their IP headers are not counted, as if the datagram had been put together. Those
/// that come before the first wait for it; where it never comes they are a conversation without ports.
///
/// **Memory** is bounded by a hard cap. When it is full, the conversation with the oldest last packet leaves first
/// (EndReason::memory). Conversations of one packet take 64 bytes (IPv6: 128), others 256 to 704.
///
/// **Time** is that of the packets. Records leave as conversations end, and the rest at finish() in the order of their
/// first packets. Same packets, same records, same order: whatever the secret of the hash and however the packets are
/// divided among calls. A time that goes back by less than the idle times is fine.
///
/// One object per thread. No allocation per packet; 100 to 200 ns each, more where records leave.
class Meter {
 public:
  using Sink = std::function<void(FlowRecord&&)>;

  /// Throws Error where a setting is out of range, or the memory is not to be had. What `sink` throws goes to whoever
  /// called add or finish; the meter is of no use then.
  Meter(const MeterSettings& settings, Sink sink);
  ~Meter();
  Meter(Meter&&) noexcept;
  Meter& operator=(Meter&&) noexcept;

  /// Takes packets in the order of the capture; `metered[i]` tells what became of packets[i]. Both have the same size.
  /// Fastest with 32 and more at a time.
  void add(std::span<const Packet> packets, std::span<Metered> metered);
  /// The same for the packets of one frame: what became of the one that fared best (in the order of Metered).
  Metered add(std::span<const Packet> packets);
  /// Ends all conversations. No packet may follow.
  void finish();

  MeterCounters counters() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace netstray
