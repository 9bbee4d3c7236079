#pragma once

#include <string>
#include <utility>
#include <vector>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {

struct Example {
  std::string name;
  LinkType link;
  Octets octets;
};

/// What the examples carry: a datagram of each version, as it is and in other frames.
struct Carried {
  Octets v4 = datagram();
  Octets v6 = ipv6(kV6, 17, udp(kV6, 5000, 53, text("hello")));
  Octets inner = ethernet(0x0800, v4);
  Octets snap = joined(hex("aaaa 03 000000 0800"), v4);
  Octets wlan = joined(joined(hex("0801"), Octets(22, 0)), snap);
};

inline Octets over_ip(std::uint8_t protocol, const Octets& payload) {
  return ethernet(0x0800, ipv4(kV4, protocol, payload));
}

inline Octets neighbour_advertisement() {
  const Ends local{address("fe80::8000:f227:bec8:61af"), address("ff02::1")};
  return ipv6(local, 58, icmpv6(local, 136, 0, joined(octets_of(local.source), hex("0201 0a0b0c0d0e01"))));
}

inline std::vector<Example> ip_examples() {
  const auto [v4, v6, inner, snap, wlan] = Carried{};
  const Octets advertisement = neighbour_advertisement();
  return {
      {"tcp", LinkType::ethernet, over_ip(6, tcp(kV4, 0x12, text("data"), hex("0204 05b4 0103 0307")))},
      {"udp", LinkType::ethernet, inner},
      {"icmp", LinkType::ethernet, over_ip(1, icmp(8, 0, text("ping")))},
      {"sctp", LinkType::ethernet, over_ip(132, hex("1f90 0b80 00000000 00000000 0100 0004"))},
      {"other_protocol", LinkType::ethernet, over_ip(89, text("ospf"))},
      {"ip_options", LinkType::ethernet,
       ethernet(0x0800, ipv4(kV4, 17, udp(kV4, 1, 2, {}), {.options = Octets(8, 1)}))},
      {"first_fragment", LinkType::ethernet,
       ethernet(0x0800, ipv4(kV4, 17, udp(kV4, 1, 2, Octets(24, 0)), {.fragment = 0x2000}))},
      {"last_fragment", LinkType::ethernet, ethernet(0x0800, ipv4(kV4, 17, Octets(9, 0), {.fragment = 4}))},
      {"ipv6", LinkType::ethernet, ethernet(0x86dd, v6)},
      {"ipv6_neighbour", LinkType::ethernet, ethernet(0x86dd, advertisement)},
      {"ipv6_extensions", LinkType::ipv6,
       ipv6(kV6, 0,
            joined(hex("2b00 0104 00000000 3c00 0000 00000000 3300 0104 00000000 1104 0000 00000001 00000002 "
                       "000000000000000000000000"),
                   udp(kV6, 1, 2, text("x"))))},
      {"ipv6_fragment", LinkType::raw, ipv6(kV6, 44, joined(hex("1100 0001 00012345"), udp(kV6, 1, 2, Octets(8, 0))))},
  };
}

