#include <gtest/gtest.h>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {
namespace {

Decoded over_ethernet(const Octets& ip) { return decoded(ethernet(ip[0] >> 4 == 6 ? 0x86dd : 0x0800, ip)); }

TEST(Ip, Version4HasItsFields) {
  const Decoded out = over_ethernet(datagram());
  ASSERT_EQ(out.count, 1U);
  const Packet& packet = out.packets[0];
  EXPECT_EQ(packet.time, 7);
  EXPECT_EQ(to_text(packet.source), "10.0.0.1");
  EXPECT_EQ(to_text(packet.destination), "10.0.0.2");
  EXPECT_EQ(packet.ttl, 61);
  EXPECT_EQ(packet.tos, 0x2e);
  EXPECT_EQ(packet.identification, 0xabcdU);
  EXPECT_EQ(packet.ip_bytes, 33U);
  EXPECT_EQ(packet.payload_bytes, 5U);
  EXPECT_FALSE(packet.is_fragment);
}

TEST(Ip, Version4OptionsArePassedOver) {
  const Decoded out = over_ethernet(ipv4(kV4, 17, udp(kV4, 1, 2, text("x")), {.options = Octets(40, 1)}));
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].destination_port, 2);
  EXPECT_EQ(out.packets[0].ip_bytes, 69U);
  EXPECT_EQ(out.packets[0].payload_bytes, 1U);
}

TEST(Ip, Version6HasItsFields) {
  const Decoded out = over_ethernet(ipv6(kV6, 17, udp(kV6, 1, 2, text("hello"))));
  ASSERT_EQ(out.count, 1U);
  const Packet& packet = out.packets[0];
  EXPECT_EQ(to_text(packet.source), "2001:db8::1");
  EXPECT_EQ(to_text(packet.destination), "2001:db8::2");
  EXPECT_EQ(packet.ttl, 255);
  EXPECT_EQ(packet.tos, 0x2e);
  EXPECT_EQ(packet.ip_bytes, 53U);
  EXPECT_EQ(packet.payload_bytes, 5U);
  EXPECT_FALSE(packet.bad_checksum);
}

TEST(Ip, Version6ExtensionHeadersArePassedOver) {
  const Octets transport = udp(kV6, 1, 2, text("hello"));
  const Octets hop_by_hop = hex("3c00 0104 0000 0000");
  const Octets options = joined(hex("3301"), Octets(14, 0));
  const Octets authentication = joined(hex("1104"), Octets(22, 0));
  const Decoded out =
      over_ethernet(ipv6(kV6, 0, joined(joined(joined(hop_by_hop, options), authentication), transport)));
  ASSERT_EQ(out.count, 1U) << name_of(out.dropped);
  EXPECT_EQ(out.packets[0].protocol, Protocol::udp);
  EXPECT_EQ(out.packets[0].destination_port, 2);
  EXPECT_EQ(out.packets[0].payload_bytes, 5U);
  EXPECT_FALSE(out.packets[0].bad_checksum);
}

TEST(Ip, ExtensionHeadersPastTheEndAreNamed) {
  EXPECT_EQ(over_ethernet(ipv6(kV6, 0, hex("1105 0104 0000 0000"))).dropped, DropReason::bad_extension_header);
  EXPECT_EQ(over_ethernet(ipv6(kV6, 0, hex("11"))).dropped, DropReason::bad_extension_header);
  EXPECT_EQ(over_ethernet(ipv6(kV6, 59, {})).dropped, DropReason::no_next_header);
}

TEST(Ip, AnOldRoutingHeaderTellsTheLastDestination) {
  const Ends ends{kV6.source, address("2001:db8::9")};
  const Octets routing = joined(hex("1102 0001 00000000"), octets_of(ends.destination));
  const Decoded out = over_ethernet(ipv6(kV6, 43, joined(routing, udp(ends, 1, 2, text("x")))));
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(to_text(out.packets[0].destination), "2001:db8::9");
  EXPECT_FALSE(out.packets[0].bad_checksum);
}

TEST(Ip, LengthsThatCannotBeAreNamed) {
  Octets octets = datagram();
  put16(octets, 2, 19);
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_length);
  put16(octets, 2, 34);
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_length);
  octets = datagram();
  octets[0] = 0x44;
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_header_length);
  octets[0] = 0x55;
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_version);
  EXPECT_EQ(over_ethernet(hex("4500 0014")).dropped, DropReason::bad_ip_length);
  octets = ipv6(kV6, 17, udp(kV6, 1, 2, {}));
  put16(octets, 4, 9);
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_length);
}

TEST(Ip, AWrongHeaderChecksumIsNamedUnlessNotLookedAt) {
  Octets octets = datagram();
  octets[8] ^= 1;
  EXPECT_EQ(over_ethernet(octets).dropped, DropReason::bad_ip_checksum);
  EXPECT_EQ(over_ethernet(octets).count, 0U);
  EXPECT_EQ(decoded(ethernet(0x0800, octets), LinkType::ethernet, {.check_checksums = false}).count, 1U);
}

