#include "netstray/packet/drop_reason.h"

namespace netstray {
namespace {

struct Words {
  std::string_view name, meaning;
};

constexpr std::array<Words, kDropReasons> kWords{{
    {"none", "nothing was dropped"},
    {"arp", "ARP or reverse ARP; its address claims are kept"},
    {"link_control",
     "the link's own talk: 802.11 management and control, spanning tree, PPPoE discovery, the PPP control "
     "protocols, acknowledgements of a tunnel"},
    {"not_ip", "a protocol other than IP"},
    {"encrypted", "encrypted or compressed below IP: protected 802.11 frames, MACsec, PPP encryption and compression"},
    {"link_type", "a link type that is not decoded"},
    {"no_next_header", "an IPv6 packet that says that nothing follows its headers, such as a Teredo bubble"},
    {"truncated", "the capture ends before the headers do, but the packet went on"},
    {"link_fragment", "a part of a frame that the link cut into pieces, and not the first"},
    {"tunnel_fragment", "a later fragment of a tunnel that is no flow; the first one was looked into"},
    {"bad_link_header", "the frame ends within its link-layer headers, tags or labels"},
    {"bad_ip_version", "neither version 4 nor 6 where an IP header should be"},
    {"bad_ip_header_length", "an IPv4 header that says it is shorter than 20 bytes"},
    {"bad_ip_length", "an IP length that is less than the header or more than what was on the wire"},
    {"bad_ip_checksum", "a wrong checksum of the IPv4 header"},
    {"bad_extension_header", "an IPv6 extension header that goes past the end"},
    {"bad_fragment", "a fragment that ends past 65,535 bytes, or a first one too short for the transport's header"},
    {"bad_tcp_header", "a TCP header that is shorter than 20 bytes or goes past the end"},
    {"bad_udp_header", "less than the 8 bytes of a UDP header, or a UDP length that is less"},
    {"bad_icmp_header", "less than the 8 bytes of an ICMP header"},
    {"bad_sctp_header", "less than the 12 bytes of an SCTP header"},
    {"bad_tunnel_header", "a tunnel's header that goes past the end or is of no known version"},
    {"too_deep", "more tunnels, tags or packets within each other than are looked into"},
    {"bad_checksum", "a wrong checksum of TCP, UDP, ICMP or ICMPv6"},
}};

}  // namespace

std::string_view name_of(DropReason reason) noexcept { return kWords[static_cast<std::size_t>(reason)].name; }
std::string_view meaning_of(DropReason reason) noexcept { return kWords[static_cast<std::size_t>(reason)].meaning; }

}  // namespace netstray
