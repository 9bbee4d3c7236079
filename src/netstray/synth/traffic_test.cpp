#include "netstray/synth/traffic.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/packet/decoder.h"
#include "netstray/synth/wire.h"

namespace netstray {
namespace {

const TrafficEnds kEnds{ipv4_address(10, 0, 0, 1), ipv4_address(192, 0, 2, 7), 40'000, 80};

std::string bytes_of(const Frame& frame) {
  return {reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()};
}

std::string all_bytes(const MadeTraffic& traffic) {
  std::string all;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    all += std::to_string(traffic.frame(i).time) + bytes_of(traffic.frame(i));
  }
  return all;
}

MadeTraffic only(const auto& story, const Wrapping& wrapping = {}) {
  TrafficWriter writer(1);
  writer.wrap(wrapping);
  writer.add(story);
  return writer.finish();
}

/// Packets by what identifies a direction, as the decoder sees them, fragments by their datagram.
using Direction = std::tuple<IpAddress, IpAddress, std::uint16_t, std::uint16_t, Protocol>;
struct Seen {
  std::uint64_t packets = 0;
  std::uint64_t ip_bytes = 0;
};
struct Counted {
  std::map<Direction, Seen> directions;
  std::uint64_t dropped = 0;
  std::uint64_t bad_checksums = 0;
};

Counted count_packets(const MadeTraffic& traffic) {
  const Decoder decoder;
  Decoded decoded;
  Counted counted;
  std::map<std::uint32_t, Direction> datagrams;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    decoder.decode(traffic.frame(i), decoded);
    if (decoded.dropped != DropReason::none) ++counted.dropped;
    for (const Packet& packet : decoded.all()) {
      if (!packet.is_flow) continue;
      Direction direction{packet.source, packet.destination, packet.source_port, packet.destination_port,
                          packet.protocol};
      if (packet.is_fragment && packet.fragment_offset == 0) datagrams[packet.identification] = direction;
      if (packet.is_fragment) direction = datagrams[packet.identification];
      Seen& seen = counted.directions[direction];
      const bool is_later = packet.is_fragment && packet.fragment_offset > 0;
      seen.packets += is_later ? 0 : 1;
      seen.ip_bytes += is_later ? packet.payload_bytes : packet.ip_bytes;
      if (packet.is_fragment && !is_later && packet.source.v6) seen.ip_bytes -= kFragmentHeaderBytes;
      counted.bad_checksums += packet.bad_checksum ? 1 : 0;
    }
  }
  return counted;
}

/// The decoder gives ICMP's type and code in place of ports.
Direction direction_of(const ExpectedFlow& flow, bool from_originator) {
  const TrafficEnds& ends = flow.ends;
  if (flow.protocol == Protocol::icmp || flow.protocol == Protocol::icmpv6) {
    if (from_originator) return {ends.originator, ends.responder, ends.originator_port, 0, flow.protocol};
    return {ends.responder, ends.originator, ends.responder_port, 0, flow.protocol};
  }
  if (from_originator) {
    return {ends.originator, ends.responder, ends.originator_port, ends.responder_port, flow.protocol};
  }
  return {ends.responder, ends.originator, ends.responder_port, ends.originator_port, flow.protocol};
}

TEST(Traffic, SameSeedGivesTheSameFrames) {
  TrafficSettings settings;
  const MadeTraffic first = make_traffic(settings);
  EXPECT_EQ(all_bytes(first), all_bytes(make_traffic(settings)));
  settings.seed = 2;
  EXPECT_NE(all_bytes(first), all_bytes(make_traffic(settings)));
}

TEST(Traffic, TheDecoderFindsThePacketsThatAreExpected) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    TrafficSettings settings;
    settings.seed = seed;
    settings.conversations = 30;
    const MadeTraffic traffic = make_traffic(settings);
    const Counted counted = count_packets(traffic);
    EXPECT_EQ(counted.dropped, 0U) << "seed " << seed;
    EXPECT_EQ(counted.bad_checksums, 0U) << "seed " << seed;
    std::size_t directions = 0;
    for (const ExpectedFlow& flow : traffic.flows()) {
      for (const bool from_originator : {true, false}) {
        const ExpectedSide& side = from_originator ? flow.sent : flow.received;
        const auto found = counted.directions.find(direction_of(flow, from_originator));
        const Seen seen = found == counted.directions.end() ? Seen{} : found->second;
        ASSERT_EQ(seen.packets, side.packets) << "seed " << seed << " protocol " << static_cast<int>(flow.protocol);
        ASSERT_EQ(seen.ip_bytes, side.ip_bytes) << "seed " << seed;
        directions += side.packets > 0 ? 1 : 0;
      }
    }
    EXPECT_EQ(counted.directions.size(), directions) << "seed " << seed;
  }
}

