#include <gtest/gtest.h>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {
namespace {

std::string_view payload_text(const Packet& packet) {
  return {reinterpret_cast<const char*>(packet.payload.data()), packet.payload.size()};
}

TEST(Transport, TcpHasItsNumbersFlagsAndPayload) {
  const Octets octets = ethernet(0x0800, ipv4(kV4, 6, tcp(kV4, 0x18, text("GET /"), hex("0204 05b4"))));
  const Decoded out = decoded(octets);
  ASSERT_EQ(out.count, 1U);
  const Packet& packet = out.packets[0];
  EXPECT_EQ(packet.protocol, Protocol::tcp);
  EXPECT_EQ(packet.source_port, 1234);
  EXPECT_EQ(packet.destination_port, 80);
  EXPECT_EQ(packet.sequence, 0x01020304U);
  EXPECT_EQ(packet.acknowledgement, 0x05060708U);
  EXPECT_EQ(packet.window, 0x2000);
  EXPECT_EQ(packet.tcp_flags, TcpFlags::kPsh | TcpFlags::kAck);
  EXPECT_EQ(packet.payload_bytes, 5U);
  EXPECT_EQ(payload_text(packet), "GET /");
  EXPECT_FALSE(packet.bad_checksum);
  EXPECT_TRUE(packet.is_flow);
  EXPECT_EQ(out.dropped, DropReason::none);
}

TEST(Transport, PaddingBehindTheDatagramIsNoPayload) {
  const Octets octets = joined(ethernet(0x0800, ipv4(kV4, 6, tcp(kV4, 0x10, {}))), Octets(6, 0));
  const Decoded out = decoded(octets);
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].payload_bytes, 0U);
  EXPECT_EQ(out.packets[0].ip_bytes, 40U);
  EXPECT_FALSE(out.packets[0].bad_checksum);
}

TEST(Transport, TcpHeaderLengthsThatCannotBeAreNamed) {
  for (const unsigned words : {0U, 4U, 15U}) {
    Octets segment = tcp(kV4, 0x10, text("abc"));
    segment[12] = static_cast<std::uint8_t>(words << 4);
    const Decoded out = decoded(ethernet(0x0800, ipv4(kV4, 6, segment)));
    EXPECT_EQ(out.count, 0U);
    EXPECT_EQ(out.dropped, DropReason::bad_tcp_header) << words;
  }
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 6, hex("04d2 0050 0000")))).dropped, DropReason::bad_tcp_header);
}

TEST(Transport, TcpOptionsThatWereNotCapturedCostOnlyThemselves) {
  const Octets octets = ethernet(0x0800, ipv4(kV4, 6, tcp(kV4, 0x12, text("data"), Octets(20, 1))));
  Decoded out;
  Frame cut = frame(octets);
  cut.bytes = cut.bytes.first(14 + 20 + 20);
  Decoder().decode(cut, out);
  ASSERT_EQ(out.count, 1U);
  EXPECT_TRUE(out.packets[0].header_cut);
  EXPECT_EQ(out.packets[0].payload_bytes, 4U);
  EXPECT_TRUE(out.packets[0].payload.empty());
  EXPECT_EQ(out.packets[0].tcp_flags, 0x12);
  cut.bytes = cut.bytes.first(14 + 20 + 19);
  Decoder().decode(cut, out);
  EXPECT_EQ(out.count, 0U);
  EXPECT_EQ(out.dropped, DropReason::truncated);
}

TEST(Transport, UdpCountsByItsOwnLength) {
  Octets segment = udp(kV4, 5000, 53, text("abcdef"));
  const Octets longer = joined(segment, text("trailing"));
  const Octets octets = ethernet(0x0800, ipv4(kV4, 17, longer));
  const Decoded out = decoded(octets);
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].payload_bytes, 6U);
  EXPECT_EQ(payload_text(out.packets[0]), "abcdef");
  EXPECT_FALSE(out.packets[0].bad_checksum);

  put16(segment, 4, 0);
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 17, segment))).packets[0].payload_bytes, 6U);
  put16(segment, 4, 600);
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 17, segment))).packets[0].payload_bytes, 6U);
  put16(segment, 4, 7);
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 17, segment))).dropped, DropReason::bad_udp_header);
}

