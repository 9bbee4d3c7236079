#include "netstray/flow/meter.h"

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/flow/made_packets.h"

namespace netstray {
namespace {

TEST(Meter, PutsBothDirectionsIntoOneRecord) {
  MadePackets packets;
  packets.udp(true, 10).wait(1).udp(false, 100).wait(2).udp(true, 30);
  const auto records = packets.records();
  ASSERT_EQ(records.size(), 1U);
  const FlowRecord& record = records[0];
  EXPECT_EQ(record.number, 1U);
  EXPECT_EQ(record.originator, MadePackets::address(1));
  EXPECT_EQ(record.responder, MadePackets::address(2));
  EXPECT_EQ(record.originator_port, MadePackets::kClientPort);
  EXPECT_EQ(record.responder_port, 9999);
  EXPECT_EQ(record.protocol, Protocol::udp);
  EXPECT_EQ(record.state, ConnState::sf);
  EXPECT_EQ(record.history, "Dd");
  EXPECT_EQ(record.sent.packets, 2U);
  EXPECT_EQ(record.sent.payload_bytes, 40U);
  EXPECT_EQ(record.sent.ip_bytes, 96U);
  EXPECT_EQ(record.received.packets, 1U);
  EXPECT_EQ(record.sent.payload_sizes.mean, 20);
  EXPECT_EQ(record.sent.payload_sizes.deviation(), 10);
  EXPECT_EQ(record.sent.payload_sizes.least, 10);
  EXPECT_EQ(record.sent.payload_sizes.greatest, 30);
  EXPECT_EQ(record.sent.gaps.count, 1U);
  EXPECT_NEAR(record.sent.gaps.mean, 3.002, 1e-9);
  EXPECT_NEAR(record.duration_seconds(), 3.002, 1e-9);
  EXPECT_EQ(record.sent.least_ttl, 64);
  EXPECT_EQ(record.received.greatest_ttl, 60);
  EXPECT_EQ(record.end, EndReason::end_of_input);
}

TEST(Meter, NamesUdpStatesByWhoSpoke) {
  EXPECT_EQ(MadePackets().udp(true, 1).records().front().state, ConnState::s0);
  const FlowRecord answer = MadePackets(53).udp(false, 1).records().front();
  EXPECT_EQ(answer.state, ConnState::shr);
  EXPECT_EQ(answer.history, "^d");
  EXPECT_EQ(answer.originator, MadePackets::address(1));
  MadePackets broken;
  broken.udp(true, 5).last().bad_checksum = true;
  EXPECT_EQ(broken.records().front().state, ConnState::oth);
  EXPECT_EQ(broken.records().front().history, "C");
}

TEST(Meter, CountsSctpByPortsAndOtherProtocolsWithoutPayload) {
  MadePackets packets;
  packets.other(Protocol::sctp, true, 5000, 6000, 16).other(Protocol::sctp, false, 6000, 5000, 20);
  packets.other(Protocol::sctp, true, 5001, 6000, 1).other(Protocol{89}, true, 0, 0, 44);
  const auto records = packets.records();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].originator_port, 5000);
  EXPECT_EQ(records[0].sent.payload_bytes, 16U);
  EXPECT_EQ(records[0].received.payload_bytes, 20U);
  EXPECT_EQ(records[0].state, ConnState::oth);
  EXPECT_EQ(records[2].responder_port, 0);
  EXPECT_EQ(records[2].sent.payload_bytes, 0U) << "what follows a header that is not known is not called payload";
  EXPECT_EQ(records[2].sent.ip_bytes, 72U);
}