TEST(Traffic, FramesAndFlowsAreInOrderOfTime) {
  const MadeTraffic traffic = make_traffic({});
  for (std::size_t i = 1; i < traffic.size(); ++i) EXPECT_LE(traffic.frame(i - 1).time, traffic.frame(i).time);
  EXPECT_TRUE(std::ranges::is_sorted(traffic.flows(), {}, &ExpectedFlow::first));
  EXPECT_EQ(traffic.flows().front().first, traffic.frame(0).time);
}

TEST(Traffic, EveryKindOfFlowIsMade) {
  TrafficSettings settings;
  settings.conversations = 400;
  std::set<ConnState> states;
  std::set<Protocol> protocols;
  std::set<std::pair<bool, bool>> vlans;
  bool is_deep = false;
  for (const ExpectedFlow& flow : make_traffic(settings).flows()) {
    states.insert(flow.state);
    protocols.insert(flow.protocol);
    vlans.insert({flow.vlan != 0, flow.inner_vlan != 0});
    is_deep = is_deep || flow.depth == 1;
  }
  EXPECT_EQ(states.size(), 9U);
  EXPECT_EQ(protocols.size(), 4U);
  EXPECT_EQ(vlans.size(), 3U);
  EXPECT_TRUE(is_deep);
}

TEST(Traffic, AShortConnectionHasTheSegmentsOfATextbook) {
  TcpStory story;
  story.ends = kEnds;
  story.sent_bytes = 100;
  story.received_bytes = 2000;
  const MadeTraffic traffic = only(story);
  ASSERT_EQ(traffic.flows().size(), 1U);
  const ExpectedFlow& flow = traffic.flows().front();
  EXPECT_EQ(flow.state, ConnState::sf);
  EXPECT_EQ(flow.sent.packets, 6U);      // SYN, ACK, data, ACK of the answer, FIN, ACK
  EXPECT_EQ(flow.received.packets, 5U);  // SYN, ACK of the data, two of data, FIN
  EXPECT_EQ(flow.sent.payload_bytes, 100U);
  EXPECT_EQ(flow.received.payload_bytes, 2000U);
  EXPECT_EQ(flow.sent.ip_bytes, 6U * 40 + 4 + 100);
  EXPECT_EQ(flow.received.ip_bytes, 5U * 40 + 4 + 2000);
}

