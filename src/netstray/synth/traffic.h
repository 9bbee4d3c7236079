#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/base/time.h"
#include "netstray/flow/record.h"
#include "netstray/packet/address.h"
#include "netstray/packet/frame.h"

namespace netstray {

/// 10.0.0.1 is ipv4_address(10, 0, 0, 1).
IpAddress ipv4_address(unsigned a, unsigned b, unsigned c, unsigned d) noexcept;
/// The first and the last 64 bits of an IPv6 address.
IpAddress ipv6_address(std::uint64_t network, std::uint64_t host) noexcept;

/// The two ends of a conversation, both of one family. ICMP has no ports.
struct TrafficEnds {
  IpAddress originator, responder;
  std::uint16_t originator_port = 0, responder_port = 0;
};

/// How a TCP connection ends, and the state that a meter should give it.
enum class TcpEnding : std::uint8_t {
  finished,           ///< FIN both ways: SF
  left_open,          ///< nothing more is seen: S1
  originator_closed,  ///< FIN of the originator only: S2
  responder_closed,   ///< FIN of the responder only: S3
  originator_reset,   ///< RST of the originator: RSTO
  responder_reset,    ///< RST of the responder: RSTR
  refused,            ///< SYN, then RST of the responder, no data: REJ
  unanswered,         ///< SYN alone, no data: S0
};

/// A TCP connection: handshake, what the originator sends, what the responder sends, the ending. Every second segment
/// is acknowledged.
struct TcpStory {
  TrafficEnds ends;
  TimeNs start = 0;
  std::uint64_t sent_bytes = 0, received_bytes = 0;  ///< payload of the originator, of the responder
  TcpEnding ending = TcpEnding::finished;
  std::uint32_t segment_bytes = 1460;  ///< most payload of a segment, 1 to 1460
  TimeNs round_trip = 20'000'000;      ///< half of it lies between a segment and its answer
  TimeNs pause = 0;                    ///< of who is to speak: before the data of each side and before the ending
  unsigned sent_twice = 0, received_twice = 0;  ///< so many of the first data segments of that side are repeated
  unsigned sent_missed = 0,
           received_missed =
               0;  ///< so many from the second on are not in the capture (never the last), but acknowledged
};

/// Datagrams of the originator, each followed by one of the responder where there are answers.
struct UdpStory {
  TrafficEnds ends;
  TimeNs start = 0;
  unsigned datagrams = 1;        ///< of the originator
  unsigned answers = 1;          ///< of the responder, at most `datagrams`
  std::uint32_t sent_size = 64;  ///< payload of each, at most 60,000
  std::uint32_t received_size = 64;
  /// IP payload of a fragment where datagrams are longer, a multiple of 8; 0 = never fragmented.
  std::uint32_t fragment_bytes = 0;
  TimeNs gap = 10'000'000;  ///< between packets
};

/// Echo requests and their replies (ICMP, or ICMPv6 where the addresses are IPv6).
struct PingStory {
  IpAddress originator, responder;
  TimeNs start = 0;
  unsigned requests = 4;
  unsigned replies = 4;  ///< at most `requests`
  std::uint32_t size = 56;
  TimeNs gap = 500'000'000;
};

/// A SYN to each of a row of ports of one host. Open ports answer and are reset by the scanner (RSTO), the others
/// refuse (REJ) or say nothing (S0).
struct ScanStory {
  IpAddress scanner, target;
  TimeNs start = 0;
  std::uint16_t first_port = 1;
  std::uint16_t ports = 1000;
  std::vector<std::uint16_t> open_ports;
  bool silent = false;  ///< closed ports say nothing
  TimeNs gap = 1'000'000;
};

/// SYNs from ever other addresses that are not those of the sender, never answered. IPv4.
struct FloodStory {
  IpAddress target;
  std::uint16_t port = 80;
  TimeNs start = 0;
  std::uint32_t packets = 1000;  ///< each one a flow of its own; at most 2^24
  TimeNs gap = 10'000;
};

/// What conversations are wrapped into.
struct Wrapping {
  enum class Tunnel : std::uint8_t { none, gre, ip_in_ip, vxlan };