TEST(Meter, EndsSilentConversationsAfterTheirIdleTime) {
  EXPECT_EQ(MadePackets().udp(true, 1).wait(59).udp(true, 1).records().size(), 1U);
  EXPECT_EQ(MadePackets().udp(true, 1).wait(61).udp(true, 1).records().size(), 2U);
  EXPECT_EQ(MadePackets().handshake().wait(299).client("A", 1, 1).records().size(), 1U);
  EXPECT_EQ(MadePackets().handshake().wait(301).client("A", 1, 1).records().size(), 2U);
  EXPECT_EQ(MadePackets().udp(true, 1).wait(5).udp(true, 1).records({.udp_idle = 4'000'000'000}).size(), 2U);
  constexpr Protocol kGre{47};
  EXPECT_EQ(MadePackets().other(kGre, true, 0, 0, 1).wait(61).other(kGre, true, 0, 0, 1).records().size(), 2U);
}

TEST(Meter, EndsDnsEarlier) {
  // At the first look, ten seconds after the question, the answer was 9.5 s ago.
  EXPECT_EQ(MadePackets(53).udp(true, 1).wait(.5).udp(false, 9).wait(10).udp(true, 1).records().size(), 2U);
  // It was 7 s ago; at the next look it would be 17.
  EXPECT_EQ(MadePackets(53).udp(true, 1).wait(3).udp(false, 9).wait(10).udp(true, 1).records().size(), 1U);
  EXPECT_EQ(MadePackets(53).udp(true, 1).wait(3).udp(false, 9).wait(18).udp(true, 1).records().size(), 2U);
  EXPECT_EQ(MadePackets(53).udp(true, 1).wait(50).udp(true, 1).records({.dns_idle = 0}).size(), 1U);
}

TEST(Meter, PairsIcmpRequestsWithTheirAnswers) {
  MadePackets packets;
  packets.other(Protocol::icmp, true, 8, 0, 56).other(Protocol::icmp, false, 0, 0, 56);
  auto records = packets.records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].originator_port, 8);
  EXPECT_EQ(records[0].responder_port, 0);
  EXPECT_EQ(records[0].received.payload_bytes, 56U);
  EXPECT_EQ(records[0].state, ConnState::oth);
  EXPECT_EQ(records[0].history, "");

  packets.other(Protocol::icmp, false, 3, 3, 36).other(Protocol::icmp, true, 3, 3, 36);
  records = packets.records();
  ASSERT_EQ(records.size(), 3U) << "unreachable has no answer: each direction is its own";
  EXPECT_EQ(records[1].originator, MadePackets::address(2));
  EXPECT_EQ(records[1].originator_port, 3);
  EXPECT_EQ(records[1].responder_port, 3);
}

TEST(Meter, KeepsVlansApartOnlyWhereAsked) {
  MadePackets packets;
  packets.udp(true, 1).last().vlan = 7;
  packets.udp(true, 1).last().vlan = 8;
  packets.udp(true, 1);
  ASSERT_EQ(packets.records().size(), 1U);
  EXPECT_EQ(packets.records()[0].vlan, 7);
  EXPECT_EQ(packets.records({.vlan_in_key = true}).size(), 3U);
}

TEST(Meter, TellsApartTunnelsThatAreNoFlow) {
  MadePackets packets;
  packets.udp(true, 1).last().is_flow = false;
  packets.udp(true, 2).last().depth = 1;
  std::vector<FlowRecord> records;
  Meter meter({}, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  EXPECT_EQ(meter.add({packets.packets().data(), 1}), Metered::not_a_flow);
  EXPECT_EQ(meter.add(packets.packets()), Metered::counted) << "the one that fared best";
  Packet broken = packets.last();
  broken.bad_checksum = true;
  EXPECT_EQ(meter.add({&broken, 1}), Metered::bad_checksum);
  EXPECT_FALSE(in_flow(Metered::bad_checksum));
  meter.finish();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].depth, 1);
  EXPECT_EQ(records[0].sent.packets, 1U);
  EXPECT_EQ(meter.counters().not_a_flow, 2U);
  EXPECT_EQ(meter.counters().bad_checksum, 1U);
}

/// A datagram of three fragments: the first has 8 bytes of UDP header and 92 of payload.
std::vector<Packet> fragments() {
  MadePackets packets;
  packets.udp(true, 92);
  Packet first = packets.last();
  first.is_fragment = first.more_fragments = true;
  first.identification = 77;
  first.ip_bytes = 120;
  Packet second = first;
  second.source_port = second.destination_port = 0;
  second.fragment_offset = 100;
  second.payload_bytes = 100;
  Packet third = second;
  third.more_fragments = false;
  third.fragment_offset = 200;
  third.payload_bytes = 50;
  third.ip_bytes = 70;
  return {first, second, third};
}