TEST(Traffic, RepeatedAndMissingSegmentsAreCounted) {
  TcpStory story;
  story.ends = kEnds;
  story.received_bytes = 10 * 1460;
  story.received_twice = 1;
  story.received_missed = 2;
  const MadeTraffic traffic = only(story);
  const ExpectedSide& side = traffic.flows().front().received;
  EXPECT_EQ(side.payload_bytes, 14'600U);
  EXPECT_EQ(side.retransmitted_packets, 1U);
  EXPECT_EQ(side.retransmitted_bytes, 1460U);
  EXPECT_EQ(side.missed_bytes, 2920U);
  EXPECT_EQ(side.packets, 2U + 10 + 1 - 2);
}

TEST(Traffic, DatagramsAreCutIntoFragmentsThatTogetherHoldThem) {
  UdpStory story;
  story.ends = kEnds;
  story.sent_size = 1000;
  story.fragment_bytes = 512;
  const MadeTraffic traffic = only(story);
  const ExpectedFlow& flow = traffic.flows().front();
  EXPECT_EQ(traffic.size(), 3U);
  EXPECT_EQ(flow.sent.packets, 1U);
  EXPECT_EQ(flow.sent.payload_bytes, 1000U);
  EXPECT_EQ(flow.sent.ip_bytes, 20U + 8 + 1000);
  EXPECT_EQ(flow.received.packets, 1U);
}

TEST(Traffic, AScanAsksEachPortOnceAndAFloodHasNoSourceTwice) {
  ScanStory scan;
  scan.scanner = kEnds.originator;
  scan.target = kEnds.responder;
  scan.ports = 50;
  scan.open_ports = {22};
  std::map<ConnState, int> states;
  std::set<std::uint16_t> ports;
  for (const ExpectedFlow& flow : only(scan).flows()) {
    ++states[flow.state];
    ports.insert(flow.ends.responder_port);
  }
  EXPECT_EQ(states, (std::map<ConnState, int>{{ConnState::rej, 49}, {ConnState::rsto, 1}}));
  EXPECT_EQ(ports.size(), 50U);

  FloodStory flood;
  flood.target = kEnds.responder;
  flood.packets = 140'000;
  std::set<std::pair<IpAddress, std::uint16_t>> sources;
  for (const ExpectedFlow& flow : only(flood).flows())
    sources.insert({flow.ends.originator, flow.ends.originator_port});
  EXPECT_EQ(sources.size(), 140'000U);
}

TEST(Traffic, ATunnelOfUdpIsAFlowBesideItsInsideAndGreIsNot) {
  TcpStory story;
  story.ends = kEnds;
  Wrapping wrapping;
  wrapping.near_end = ipv4_address(172, 16, 0, 1);
  wrapping.far_end = ipv4_address(172, 16, 1, 1);
  wrapping.tunnel = Wrapping::Tunnel::vxlan;
  const MadeTraffic vxlan = only(story, wrapping);
  ASSERT_EQ(vxlan.flows().size(), 3U);
  EXPECT_EQ(vxlan.flows()[0].ends.responder_port, 4789);
  EXPECT_EQ(vxlan.flows()[0].sent.packets, vxlan.flows()[1].sent.packets);
  EXPECT_EQ(vxlan.flows()[1].depth, 1);
  wrapping.tunnel = Wrapping::Tunnel::gre;
  const MadeTraffic gre = only(story, wrapping);
  ASSERT_EQ(gre.flows().size(), 1U);
  EXPECT_EQ(gre.flows().front().depth, 1);
}

TEST(Traffic, AnAddressClaimIsToldByArp) {
  TrafficWriter writer(1);
  writer.add_arp(kEnds.originator, MacAddress{{2, 0, 0, 0, 0, 9}}, 77);
  const MadeTraffic traffic = writer.finish();
  ASSERT_EQ(traffic.size(), 1U);
  EXPECT_TRUE(traffic.flows().empty());
  Decoded decoded;
  Decoder().decode(traffic.frame(0), decoded);
  ASSERT_TRUE(decoded.claim.has_value());
  EXPECT_EQ(decoded.claim->ip, kEnds.originator);
  EXPECT_EQ(decoded.claim->mac, (MacAddress{{2, 0, 0, 0, 0, 9}}));
}

TEST(Traffic, ChecksumsAreThoseOfTheStandards) {
  // The example of RFC 1071, section 3.
  const std::array<std::byte, 8> words{std::byte{0x00}, std::byte{0x01}, std::byte{0xf2}, std::byte{0x03},
                                       std::byte{0xf4}, std::byte{0xf5}, std::byte{0xf6}, std::byte{0xf7}};
  EXPECT_EQ(internet_checksum(words), 0x220d);
}

TEST(Traffic, SettingsOutOfRangeAreUsageErrors) {
  EXPECT_THROW(make_traffic({.conversations = 0}), Error);
  EXPECT_THROW(make_traffic({.span = 0}), Error);
}

}  // namespace
}  // namespace netstray