TEST(Ip, ALengthOfZeroMeansAllThatWasOnTheWire) {
  Octets octets = ipv4(kV4, 6, tcp(kV4, 0x18, Octets(3'000, 'x')));
  put16(octets, 2, 0);
  const Decoded out = decoded(ethernet(0x0800, octets), LinkType::ethernet, {.check_checksums = false});
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].ip_bytes, 3'040U);
  EXPECT_EQ(out.packets[0].payload_bytes, 3'000U);
  // Such a frame was captured before the network card filled in the rest.
  put16(octets, 10, 0);
  put16(octets, 10, internet_checksum({octets.begin(), octets.begin() + 20}));
  put16(octets, 20 + 16, 0xbad);
  EXPECT_FALSE(over_ethernet(octets).packets[0].bad_checksum);
  octets = ipv6(kV6, 6, tcp(kV6, 0x18, Octets(100, 'x')));
  put16(octets, 4, 0);
  EXPECT_EQ(over_ethernet(octets).packets[0].payload_bytes, 100U);
}

TEST(Ip, FragmentsAreTold) {
  const Octets whole = udp(kV4, 5'000, 53, Octets(100, 'x'));
  const Octets front(whole.begin(), whole.begin() + 64);
  const Octets back(whole.begin() + 64, whole.end());
  const Decoded first = over_ethernet(ipv4(kV4, 17, front, {.fragment = 0x2000}));
  ASSERT_EQ(first.count, 1U);
  EXPECT_TRUE(first.packets[0].is_fragment);
  EXPECT_TRUE(first.packets[0].more_fragments);
  EXPECT_EQ(first.packets[0].destination_port, 53);
  EXPECT_EQ(first.packets[0].payload_bytes, 56U);
  EXPECT_FALSE(first.packets[0].bad_checksum);
  const Decoded last = over_ethernet(ipv4(kV4, 17, back, {.fragment = 8}));
  ASSERT_EQ(last.count, 1U);
  EXPECT_TRUE(last.packets[0].is_fragment);
  EXPECT_FALSE(last.packets[0].more_fragments);
  EXPECT_EQ(last.packets[0].fragment_offset, 64U);
  EXPECT_EQ(last.packets[0].identification, first.packets[0].identification);
  EXPECT_EQ(last.packets[0].destination_port, 0);
  EXPECT_EQ(last.packets[0].payload_bytes, 44U);
}

TEST(Ip, FragmentsOfVersion6AreTold) {
  const Octets whole = udp(kV6, 5'000, 53, Octets(100, 'x'));
  const Octets front = joined(hex("1100 0001 00012345"), {whole.begin(), whole.begin() + 64});
  const Octets back = joined(hex("1100 0040 00012345"), {whole.begin() + 64, whole.end()});
  const Decoded first = over_ethernet(ipv6(kV6, 44, front));
  ASSERT_EQ(first.count, 1U);
  EXPECT_TRUE(first.packets[0].more_fragments);
  EXPECT_EQ(first.packets[0].identification, 0x12345U);
  EXPECT_EQ(first.packets[0].destination_port, 53);
  const Decoded last = over_ethernet(ipv6(kV6, 44, back));
  ASSERT_EQ(last.count, 1U);
  EXPECT_EQ(last.packets[0].fragment_offset, 64U);
  EXPECT_EQ(last.packets[0].protocol, Protocol::udp);
  EXPECT_EQ(last.packets[0].payload_bytes, 44U);
  // One that stands alone (RFC 6946) is none.
  const Decoded alone = over_ethernet(ipv6(kV6, 44, joined(hex("1100 0000 00012345"), whole)));
  ASSERT_EQ(alone.count, 1U);
  EXPECT_FALSE(alone.packets[0].is_fragment);
  EXPECT_FALSE(alone.packets[0].bad_checksum);
}

TEST(Ip, FragmentsThatCannotBeAreNamed) {
  EXPECT_EQ(over_ethernet(ipv4(kV4, 17, Octets(16, 0), {.fragment = 0x1fff})).dropped, DropReason::bad_fragment);
  EXPECT_EQ(over_ethernet(ipv4(kV4, 6, Octets(8, 0), {.fragment = 0x2000})).dropped, DropReason::bad_fragment);
}

TEST(Ip, AFirstFragmentMayEndWithinTheTcpOptions) {
  const Octets whole = tcp(kV4, 0x02, {}, Octets(20, 1));
  const Decoded out = over_ethernet(ipv4(kV4, 6, {whole.begin(), whole.begin() + 24}, {.fragment = 0x2000}));
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].tcp_flags, TcpFlags::kSyn);
  EXPECT_EQ(out.packets[0].payload_bytes, 0U);
  EXPECT_FALSE(out.packets[0].header_cut);
}

TEST(Ip, ASnapshotLengthChangesNoCounts) {
  const Octets octets = ethernet(0x0800, ipv4(kV4, 17, udp(kV4, 1, 2, Octets(1'000, 'x'))));
  Frame cut = frame(octets);
  cut.bytes = cut.bytes.first(64);
  Decoded out;
  Decoder().decode(cut, out);
  ASSERT_EQ(out.count, 1U);
  EXPECT_EQ(out.packets[0].ip_bytes, 1'028U);
  EXPECT_EQ(out.packets[0].payload_bytes, 1'000U);
  EXPECT_EQ(out.packets[0].payload.size(), 22U);
}

}  // namespace
}  // namespace netstray::made