std::vector<FlowRecord> metered(std::initializer_list<Packet> packets) {
  std::vector<FlowRecord> records;
  Meter meter({}, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  for (const Packet& packet : packets) meter.add({&packet, 1});
  meter.finish();
  return records;
}

TEST(Meter, CountsLaterFragmentsToTheConversationOfTheFirst) {
  const auto parts = fragments();
  for (const auto& records : {metered({parts[0], parts[1], parts[2]}), metered({parts[2], parts[1], parts[0]}),
                              metered({parts[1], parts[0], parts[2]})}) {
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].originator_port, MadePackets::kClientPort);
    EXPECT_EQ(records[0].sent.packets, 1U);
    EXPECT_EQ(records[0].sent.fragments, 2U);
    EXPECT_EQ(records[0].sent.payload_bytes, 242U);
    EXPECT_EQ(records[0].sent.ip_bytes, 270U);
    EXPECT_EQ(records[0].sent.payload_sizes.greatest, 242);
    EXPECT_EQ(records[0].sent.payload_sizes.m2, 0);
  }
}

TEST(Meter, CountsAnIpv6DatagramAsIfItHadNotBeenDivided) {
  auto parts = fragments();
  for (Packet& part : parts) {
    part.source.v6 = part.destination.v6 = true;
    part.ip_bytes = part.payload_bytes + 40 + 8 + (part.fragment_offset == 0 ? 8U : 0U);
  }
  const auto records = metered({parts[0], parts[1], parts[2]});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].sent.payload_bytes, 242U);
  EXPECT_EQ(records[0].sent.ip_bytes, 40 + 8 + 242U) << "the headers of IP and UDP, none for fragments";
}

TEST(Meter, MakesAConversationWithoutPortsOfFragmentsWhoseFirstNeverCame) {
  const auto parts = fragments();
  const auto records = metered({parts[1], parts[2]});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].originator_port, 0);
  EXPECT_EQ(records[0].sent.packets + records[0].sent.fragments, 2U);
  EXPECT_EQ(records[0].sent.payload_bytes, 150U);
  EXPECT_EQ(records[0].state, ConnState::oth);
}

TEST(Meter, FollowsTcpThroughFragments) {
  MadePackets packets;
  packets.handshake().client("PA", 1, 1, 60);
  packets.last().is_fragment = packets.last().more_fragments = true;
  packets.last().identification = 5;
  Packet rest = packets.last();
  rest.fragment_offset = 80;
  rest.more_fragments = false;
  rest.source_port = rest.destination_port = 0;
  rest.payload_bytes = 40;
  std::vector<FlowRecord> records;
  Meter meter({}, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  meter.add(packets.packets());
  EXPECT_EQ(meter.add({&rest, 1}), Metered::fragment);
  MadePackets after;
  after.server("A", 1, 101);
  Packet acknowledgement = after.last();
  acknowledgement.time = rest.time;
  meter.add({&acknowledgement, 1});
  meter.finish();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].sent.payload_bytes, 100U);
  EXPECT_EQ(records[0].sent.missed_bytes, 0U);
  EXPECT_EQ(records[0].history, "ShADa");
}

TEST(Meter, ListsAsManyFirstPacketsAsAskedFor) {
  MadePackets packets;
  for (std::uint32_t i = 1; i <= 9; ++i) packets.udp(i % 3 != 0, i);
  for (const unsigned asked : {0U, 1U, 4U, 9U, 200U}) {
    const auto records = packets.records({.first_packets = static_cast<std::uint8_t>(asked)});
    ASSERT_EQ(records[0].first_packets.size(), std::min<std::size_t>(asked, 9));
    for (std::size_t i = 0; i < records[0].first_packets.size(); ++i) {
      const FirstPacket& packet = records[0].first_packets[i];
      EXPECT_EQ(packet.payload_bytes, i + 1);
      EXPECT_EQ(packet.from_originator, (i + 1) % 3 != 0);
      EXPECT_EQ(packet.time, packets.packets()[i].time);
    }
  }
  EXPECT_EQ(MadePackets().udp(true, 7).records({.first_packets = 3}).front().first_packets.size(), 1U);
}

