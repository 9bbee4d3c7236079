#include <gtest/gtest.h>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {
namespace {

/// That the frame holds the one datagram that `datagram()` makes, as a flow.
void expect_datagram(const Decoded& out, const char* what) {
  EXPECT_EQ(out.dropped, DropReason::none) << what << ": " << name_of(out.dropped);
  ASSERT_EQ(out.count, 1U) << what;
  EXPECT_EQ(to_text(out.packets[0].source), "10.0.0.1") << what;
  EXPECT_EQ(out.packets[0].destination_port, 53) << what;
  EXPECT_EQ(out.packets[0].payload_bytes, 5U) << what;
  EXPECT_EQ(out.packets[0].depth, 0) << what;
  EXPECT_TRUE(out.packets[0].is_flow) << what;
}

Octets snap(unsigned type, const Octets& payload) {
  return joined(joined(hex("aaaa 03 000000"), number16(type)), payload);
}

/// A data frame to the distribution system: three addresses and a sequence number.
Octets wlan(std::string_view control_and_flags, const Octets& rest) {
  return joined(joined(hex(control_and_flags), Octets(22, 0)), rest);
}

TEST(Link, EachLinkTypeIsUndone) {
  const Octets cooked = joined(hex("0000 0001 0006 0a0b0c0d0e0f 0000"), joined(hex("0800"), datagram()));
  const Octets cooked2 = joined(hex("0800 0000 00000002 0001 00 06 0a0b0c0d0e0f 0000"), datagram());
  expect_datagram(decoded(ethernet(0x0800, datagram())), "Ethernet");
  expect_datagram(decoded(cooked, LinkType::linux_sll), "cooked");
  expect_datagram(decoded(cooked2, LinkType::linux_sll2), "cooked v2");
  for (const LinkType link : {LinkType::raw, LinkType::raw_bsd, LinkType::raw_openbsd, LinkType::ipv4}) {
    expect_datagram(decoded(datagram(), link), "raw");
  }
  for (const char* family : {"02000000", "00000002"}) {
    expect_datagram(decoded(joined(hex(family), datagram()), LinkType::null), family);
    expect_datagram(decoded(joined(hex(family), datagram()), LinkType::loop), family);
  }
  expect_datagram(decoded(joined(hex("0021"), datagram()), LinkType::ppp), "PPP");
  expect_datagram(decoded(joined(hex("ff03 0021"), datagram()), LinkType::ppp), "PPP with address");
  expect_datagram(decoded(joined(hex("ff03 21"), datagram()), LinkType::ppp_hdlc), "PPP, one byte of protocol");
  expect_datagram(decoded(joined(hex("0f00 0800"), datagram()), LinkType::ppp_hdlc), "Cisco HDLC");
  expect_datagram(decoded(joined(hex("1100 0001 0023 0021"), datagram()), LinkType::ppp_ether), "PPPoE");
  expect_datagram(decoded(joined(hex("0f00 0800"), datagram()), LinkType::cisco_hdlc), "Cisco HDLC as a link type");
  expect_datagram(decoded(joined(hex("50 aa0004000001 aa0004000002"), snap(0x0800, datagram())), LinkType::fddi),
                  "FDDI");
  const Octets log = joined(hex("0200 002a 0500 0500 00 000000 0800 0100 08000300 2500 0900"), datagram());
  expect_datagram(decoded(log, LinkType::nflog), "netfilter's log");
}

TEST(Link, Version6IsUnderstoodOnLoopback) {
  for (const char* family : {"0a000000", "18000000", "1c000000", "1e000000", "0000001e"}) {
    const Decoded out = decoded(joined(hex(family), ipv6(kV6, 17, udp(kV6, 1, 2, {}))), LinkType::null);
    EXPECT_EQ(out.count, 1U) << family;
  }
  EXPECT_EQ(decoded(joined(hex("07000000"), datagram()), LinkType::null).dropped, DropReason::not_ip);
}

TEST(Link, HardwareAddressesAreThoseOfTheOutermostFrame) {
  const Decoded out = decoded(ethernet(0x88e7, joined(hex("00000001"), ethernet(0x0800, datagram()))));
  expect_datagram(out, "provider backbone bridge");
  EXPECT_TRUE(out.has_macs);
  EXPECT_EQ(to_text(out.destination_mac), "0a:0b:0c:0d:0e:0f");
  EXPECT_EQ(to_text(out.source_mac), "01:02:03:04:05:06");
  EXPECT_FALSE(decoded(datagram(), LinkType::raw).has_macs);
}

TEST(Link, TagsAreTakenOffAndTheFirstTwoVlansKept) {
  const Octets tagged = ethernet(0x88a8, vlan(13, 0x8100, vlan(10, 0x8100, vlan(9, 0x0800, datagram()))));
  const Decoded out = decoded(tagged);
  expect_datagram(out, "three tags");
  EXPECT_EQ(out.packets[0].vlan, 13);
  EXPECT_EQ(out.packets[0].inner_vlan, 10);
  const Decoded priority = decoded(ethernet(0x8100, vlan(0, 0x9100, vlan(5, 0x0800, datagram()))));
  expect_datagram(priority, "a tag of priority only");
  EXPECT_EQ(priority.packets[0].vlan, 5);
  const Decoded vntag = decoded(ethernet(0x8100, vlan(7, 0x8926, joined(hex("00000033 0800"), datagram()))));
  expect_datagram(vntag, "VN-Tag");
  EXPECT_EQ(vntag.packets[0].vlan, 7);
}

TEST(Link, CiscosAndSignedFramesAreUndone) {
  expect_datagram(decoded(ethernet(0x8903, joined(hex("6393"), ethernet(0x0800, datagram())))), "FabricPath");
  expect_datagram(decoded(ethernet(0x8909, joined(hex("01 01 00010064 0800"), datagram()))), "metadata");
  const Octets signed_frame = joined(joined(hex("20 22 00000045 caf9df4f509a0064 0800"), datagram()), Octets(16, 0x77));
  expect_datagram(decoded(ethernet(0x88e5, signed_frame)), "MACsec without encryption");
  expect_datagram(decoded(ethernet(0x88e5, joined(hex("00 22 00000045 0800"), datagram()))), "MACsec without channel");
  EXPECT_EQ(decoded(ethernet(0x88e5, joined(hex("2c 00"), Octets(44, 0)))).dropped, DropReason::encrypted);
}

TEST(Link, LabelsAreTakenOff) {
  const Octets labels = hex("000fe03c 0006313c");
  expect_datagram(decoded(ethernet(0x8847, joined(labels, datagram()))), "MPLS in MPLS");
  const Octets pseudowire = joined(hex("0006313c 00000000"), ethernet(0x0800, datagram()));
  expect_datagram(decoded(ethernet(0x8847, pseudowire)), "Ethernet behind a control word");
  EXPECT_EQ(decoded(ethernet(0x8847, hex("0006313c 10000021"))).dropped, DropReason::not_ip);
  EXPECT_EQ(decoded(ethernet(0x8847, hex("000fe03c 0006"))).dropped, DropReason::bad_link_header);
}

TEST(Link, LogicalLinkControlIsUndone) {
  const Octets behind_snap = snap(0x0800, datagram());
  expect_datagram(decoded(ethernet(static_cast<unsigned>(behind_snap.size()), behind_snap)), "SNAP");
  const Octets behind_llc = joined(hex("0606 03"), datagram());
  expect_datagram(decoded(ethernet(static_cast<unsigned>(behind_llc.size()), behind_llc)), "LLC");
  EXPECT_EQ(decoded(ethernet(38, joined(hex("4242 03"), Octets(43, 0)))).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(ethernet(38, joined(hex("e0e0 03"), Octets(43, 0)))).dropped, DropReason::not_ip);
  EXPECT_EQ(decoded(ethernet(8, hex("aaaa 03 00000c 2000 00"))).dropped, DropReason::not_ip);
}

TEST(Link, PppoeAndPppNameWhatIsNoIp) {
  expect_datagram(decoded(ethernet(0x8864, joined(hex("1100 0011 0023 0021"), datagram()))), "PPPoE session");
  EXPECT_EQ(decoded(ethernet(0x8863, hex("1109 0000 000c 0101 0000"))).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(ethernet(0x8864, hex("1100 0011 000c c021 0101"))).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(hex("00fd 1234 5678"), LinkType::ppp).dropped, DropReason::encrypted);
  EXPECT_EQ(decoded(hex("002b 1234 5678"), LinkType::ppp).dropped, DropReason::not_ip);
  EXPECT_EQ(decoded(hex("8f00 8035 00000002"), LinkType::ppp_hdlc).dropped, DropReason::link_control);
}

TEST(Link, WirelessDataFramesAreUndone) {
  const Octets body = snap(0x0800, datagram());
  expect_datagram(decoded(wlan("0801", body), LinkType::ieee802_11), "data");
  expect_datagram(decoded(wlan("8801", joined(hex("0000"), body)), LinkType::ieee802_11), "QoS data");
  expect_datagram(decoded(wlan("8881", joined(hex("0000 00000000"), body)), LinkType::ieee802_11), "with HT control");
  expect_datagram(decoded(wlan("8803", joined(Octets(8, 0), body)), LinkType::ieee802_11), "four addresses");
  const Octets radiotap = joined(hex("0000 0c00 04000000 02 000000"), wlan("0801", body));
  expect_datagram(decoded(radiotap, LinkType::ieee802_11_radiotap), "radiotap");
  EXPECT_EQ(decoded(wlan("8000", {}), LinkType::ieee802_11).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(wlan("4801", {}), LinkType::ieee802_11).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(wlan("0841", body), LinkType::ieee802_11).dropped, DropReason::encrypted);
  Octets fragment = wlan("0801", body);
  fragment[22] = 1;
  EXPECT_EQ(decoded(fragment, LinkType::ieee802_11).dropped, DropReason::link_fragment);
}

TEST(Link, AnAggregateHasAPacketForEachOfItsFrames) {
  const Octets body = snap(0x0800, datagram("abcde"));
  const Octets part = joined(joined(Octets(12, 1), number16(static_cast<unsigned>(body.size()))), body);
  Octets padded = part;
  padded.resize((part.size() + 3) / 4 * 4);
  const Octets two = joined(padded, part);
  const Decoded out = decoded(wlan("8802", joined(hex("8000"), two)), LinkType::ieee802_11);
  EXPECT_EQ(out.dropped, DropReason::none);
  ASSERT_EQ(out.count, 2U);
  EXPECT_EQ(out.packets[1].destination_port, 53);
  EXPECT_EQ(out.packets[1].depth, 0);
  Octets many;
  for (int i = 0; i < 20; ++i) many = joined(many, padded);
  const Decoded full = decoded(wlan("8802", joined(hex("8000"), many)), LinkType::ieee802_11);
  EXPECT_EQ(full.count, Decoded::kMostPackets);
  EXPECT_EQ(full.dropped, DropReason::too_deep);
}

TEST(Link, WhatIsNoIpHasItsReason) {
  EXPECT_EQ(decoded(ethernet(0x88cc, Octets(46, 0))).dropped, DropReason::not_ip);
  EXPECT_EQ(decoded(ethernet(0x0800, Octets(46, 0))).dropped, DropReason::bad_ip_version);
  EXPECT_EQ(decoded(hex("c0 aa0004000001 aa0004000002"), LinkType::fddi).dropped, DropReason::link_control);
  EXPECT_EQ(decoded(hex("0200 002a 0300 0900"), LinkType::nflog).dropped, DropReason::bad_link_header);
  EXPECT_EQ(decoded(hex("0200 002a 0900 0900"), LinkType::nflog).dropped, DropReason::bad_link_header);
  EXPECT_EQ(decoded(datagram(), LinkType::ipv6).dropped, DropReason::bad_ip_version);
  EXPECT_EQ(decoded(hex("0102 0304"), LinkType::ethernet).dropped, DropReason::bad_link_header);
  EXPECT_EQ(decoded(datagram(), LinkType{147}).dropped, DropReason::link_type);
  EXPECT_EQ(decoded({}, LinkType::raw).dropped, DropReason::bad_link_header);
}

TEST(Link, TagsWithoutEndAreGivenUp) {
  Octets octets = datagram();
  for (int i = 0; i < 100; ++i) octets = vlan(1, i == 0 ? 0x0800 : 0x8100, octets);
  EXPECT_EQ(decoded(ethernet(0x8100, octets)).dropped, DropReason::too_deep);
}

TEST(Claim, ArpTellsWhoSaysWhatAddressTheyHave) {
  const Octets request = hex("0001 0800 0604 0001 001cebaf5205 0ac7f502 000000000000 0ac7f564");
  Decoded out = decoded(ethernet(0x0806, request));
  EXPECT_EQ(out.dropped, DropReason::arp);
  ASSERT_TRUE(out.claim);
  EXPECT_EQ(to_text(out.claim->ip), "10.199.245.2");
  EXPECT_EQ(to_text(out.claim->mac), "00:1c:eb:af:52:05");
  EXPECT_EQ(out.claim->time, 7);
  EXPECT_FALSE(out.claim->reply);
  EXPECT_EQ(to_text(out.claim->asked), "10.199.245.100");
  Octets reply = request;
  reply[7] = 2;
  out = decoded(ethernet(0x8100, vlan(3, 0x0806, reply)));
  ASSERT_TRUE(out.claim);
  EXPECT_TRUE(out.claim->reply);
  EXPECT_EQ(out.claim->asked, IpAddress{});
  Octets probe = request;
  std::fill_n(probe.begin() + 14, 4, std::uint8_t{0});
  EXPECT_FALSE(decoded(ethernet(0x0806, probe)).claim);
  EXPECT_FALSE(decoded(ethernet(0x0800, datagram())).claim);
  EXPECT_FALSE(decoded(ethernet(0x0806, Octets(request.begin(), request.end() - 1))).claim);
}

TEST(Claim, NeighbourDiscoveryTellsItForVersion6) {
  const Ends ends{address("fe80::1"), address("ff02::1")};
  const Octets target = joined(octets_of(address("2001:db8::7")), hex("0201 0a0b0c0d0e01"));
  const Octets advertisement = ipv6(ends, 58, icmpv6(ends, 136, 0, target));
  Decoded out = decoded(ethernet(0x86dd, advertisement));
  EXPECT_EQ(out.count, 1U);
  ASSERT_TRUE(out.claim);
  EXPECT_EQ(to_text(out.claim->ip), "2001:db8::7");
  EXPECT_EQ(to_text(out.claim->mac), "0a:0b:0c:0d:0e:01");
  EXPECT_TRUE(out.claim->reply);
  const Octets source = joined(octets_of(address("2001:db8::7")), hex("0101 0a0b0c0d0e02"));
  out = decoded(ethernet(0x86dd, ipv6(ends, 58, icmpv6(ends, 135, 0, source))));
  ASSERT_TRUE(out.claim);
  EXPECT_EQ(to_text(out.claim->ip), "fe80::1");
  EXPECT_FALSE(out.claim->reply);
  Octets routed = advertisement;
  routed[7] = 64;
  EXPECT_FALSE(decoded(ethernet(0x86dd, routed)).claim);
  Octets endless = advertisement;
  endless[40 + 25] = 0;
  EXPECT_FALSE(decoded(ethernet(0x86dd, endless), LinkType::ethernet, {.check_checksums = false}).claim);
}

}  // namespace
}  // namespace netstray::made