  std::vector<std::uint16_t> vlans;  ///< ids, outermost first: none, one (802.1Q) or two (802.1ad)
  Tunnel tunnel = Tunnel::none;
  IpAddress near_end, far_end;  ///< of the tunnel: on the originator's side, on the responder's; IPv4
};

/// What a meter should count of one end.
struct ExpectedSide {
  std::uint64_t packets = 0;        ///< a datagram in fragments is one
  std::uint64_t ip_bytes = 0;       ///< by the IP headers' lengths, as if no datagram were in fragments
  std::uint64_t payload_bytes = 0;  ///< TCP: each byte of the stream once, missed ones too; otherwise summed
  std::uint64_t retransmitted_packets = 0, retransmitted_bytes = 0;
  std::uint64_t missed_bytes = 0;
};

/// What a meter should say of a conversation, where no other one has the same ends and protocol. ICMP: the ports are
/// the types of the request and of the reply, as Zeek has them.
struct ExpectedFlow {
  TrafficEnds ends;
  Protocol protocol{};
  ConnState state = ConnState::oth;
  TimeNs first = 0, last = 0;
  std::uint8_t depth = 0;  ///< tunnels around it
  std::uint16_t vlan = 0, inner_vlan = 0;
  ExpectedSide sent, received;
};

/// Frames in order of time, and the conversations in them in order of their first packet. Frames are Ethernet.
class MadeTraffic {
 public:
  std::size_t size() const noexcept { return frames_.size(); }
  /// Its bytes are valid as long as this object.
  Frame frame(std::size_t index) const noexcept;
  const std::vector<ExpectedFlow>& flows() const& noexcept { return flows_; }
  std::vector<ExpectedFlow> flows() && noexcept { return std::move(flows_); }

 private:
  friend class TrafficWriter;
  struct Place {
    TimeNs time = 0;
    std::size_t offset = 0;
    std::uint32_t captured = 0;
    std::uint32_t length = 0;
  };

  std::vector<std::byte> bytes_;
  std::vector<Place> frames_;
  std::vector<ExpectedFlow> flows_;
};

/// Writes conversations as frames with sound lengths and checksums, and keeps what a meter should find in them.
/// Conversations may be added in any order and overlap in time. The same seed and calls give the same frames; the seed
/// is for what a story leaves open (sequence numbers, payload, identifications, spoofed addresses).
class TrafficWriter {
 public:
  explicit TrafficWriter(std::uint64_t seed);

  /// For all that is added from now on; {} ends it. A GRE or IP-in-IP tunnel is no flow. VXLAN carries each direction
  /// in a flow of its own (UDP to port 4789, S0), one for each pair of tunnel ends; its inside has depth 1.
  void wrap(Wrapping wrapping);

  /// Of each frame added from now on only so many bytes are captured (at least 64).
  void capture_only(std::uint32_t bytes) noexcept { most_captured_ = bytes; }

  void add(const TcpStory& story);
  void add(const UdpStory& story);
  void add(const PingStory& story);
  void add(const ScanStory& story);
  void add(const FloodStory& story);
  /// A question for `name` ("www.example.org") to port 53, with one address as its answer where `answered`.
  void add_dns(const TrafficEnds& ends, TimeNs start, std::string_view name, bool answered = true);
  /// Somebody says over ARP that `address` is theirs. Frames without IP, in no flow.
  void add_arp(const IpAddress& address, const MacAddress& claimed_by, TimeNs time);

  /// All that was added, in order; this writer is empty afterwards.
  MadeTraffic finish();

 private:
  friend class Conversation;

  void put(TimeNs time, const IpAddress& source, const IpAddress& destination, std::span<const std::byte> datagram);
  void put_frame(TimeNs time, std::span<const std::byte> frame);
  void expect(const ExpectedFlow& flow) { traffic_.flows_.push_back(flow); }
  std::uint16_t next_tunnel_port() noexcept;

  Rng rng_;
  Wrapping wrapping_;
  std::uint32_t tunnel_ports_ = 0;
  std::uint32_t most_captured_ = UINT32_MAX;
  MadeTraffic traffic_;
};

/// The hardware address that made-up traffic gives to a host.
MacAddress hardware_address(const IpAddress& address) noexcept;

/// Made-up traffic of all these kinds.
struct TrafficSettings {
  std::uint64_t seed = 1;
  std::size_t conversations = 100;           ///< at least 1; ends are never the same twice
  TimeNs start = 1'772'442'000'000'000'000;  ///< Monday 2026-03-02, 09:00 UTC
  TimeNs span = 600'000'000'000;             ///< within which conversations begin
  bool wrapped = true;                       ///< some in VLANs and tunnels
};
MadeTraffic make_traffic(const TrafficSettings& settings);

}  // namespace netstray