TEST(Meter, GivesInterimRecordsOfLongConversations) {
  MadePackets packets;
  for (int i = 0; i < 25; ++i) packets.udp(true, 1).wait(1);
  const auto records = packets.records({.interim_interval = 10 * MadePackets::kSecond});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].end, EndReason::interim);
  EXPECT_EQ(records[0].sent.packets, 10U);
  EXPECT_EQ(records[1].sent.packets, 20U) << "all that it was so far";
  EXPECT_EQ(records[2].end, EndReason::end_of_input);
  EXPECT_EQ(records[2].sent.packets, 25U);
  for (const FlowRecord& record : records) EXPECT_EQ(record.number, 1U);
}

TEST(Meter, EndsConversationsAtTheActiveLimit) {
  MadePackets packets;
  for (int i = 0; i < 25; ++i) packets.udp(true, 1).wait(1);
  const auto records = packets.records({.active_limit = 10 * MadePackets::kSecond});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].end, EndReason::active);
  EXPECT_EQ(records[0].sent.packets, 10U);
  EXPECT_EQ(records[2].sent.packets, 5U);
}

TEST(Meter, LetsTheOldestGoFirstWhenMemoryIsFull) {
  std::vector<FlowRecord> records;
  Meter meter({.memory_bytes = MeterSettings::kLeastMemory, .hash_secret = 3},
              [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  MadePackets packets;
  packets.udp(true, 1);
  Packet packet = packets.last();
  constexpr std::uint64_t kFlows = 10'000;
  std::uint64_t packets_in = 0;
  for (std::uint64_t i = 0; i < kFlows; ++i) {
    packet.time += 1000;
    packet.source_port = static_cast<std::uint16_t>(i % 60000);
    packet.destination_port = static_cast<std::uint16_t>(10000 + i / 60000);
    meter.add({&packet, 1});
    ++packets_in;
    // The first conversation goes on, so it is never the oldest.
    Packet first = packet;
    first.source_port = 0;
    first.destination_port = 10000;
    if (i % 100 == 0 && i > 0) packets_in += meter.add({&first, 1}) == Metered::counted ? 1U : 0U;
    ASSERT_LE(meter.counters().memory_bytes, MeterSettings::kLeastMemory);
  }
  const std::size_t left_early = records.size();
  EXPECT_EQ(meter.counters().records[static_cast<std::size_t>(EndReason::memory)], left_early);
  EXPECT_GT(left_early, kFlows / 2);
  EXPECT_GT(kFlows - left_early, 2'500U) << "most of the memory holds conversations of 64 bytes";
  for (std::size_t i = 0; i < left_early; ++i)
    ASSERT_EQ(records[i].number, i + 2) << "in the order of their only packet";
  meter.finish();
  ASSERT_EQ(records.size(), kFlows);
  std::uint64_t packets_out = 0;
  for (const FlowRecord& record : records) packets_out += record.sent.packets + record.received.packets;
  EXPECT_EQ(packets_out, packets_in);
  EXPECT_EQ(records[left_early].number, 1U);
  EXPECT_EQ(records[left_early].sent.packets, 1 + kFlows / 100 - 1);
}

TEST(Meter, RefusesSettingsThatCannotBe) {
  const auto sink = [](FlowRecord&&) {};
  EXPECT_THROW(Meter({.tcp_idle = 0}, sink), Error);
  EXPECT_THROW(Meter({.udp_idle = -1}, sink), Error);
  EXPECT_THROW(Meter({.active_limit = -1}, sink), Error);
  EXPECT_THROW(Meter({.memory_bytes = 1000}, sink), Error);
  EXPECT_THROW(Meter({.memory_bytes = ~0ULL}, sink), Error);
}

TEST(Meter, TakesTimesThatCannotBe) {
  MadePackets packets;
  packets.handshake();
  Packet packet = packets.last();
  std::vector<FlowRecord> records;
  Meter meter({.interim_interval = 1}, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  for (const TimeNs time : {std::numeric_limits<TimeNs>::min(), std::numeric_limits<TimeNs>::max(), TimeNs{0},
                            std::numeric_limits<TimeNs>::min(), TimeNs{-1}}) {
    packet.time = time;
    EXPECT_EQ(meter.add({&packet, 1}), Metered::counted);
  }
  meter.finish();
  std::uint64_t packets_out = 0;
  for (const FlowRecord& record : records) packets_out += record.end == EndReason::interim ? 0 : record.sent.packets;
  EXPECT_EQ(packets_out, 5U);
}

}  // namespace
}  // namespace netstray
