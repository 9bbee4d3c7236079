#pragma once

#include <cstdint>
#include <span>

#include "netstray/synth/traffic.h"
#include "netstray/synth/wire.h"

namespace netstray {

/// One conversation being written: its datagrams go to the writer as frames, and what they amount to is kept. Handed to
/// the writer by finish(), after which the object is used up.
class Conversation {
 public:
  Conversation(TrafficWriter& writer, const TrafficEnds& ends, Protocol protocol, ConnState state);

  const IpAddress& source(bool from_originator) const noexcept {
    return from_originator ? flow_.ends.originator : flow_.ends.responder;
  }
  const IpAddress& destination(bool from_originator) const noexcept { return source(!from_originator); }
  std::uint16_t source_port(bool from_originator) const noexcept {
    return from_originator ? flow_.ends.originator_port : flow_.ends.responder_port;
  }
  ExpectedSide& side(bool from_originator) noexcept { return from_originator ? flow_.sent : flow_.received; }
  Rng& rng() noexcept { return writer_.rng_; }

  /// A datagram that carries `transport`, in fragments of at most `fragment_bytes` where that is not 0. Counts packets
  /// and IP bytes; payload is the caller's to count.
  void send(TimeNs time, bool from_originator, std::span<const std::byte> transport, std::uint32_t fragment_bytes = 0);
  /// With a UDP header, payload counted.
  void send_udp(TimeNs time, bool from_originator, std::span<const std::byte> payload,
                std::uint32_t fragment_bytes = 0);

  void finish();

 private:
  void send_datagram(TimeNs time, bool from_originator, const IpHeader& header, std::span<const std::byte> content);
  void send_wrapped(TimeNs time, bool from_originator, const WireBytes& datagram);
  WireBytes vxlan(TimeNs time, bool from_originator, const WireBytes& datagram);
  ExpectedFlow& tunnel_flow(bool from_originator) noexcept { return from_originator ? tunnel_there_ : tunnel_back_; }

  TrafficWriter& writer_;
  ExpectedFlow flow_;
  ExpectedFlow tunnel_there_, tunnel_back_;  // of VXLAN, each direction
};

/// So many random bytes.
std::vector<std::byte> random_bytes(Rng& rng, std::size_t count);

}  // namespace netstray
