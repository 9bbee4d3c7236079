#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/packet/address.h"
#include "netstray/packet/packet.h"

namespace netstray {

/// How a conversation went, in Zeek's words.
enum class ConnState : std::uint8_t { s0, s1, sf, rej, s2, s3, rsto, rstr, rstos0, rstrh, sh, shr, oth };

/// "S0", "SF", "RSTOS0", ...
std::string_view name_of(ConnState state) noexcept;

/// Why a record ended. `interim`: it has not, this is what it was so far; `active`: it was older than was asked for.
enum class EndReason : std::uint8_t { closed, idle, interim, memory, end_of_input, active };
constexpr std::size_t kEndReasons = 6;
std::string_view name_of(EndReason reason) noexcept;

/// Count, sum, least, greatest and spread of a quantity, kept without its values.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0, m2 = 0;  ///< Welford's
  double least = 0, greatest = 0;

  void add(double value) noexcept;
  double deviation() const noexcept;  ///< of the values (divided by count); 0 for fewer than two
};

/// What one end of a conversation sent.
struct FlowSide {
  std::uint64_t packets = 0;
  std::uint64_t ip_bytes = 0;       ///< headers and payload, by the IP headers' lengths
  std::uint64_t payload_bytes = 0;  ///< TCP: by sequence numbers, as Zeek counts; otherwise summed
  std::uint64_t payload_packets = 0;
  std::uint64_t fragments = 0;  ///< later fragments: their bytes are counted above, they are no packets of their own
  std::uint64_t retransmitted_bytes = 0, retransmitted_packets = 0;
  std::uint64_t missed_bytes = 0;        ///< TCP: gaps in what was seen
  std::array<std::uint32_t, 8> flags{};  ///< packets with FIN, SYN, RST, PSH, ACK, URG, ECE, CWR
  std::uint16_t first_window = 0;
  std::uint8_t least_ttl = 0, greatest_ttl = 0;
  Moments payload_sizes;  ///< bytes a packet, packets without payload included
  Moments gaps;           ///< seconds between this side's packets
};

/// One of the first packets of a conversation.
struct FirstPacket {
  TimeNs time = 0;
  std::uint32_t payload_bytes = 0;
  std::uint8_t tcp_flags = 0;
  bool from_originator = true;
};

/// A bidirectional conversation. The originator sent the first packet, unless the handshake says otherwise.
struct FlowRecord {
  std::uint64_t number = 0;  ///< in order of first packet, from 1
  IpAddress originator, responder;
  std::uint16_t originator_port = 0, responder_port = 0;  ///< ICMP: type and code as Zeek gives them
  Protocol protocol{};
  std::uint16_t vlan = 0, inner_vlan = 0;
  std::uint8_t depth = 0;  ///< tunnels around it
  TimeNs first = 0, last = 0;
  ConnState state = ConnState::oth;
  EndReason end = EndReason::end_of_input;
  std::string history;                     ///< Zeek's letters: upper case from the originator
  FlowSide sent, received;                 ///< by the originator; by the responder
  std::vector<FirstPacket> first_packets;  ///< as many as were asked for

  double duration_seconds() const noexcept { return static_cast<double>(last - first) * 1e-9; }
};

/// Community ID version 1: the same text for both directions of a conversation, in every tool that knows it.
std::string community_id(const FlowRecord& record, std::uint16_t seed = 0);

}  // namespace netstray
