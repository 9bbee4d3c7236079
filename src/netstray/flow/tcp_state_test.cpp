#include "netstray/flow/tcp_state.h"

#include <gtest/gtest.h>

#include "netstray/flow/made_packets.h"

namespace netstray {
namespace {

struct Expected {
  const char* state;
  const char* history;
  std::uint64_t sent, received;
};

void expect_one(const MadePackets& packets, const Expected& expected, int line) {
  const auto records = packets.records();
  ASSERT_EQ(records.size(), 1U) << "line " << line;
  EXPECT_EQ(name_of(records[0].state), expected.state) << "line " << line;
  EXPECT_EQ(records[0].history, expected.history) << "line " << line;
  EXPECT_EQ(records[0].sent.payload_bytes, expected.sent) << "line " << line;
  EXPECT_EQ(records[0].received.payload_bytes, expected.received) << "line " << line;
}

TEST(TcpState, NamesHowAConnectionWent) {
  expect_one(MadePackets().client("S", 0), {"S0", "S", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake(), {"S1", "ShA", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().client("FA", 1, 1).server("FA", 1, 2).client("A", 2, 2), {"SF", "ShAFf", 0, 0},
             __LINE__);
  expect_one(MadePackets().client("S", 0).server("RA", 0, 1), {"REJ", "Sr", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().client("FA", 1, 1).server("A", 1, 2), {"S2", "ShAFa", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().server("FA", 1, 1).client("A", 1, 2), {"S3", "ShAf", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().client("R", 1), {"RSTO", "ShAR", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().server("R", 1), {"RSTR", "ShAr", 0, 0}, __LINE__);
  expect_one(MadePackets().client("S", 0).client("R", 1), {"RSTOS0", "SR", 0, 0}, __LINE__);
  expect_one(MadePackets(80).server("SA", 0, 1).server("R", 1), {"RSTRH", "^hr", 0, 0}, __LINE__);
  expect_one(MadePackets(80).server("R", 1), {"RSTRH", "^r", 0, 0}, __LINE__);
  expect_one(MadePackets().client("S", 0).client("F", 1), {"SH", "SF", 0, 0}, __LINE__);
  expect_one(MadePackets(80).server("SA", 0, 1).server("FA", 1, 1), {"SHR", "^hf", 0, 0}, __LINE__);
  expect_one(MadePackets().client("PA", 1, 1, 10).server("PA", 1, 11, 20), {"OTH", "Dd", 10, 20}, __LINE__);
  expect_one(MadePackets().client("R", 1), {"OTH", "R", 0, 0}, __LINE__);
}

TEST(TcpState, TurnsAConnectionRoundThatBeginsWithTheAnswer) {
  // To a port that servers have not, an answer only tells by its flags, which may be a scan's.
  expect_one(MadePackets(9999).server("SA", 0, 1).client("A", 1, 1), {"OTH", "Ha", 0, 0}, __LINE__);
  expect_one(MadePackets(80).server("SA", 0, 1).client("A", 1, 1), {"S1", "^hA", 0, 0}, __LINE__);
  expect_one(MadePackets(80).server("PA", 1, 1, 7).client("A", 1, 8), {"OTH", "^dA", 0, 7}, __LINE__);
  // The SYN comes after its own answer.
  const auto records = MadePackets(9999).server("SA", 0, 1).client("S", 0).client("A", 1, 1).records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].history, "Hs^A");
  EXPECT_EQ(records[0].state, ConnState::s1);
  EXPECT_EQ(records[0].originator, MadePackets::address(1));
  EXPECT_EQ(records[0].sent.packets, 2U);
}

TEST(TcpState, CountsPayloadBySequenceNumbers) {
  MadePackets packets;
  packets.handshake().client("PA", 1, 1, 100).server("A", 1, 101);
  packets.server("PA", 1, 101, 1000).server("PA", 1001, 101, 1000).client("A", 101, 2001);
  packets.client("FA", 101, 2001).server("FA", 2001, 102).client("A", 102, 2002);
  expect_one(packets, {"SF", "ShADadFf", 100, 2000}, __LINE__);
  const FlowRecord record = packets.records().front();
  EXPECT_EQ(record.sent.ip_bytes, 6 * 40 + 100U);
  EXPECT_EQ(record.received.ip_bytes, 5 * 40 + 2000U);
  EXPECT_EQ(record.received.payload_packets, 2U);
  EXPECT_EQ(record.sent.missed_bytes + record.received.missed_bytes, 0U);
}

TEST(TcpState, CountsBytesThatWereOnlyAcknowledged) {
  MadePackets packets;
  packets.handshake().client("A", 1, 5001);
  expect_one(packets, {"S1", "ShAg", 0, 5000}, __LINE__);
  EXPECT_EQ(packets.records().front().received.missed_bytes, 5000U);
}

TEST(TcpState, FollowsMoreThanFourGigabytesOnlyWhereSomethingShowsIt) {
  // Two acknowledgements, each half a sequence space on, go round once.
  MadePackets packets;
  packets.handshake().client("A", 1, 0x70000001U).client("A", 1, 0xe0000001U).client("A", 1, 0x50000001U);
  EXPECT_EQ(packets.records().front().received.payload_bytes, 0x150000000ULL);
}

TEST(TcpState, TellsRetransmissionsByPowersOfTen) {
  MadePackets packets;
  packets.handshake().client("PA", 1, 1, 10);
  for (int i = 0; i < 12; ++i) packets.client("PA", 1, 1, 10);
  expect_one(packets, {"S1", "ShADTT", 10, 0}, __LINE__);
  const FlowRecord record = packets.records().front();
  EXPECT_EQ(record.sent.retransmitted_packets, 12U);
  EXPECT_EQ(record.sent.retransmitted_bytes, 120U);
  EXPECT_EQ(record.sent.packets, 15U);
}

TEST(TcpState, FindsGapsWhenTheOtherSideAcknowledgesThem) {
  MadePackets packets;
  packets.handshake().server("PA", 1, 1, 100);
  packets.server("PA", 201, 1, 100);  // 100 bytes are missing
  packets.server("PA", 401, 1, 100);  // and again
  EXPECT_EQ(packets.records().front().received.missed_bytes, 0U) << "they may come yet";
  packets.client("A", 1, 301);
  EXPECT_EQ(packets.records().front().received.missed_bytes, 100U);
  packets.client("A", 1, 501);
  const FlowRecord record = packets.records().front();
  EXPECT_EQ(record.received.missed_bytes, 200U);
  EXPECT_EQ(record.received.payload_bytes, 500U);
  EXPECT_EQ(record.history, "ShAdg") << "the next g is at the tenth gap";
}

TEST(TcpState, FindsNoGapWhereDataOnlyCameInAnotherOrder) {
  MadePackets packets;
  packets.handshake();
  for (const std::uint32_t begin : {201U, 601U, 401U, 1U, 101U, 301U, 501U}) packets.server("PA", begin, 1, 100);
  packets.client("A", 1, 701);
  const FlowRecord record = packets.records().front();
  EXPECT_EQ(record.received.missed_bytes, 0U);
  EXPECT_EQ(record.received.payload_bytes, 700U);
}

TEST(TcpState, TellsZeroWindowsOddFlagsAndBadChecksums) {
  MadePackets packets;
  packets.handshake().client("A", 1, 1);
  packets.last().window = 0;
  expect_one(packets, {"S1", "ShAW", 0, 0}, __LINE__);
  expect_one(MadePackets().client("SF", 0), {"SH", "Q", 0, 0}, __LINE__);
  expect_one(MadePackets().client("FR", 1), {"OTH", "I", 0, 0}, __LINE__);

  MadePackets broken;
  broken.handshake().client("PA", 1, 1, 10);
  broken.last().bad_checksum = true;
  expect_one(broken, {"S1", "ShAC", 0, 0}, __LINE__);
  EXPECT_EQ(broken.records().front().sent.packets, 2U) << "it is told, and not counted";
}

TEST(TcpState, TellsASynAgainOnlyWithAnotherNumber) {
  // The same number again is a retransmission; while nothing has answered, another number is another connection.
  expect_one(MadePackets().client("S", 0).client("S", 0), {"S0", "S", 0, 0}, __LINE__);
  EXPECT_EQ(MadePackets().client("S", 0).client("S", 5000).records().size(), 2U);
  expect_one(MadePackets().handshake().client("FA", 1, 1).client("FA", 1, 1), {"S2", "ShAF", 0, 0}, __LINE__);
  expect_one(MadePackets().handshake().client("R", 1).client("R", 2), {"RSTO", "ShARR", 0, 0}, __LINE__);
}

TEST(TcpState, StartsAnotherConnectionAtASynAfterAClose) {
  MadePackets packets;
  packets.handshake().client("FA", 1, 1).server("FA", 1, 2).client("A", 2, 2);
  packets.client("S", 90000).server("RA", 0, 90001);
  const auto records = packets.records();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].state, ConnState::sf);
  EXPECT_EQ(records[0].end, EndReason::closed);
  EXPECT_EQ(records[1].state, ConnState::rej);
}

TEST(TcpState, KeepsLateAcknowledgementsWithTheConnectionThatClosed) {
  MadePackets packets;
  packets.handshake().client("FA", 1, 1).server("FA", 1, 2).wait(4).client("A", 2, 2);
  EXPECT_EQ(packets.records().size(), 1U);
  packets.wait(2).client("A", 2, 2);
  EXPECT_EQ(packets.records().size(), 2U) << "five seconds after the close it is over";
}

TEST(TcpState, WaitsFiveSecondsForAnAnswerToASyn) {
  EXPECT_EQ(MadePackets().client("S", 0).wait(4.5).server("SA", 0, 1).records().size(), 1U);
  EXPECT_EQ(MadePackets().client("S", 0).wait(5.5).client("S", 0).records().size(), 2U);
}

TEST(TcpState, HistoryStopsAtTwentyLetters) {
  MadePackets packets;
  packets.handshake();
  for (std::uint32_t i = 0; i < 40; ++i) packets.client("R", 1 + i);
  const FlowRecord record = packets.records().front();
  EXPECT_EQ(record.history.size(), FlowHistory::kMostLetters);
  EXPECT_EQ(record.sent.packets, 42U);
}

}  // namespace
}  // namespace netstray