TEST(Transport, IcmpHasTypeAndCodeInPlaceOfPorts) {
  const Decoded v4 = decoded(ethernet(0x0800, ipv4(kV4, 1, icmp(3, 1, text("quoted")))));
  ASSERT_EQ(v4.count, 1U);
  EXPECT_EQ(v4.packets[0].source_port, 3);
  EXPECT_EQ(v4.packets[0].destination_port, 1);
  EXPECT_EQ(v4.packets[0].payload_bytes, 6U);
  EXPECT_FALSE(v4.packets[0].bad_checksum);
  const Decoded v6 = decoded(ethernet(0x86dd, ipv6(kV6, 58, icmpv6(kV6, 128, 0, text("ping")))));
  ASSERT_EQ(v6.count, 1U);
  EXPECT_EQ(v6.packets[0].protocol, Protocol::icmpv6);
  EXPECT_EQ(v6.packets[0].source_port, 128);
  EXPECT_FALSE(v6.packets[0].bad_checksum);
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 1, hex("0800 0000")))).dropped, DropReason::bad_icmp_header);
}

TEST(Transport, SctpHasPortsAndOtherProtocolsHaveNone) {
  const Decoded sctp = decoded(ethernet(0x0800, ipv4(kV4, 132, hex("1f90 0b80 00000000 00000000 0100 0000"))));
  ASSERT_EQ(sctp.count, 1U);
  EXPECT_EQ(sctp.packets[0].source_port, 0x1f90);
  EXPECT_EQ(sctp.packets[0].payload_bytes, 4U);
  EXPECT_EQ(decoded(ethernet(0x0800, ipv4(kV4, 132, hex("1f90 0b80")))).dropped, DropReason::bad_sctp_header);
  const Decoded ospf = decoded(ethernet(0x0800, ipv4(kV4, 89, text("whatever"))));
  ASSERT_EQ(ospf.count, 1U);
  EXPECT_EQ(ospf.packets[0].protocol, Protocol{89});
  EXPECT_EQ(ospf.packets[0].source_port, 0);
  EXPECT_EQ(ospf.packets[0].payload_bytes, 8U);
}

TEST(Transport, AnyChangedByteShowsInTheChecksum) {
  for (const Octets& segment : {tcp(kV4, 0x18, text("odd")), udp(kV4, 1, 2, text("even")), icmp(8, 0, text("odd"))}) {
    const std::uint8_t protocol = segment.size() == 23 ? 6 : segment.size() == 12 ? 17 : 1;
    const Octets sound = ethernet(0x0800, ipv4(kV4, protocol, segment));
    EXPECT_FALSE(decoded(sound).packets[0].bad_checksum);
    Octets changed = sound;
    changed.back() ^= 0x40;
    const Decoded out = decoded(changed);
    ASSERT_EQ(out.count, 1U);
    EXPECT_TRUE(out.packets[0].bad_checksum) << int{protocol};
    EXPECT_FALSE(decoded(changed, LinkType::ethernet, {.check_checksums = false}).packets[0].bad_checksum);
  }
}

TEST(Transport, AChecksumIsNotLookedAtWhereTheEndWasNotCaptured) {
  Octets octets = ethernet(0x0800, ipv4(kV4, 6, tcp(kV4, 0x18, text("payload"))));
  octets[50] ^= 1;
  Decoded out;
  Frame cut = frame(octets);
  cut.bytes = cut.bytes.first(octets.size() - 1);
  Decoder().decode(cut, out);
  ASSERT_EQ(out.count, 1U);
  EXPECT_FALSE(out.packets[0].bad_checksum);
  EXPECT_EQ(out.packets[0].payload_bytes, 7U);
  EXPECT_EQ(out.packets[0].payload.size(), 6U);
}

TEST(Transport, AUdpChecksumOfZeroIsNone) {
  for (const bool v6 : {false, true}) {
    Octets segment = udp(kV4, 1, 2, text("x"));
    put16(segment, 6, 0);
    const Octets octets = v6 ? ethernet(0x86dd, ipv6(kV6, 17, segment)) : ethernet(0x0800, ipv4(kV4, 17, segment));
    EXPECT_FALSE(decoded(octets).packets[0].bad_checksum) << v6;
  }
}

}  // namespace
}  // namespace netstray::made