inline std::vector<Example> link_examples() {
  const auto [v4, v6, inner, snap, wlan] = Carried{};
  Octets part = joined(joined(Octets(12, 1), number16(static_cast<unsigned>(snap.size()))), snap);
  part.resize((part.size() + 3) / 4 * 4);
  return {
      {"cooked", LinkType::linux_sll, joined(hex("0000 0001 0006 0a0b0c0d0e0f 0000 0800"), v4)},
      {"cooked_v2", LinkType::linux_sll2, joined(hex("86dd 0000 00000002 0001 00 06 0a0b0c0d0e0f 0000"), v6)},
      {"loopback", LinkType::null, joined(hex("02000000"), v4)},
      {"loopback_big_endian", LinkType::loop, joined(hex("0000001c"), v6)},
      {"ppp", LinkType::ppp, joined(hex("ff03 0021"), v4)},
      {"ppp_short", LinkType::ppp, joined(hex("57"), v6)},
      {"cisco_hdlc", LinkType::ppp_hdlc, joined(hex("0f00 0800"), v4)},
      {"cisco_hdlc_link", LinkType::cisco_hdlc, joined(hex("0f00 86dd"), v6)},
      {"fddi", LinkType::fddi, joined(hex("50 aa0004000001 aa0004000002"), snap)},
      {"nflog", LinkType::nflog, joined(hex("0200 002a 0500 0500 00 000000 2500 0900"), v4)},
      {"pppoe_link", LinkType::ppp_ether, joined(hex("1100 0001 0023 0021"), v4)},
      {"wlan", LinkType::ieee802_11, wlan},
      {"wlan_aggregate", LinkType::ieee802_11,
       joined(joined(joined(hex("8802"), Octets(22, 0)), hex("8000")), joined(part, part))},
      {"radiotap", LinkType::ieee802_11_radiotap, joined(hex("0000 0c00 04000000 02 000000"), wlan)},
      {"vlans", LinkType::ethernet, ethernet(0x88a8, vlan(13, 0x8100, vlan(10, 0x0800, v4)))},
      {"vntag", LinkType::ethernet, ethernet(0x8926, joined(hex("00000033 0800"), v4))},
      {"backbone", LinkType::ethernet, ethernet(0x88e7, joined(hex("00000001"), inner))},
      {"fabric_path", LinkType::ethernet, ethernet(0x8903, joined(hex("6393"), inner))},
      {"metadata", LinkType::ethernet, ethernet(0x8909, joined(hex("01 01 00010064 0800"), v4))},
      {"macsec", LinkType::ethernet, ethernet(0x88e5, joined(hex("20 22 00000045 caf9df4f509a0064 0800"), v4))},
      {"mpls", LinkType::ethernet, ethernet(0x8847, joined(hex("000fe03c 0006313c"), v4))},
      {"mpls_ethernet", LinkType::ethernet, ethernet(0x8847, joined(hex("0006313c 00000000"), inner))},
      {"pppoe", LinkType::ethernet, ethernet(0x8864, joined(hex("1100 0011 0023 0021"), v4))},
      {"llc", LinkType::ethernet, ethernet(static_cast<unsigned>(snap.size()), snap)},
  };
}

inline std::vector<Example> tunnel_examples() {
  const auto [v4, v6, inner, snap, wlan] = Carried{};
  const Octets advertisement = neighbour_advertisement();
  const auto over_gre = [](std::string_view header, const Octets& payload) {
    return over_ip(47, joined(hex(header), payload));
  };
  const auto over_udp = [](unsigned port, std::string_view header, const Octets& payload) {
    return over_ip(17, udp(kV4, 40'000, port, joined(hex(header), payload)));
  };
  return {
      {"ip_in_ip", LinkType::ethernet, over_ip(4, v4)},
      {"ipv6_in_ip", LinkType::ethernet, over_ip(41, v6)},
      {"gre", LinkType::ethernet, over_gre("b000 0800 00000000 00000001 00000002", v4)},
      {"gre_ethernet", LinkType::ethernet, over_gre("0000 6558", inner)},
      {"gre_wccp", LinkType::ethernet, over_gre("0000 883e 00010203", v4)},
      {"gre_wlan", LinkType::ethernet, over_gre("0000 8200", wlan)},
      {"pptp", LinkType::ethernet, over_gre("3081 880b 0025 1780 00068fb1 00083a76 ff03 0021", v4)},
      {"erspan", LinkType::ethernet, over_gre("0000 88be", inner)},
      {"erspan2", LinkType::ethernet, over_gre("1000 88be 00000704 1017086400000000", inner)},
      {"erspan3", LinkType::ethernet, over_gre("1000 22eb 00000704 2017086400000000 00000001 0000000000000000", inner)},
      {"vxlan", LinkType::ethernet, over_udp(4789, "08000000 00109200", inner)},
      {"geneve", LinkType::ethernet, over_udp(6081, "02006558 00109200 0000000000000000", inner)},
      {"gtp", LinkType::ethernet, over_udp(2152, "36ff 0029 00001234 000100 85 01000900", v4)},
      {"gre_in_udp", LinkType::ethernet, over_udp(4754, "0000 0800", v4)},
      {"mpls_in_udp", LinkType::ethernet, over_udp(6635, "0006313c", v4)},
      {"ayiya", LinkType::ethernet, over_udp(5072, "00001129 00000000 00", v6)},
      {"teredo", LinkType::ethernet, over_udp(3544, "0001 0000 0000000000000000 00 0000 f227 bec861af", advertisement)},
  };
}

/// A sound frame of every kind that is understood, each with a packet in it.
inline std::vector<Example> frame_examples() {
  std::vector<Example> all = ip_examples();
  for (auto& example : link_examples()) all.push_back(std::move(example));
  for (auto& example : tunnel_examples()) all.push_back(std::move(example));
  return all;
}

}  // namespace netstray::made
