#include <gtest/gtest.h>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {
namespace {

const Ends kOuter{address("192.0.2.1"), address("192.0.2.2")};
const Ends kOuterV6{address("2001:db8:1::1"), address("2001:db8:1::2")};

Octets over_gre(const Octets& gre) { return ethernet(0x0800, ipv4(kOuter, 47, gre)); }

Octets over_udp(unsigned port, const Octets& payload) {
  return ethernet(0x0800, ipv4(kOuter, 17, udp(kOuter, 40'000, port, payload)));
}

/// That there is an outer packet, a flow or not, and the one of `datagram()` in it.
void expect_inside(const Decoded& out, bool outer_is_flow, const char* what) {
  EXPECT_EQ(out.dropped, DropReason::none) << what << ": " << name_of(out.dropped);
  ASSERT_EQ(out.count, 2U) << what;
  EXPECT_EQ(out.packets[0].is_flow, outer_is_flow) << what;
  EXPECT_EQ(out.packets[0].depth, 0) << what;
  EXPECT_EQ(to_text(out.packets[0].source), "192.0.2.1") << what;
  EXPECT_EQ(to_text(out.packets[1].source), "10.0.0.1") << what;
  EXPECT_EQ(out.packets[1].destination_port, 53) << what;
  EXPECT_EQ(out.packets[1].payload_bytes, 5U) << what;
  EXPECT_EQ(out.packets[1].depth, 1) << what;
  EXPECT_TRUE(out.packets[1].is_flow) << what;
}

TEST(Tunnel, OfIpWithinIpOnlyTheInsideIsAFlow) {
  expect_inside(decoded(ethernet(0x0800, ipv4(kOuter, 4, datagram()))), false, "IP in IP");
  const Decoded six_in_four = decoded(ethernet(0x0800, ipv4(kOuter, 41, ipv6(kV6, 17, udp(kV6, 1, 2, {})))));
  ASSERT_EQ(six_in_four.count, 2U);
  EXPECT_FALSE(six_in_four.packets[0].is_flow);
  EXPECT_TRUE(six_in_four.packets[1].source.v6);
  const Decoded four_in_six = decoded(ethernet(0x86dd, ipv6(kOuterV6, 4, datagram())));
  ASSERT_EQ(four_in_six.count, 2U);
  EXPECT_FALSE(four_in_six.packets[0].is_flow);
  EXPECT_TRUE(four_in_six.packets[1].is_flow);
}

TEST(Tunnel, OfGreOnlyTheInsideIsAFlow) {
  expect_inside(decoded(over_gre(joined(hex("0000 0800"), datagram()))), false, "IP");
  expect_inside(decoded(over_gre(joined(hex("b000 0800 00000000 00000001 00000002"), datagram()))), false,
                "checksum, key and sequence number");
  expect_inside(decoded(over_gre(joined(hex("2000 6558 00001234"), ethernet(0x0800, datagram())))), false, "Ethernet");
  expect_inside(decoded(over_gre(joined(hex("0000 8847 0006313c"), datagram()))), false, "MPLS");
  expect_inside(decoded(over_gre(joined(hex("0000 883e"), datagram()))), false, "WCCP");
  expect_inside(decoded(over_gre(joined(hex("2000 8909 00000028 0800 01 01 00010000"), datagram()))), false,
                "Cisco metadata");
  expect_inside(decoded(over_gre(joined(hex("0000 883e 00010203"), datagram()))), false, "WCCP version 2");
  expect_inside(decoded(over_gre(joined(hex("0000 8240 0802"),
                                        joined(Octets(22, 0), joined(hex("aaaa 03 000000 0800"), datagram()))))),
                false, "802.11 of Aruba");
}

TEST(Tunnel, PptpCarriesPpp) {
  const Octets ppp = joined(hex("ff03 0021"), datagram());
  expect_inside(decoded(over_gre(joined(hex("3081 880b 0025 1780 00068fb1 00083a76"), ppp))), false, "PPTP");
  EXPECT_EQ(decoded(over_gre(hex("2081 880b 0000 1780 00083a76"))).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(over_gre(hex("3001 0800 0000 1780 00083a76"))).dropped, DropReason::bad_tunnel_header);
}

TEST(Tunnel, MirroredTrafficIsAFlowOnlyInside) {
  const Octets mirrored = ethernet(0x0800, datagram());
  expect_inside(decoded(over_gre(joined(hex("0000 88be"), mirrored))), false, "ERSPAN I");
  expect_inside(decoded(over_gre(joined(hex("1000 88be 00000704 1017086400000000"), mirrored))), false, "ERSPAN II");
  expect_inside(decoded(over_gre(joined(hex("1000 22eb 00000704 2017086400000000 00000000"), mirrored))), false,
                "ERSPAN III");
  expect_inside(
      decoded(over_gre(joined(hex("1000 22eb 00000704 2017086400000000 00000001 0000000000000000"), mirrored))), false,
      "ERSPAN III with more");
}

TEST(Tunnel, GreThatCannotBeReadIsNamed) {
  EXPECT_EQ(decoded(over_gre(hex("0003 0800"))).dropped, DropReason::bad_tunnel_header);
  EXPECT_EQ(decoded(over_gre(hex("4000 0800 0000 0000"))).dropped, DropReason::bad_tunnel_header);
  EXPECT_EQ(decoded(over_gre(hex("b000 0800 0000"))).dropped, DropReason::bad_tunnel_header);
  EXPECT_EQ(decoded(over_gre(hex("0000 0000"))).dropped, DropReason::not_ip);
  const Decoded arp = decoded(over_gre(joined(hex("0000 6558"), ethernet(0x0806, Octets(28, 0)))));
  EXPECT_EQ(arp.dropped, DropReason::arp);
  ASSERT_EQ(arp.count, 1U);
  EXPECT_FALSE(arp.packets[0].is_flow);
}

TEST(Tunnel, OverUdpBothAreFlows) {
  const Octets mirrored = ethernet(0x0800, datagram());
  expect_inside(decoded(over_udp(4789, joined(hex("08000000 00109200"), mirrored))), true, "VXLAN");
  expect_inside(decoded(over_udp(6081, joined(hex("00006558 00109200"), mirrored))), true, "Geneve");
  expect_inside(decoded(over_udp(6081, joined(hex("02000800 00109200 0000000000000000"), datagram()))), true,
                "Geneve with options");
  expect_inside(decoded(over_udp(2152, joined(hex("30ff 0021 00001234"), datagram()))), true, "GTP-U");
  expect_inside(decoded(over_udp(2152, joined(hex("36ff 0029 00001234 000100 85 01000900"), datagram()))), true,
                "GTP-U with an extension");
  expect_inside(decoded(over_udp(4754, joined(hex("0000 0800"), datagram()))), true, "GRE in UDP");
  expect_inside(decoded(over_udp(6635, joined(hex("0006313c"), datagram()))), true, "MPLS in UDP");
  const Octets identity_and_signature = Octets(4 + 16 + 20, 0);
  expect_inside(decoded(over_udp(5072, joined(joined(hex("41521104"), identity_and_signature), datagram()))), true,
                "AYIYA");
}

TEST(Tunnel, TeredoIsToldByItsContentOnAnyPort) {
  const Ends ends{address("2001:0:4137:9e50:8000:f12a:b9c8:2815"), address("2001:db8::68")};
  const Octets inner = ipv6(ends, 58, icmpv6(ends, 128, 0, text("ping")));
  const Ends local{address("fe80::8000:f227:bec8:61af"), address("fe80::8000:ffff:ffff:fffd")};
  const Octets advertisement = ipv6(local, 58, icmpv6(local, 134, 0, Octets(8, 0)));
  const Octets authentication = hex("0001 0000 0000000000000000 00");
  const Octets origin = hex("0000 f227 bec861af");
  for (const Octets& payload : {inner, joined(origin, advertisement), joined(authentication, advertisement),
                                joined(joined(authentication, origin), advertisement)}) {
    const Decoded out = decoded(over_udp(32'900, payload));
    ASSERT_EQ(out.count, 2U) << payload.size();
    EXPECT_TRUE(out.packets[0].is_flow);
    EXPECT_EQ(out.packets[1].protocol, Protocol::icmpv6);
    EXPECT_EQ(out.packets[1].depth, 1);
  }
  EXPECT_EQ(decoded(over_udp(3544, advertisement)).count, 1U);
  EXPECT_EQ(decoded(over_udp(3544, joined(inner, {0}))).count, 1U);
  const Decoded bubble = decoded(over_udp(3544, ipv6(ends, 59, {})));
  EXPECT_EQ(bubble.count, 1U);
  EXPECT_EQ(bubble.dropped, DropReason::no_next_header);
}

TEST(Tunnel, WhatOnlyUsesTheirPortsIsOneFlow) {
  for (const unsigned port : {4789U, 6081U, 2152U, 5072U, 3544U}) {
    for (const Octets& payload :
         {Octets{}, Octets(7, 0xff), Octets(200, 0xff), Octets(200, 0), text("GET / HTTP/1.1\r\n\r\n")}) {
      const Decoded out = decoded(over_udp(port, payload));
      EXPECT_EQ(out.count, 1U) << port;
      EXPECT_TRUE(out.packets[0].is_flow) << port;
    }
  }
  // GTP's messages other than user data, and GTP of version 2.
  EXPECT_EQ(decoded(over_udp(2152, hex("3201 0004 00000000 fe69 0000"))).dropped, DropReason::none);
  EXPECT_EQ(decoded(over_udp(2152, joined(hex("50ff 0021 00001234"), datagram()))).count, 1U);
}

TEST(Tunnel, WithAWrongUdpChecksumIsNotLookedInto) {
  Octets octets = over_udp(4789, joined(hex("08000000 00109200"), ethernet(0x0800, datagram())));
  octets.back() ^= 1;
  const Decoded out = decoded(octets);
  EXPECT_EQ(out.count, 1U);
  EXPECT_TRUE(out.packets[0].bad_checksum);
}

TEST(Tunnel, TheFirstFragmentOfOneIsLookedInto) {
  const Octets inner = ipv4(kV4, 6, tcp(kV4, 0x18, Octets(1'000, 'x')));
  const Octets gtp =
      joined(joined(hex("30ff"), number16(static_cast<unsigned>(inner.size()))), joined(hex("00001234"), inner));
  const Octets whole = udp(kOuter, 2152, 2152, gtp);
  const Octets front(whole.begin(), whole.begin() + 800);
  const Octets back(whole.begin() + 800, whole.end());
  const Decoded first = decoded(ethernet(0x0800, ipv4(kOuter, 17, front, {.fragment = 0x2000})));
  ASSERT_EQ(first.count, 2U) << name_of(first.dropped);
  EXPECT_EQ(first.packets[1].ip_bytes, 1'040U);
  EXPECT_EQ(first.packets[1].payload_bytes, 1'000U);
  EXPECT_FALSE(first.packets[1].bad_checksum);
  const Decoded last = decoded(ethernet(0x0800, ipv4(kOuter, 17, back, {.fragment = 100})));
  ASSERT_EQ(last.count, 1U);
  EXPECT_TRUE(last.packets[0].is_flow);
  const Decoded gre = decoded(ethernet(0x0800, ipv4(kOuter, 47, back, {.fragment = 100})));
  ASSERT_EQ(gre.count, 1U);
  EXPECT_FALSE(gre.packets[0].is_flow);
  EXPECT_EQ(gre.dropped, DropReason::tunnel_fragment);
}

TEST(Tunnel, ALengthOfZeroInTheFirstFragmentOfOneTellsNothing) {
  Octets inner = datagram();
  put16(inner, 2, 0);
  const Octets octets = ethernet(0x0800, ipv4(kOuter, 4, inner, {.fragment = 0x2000}));
  const Decoded out = decoded(octets, LinkType::ethernet, {.check_checksums = false});
  EXPECT_EQ(out.count, 1U);
  EXPECT_EQ(out.dropped, DropReason::bad_ip_length);
}

TEST(Tunnel, VlansAreThoseOfThePacketsOwnFrame) {
  const Octets inner = ethernet(0x8100, vlan(20, 0x0800, datagram()));
  const Octets outer = ipv4(kOuter, 17, udp(kOuter, 1, 4789, joined(hex("08000000 00109200"), inner)));
  const Decoded out = decoded(ethernet(0x8100, vlan(10, 0x0800, outer)));
  ASSERT_EQ(out.count, 2U);
  EXPECT_EQ(out.packets[0].vlan, 10);
  EXPECT_EQ(out.packets[1].vlan, 20);
}

TEST(Tunnel, AsManyAsTheSettingsAllowAreGoneInto) {
  Octets octets = datagram();
  for (int i = 0; i < 7; ++i) octets = ipv4(kOuter, 4, octets);
  for (std::uint8_t most = 0; most <= 6; ++most) {
    const Decoded out = decoded(octets, LinkType::raw, {.most_tunnels = most});
    EXPECT_EQ(out.count, most + 1U);
    EXPECT_EQ(out.dropped, DropReason::too_deep);
  }
  EXPECT_EQ(decoded(octets, LinkType::raw, {.most_tunnels = 200}).count, 8U);
  EXPECT_EQ(decoded(ipv4(kOuter, 4, octets), LinkType::raw, {.most_tunnels = 200}).dropped, DropReason::too_deep);
}

}  // namespace
}  // namespace netstray::made
