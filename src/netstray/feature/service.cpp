#include "netstray/feature/service.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <fmt/core.h>

namespace netstray {
namespace {

constexpr std::size_t kProtocols = 256;

struct NamedProtocol {
  std::uint8_t number;
  std::string_view name;
};

/// IANA, "Assigned Internet Protocol Numbers": those that networks see.
constexpr std::array<NamedProtocol, 22> kNamedProtocols = {{
    {0, "hopopt"},  {1, "icmp"},   {2, "igmp"},   {4, "ipip"},      {6, "tcp"},   {17, "udp"},
    {33, "dccp"},   {41, "ipv6"},  {46, "rsvp"},  {47, "gre"},      {50, "esp"},  {51, "ah"},
    {58, "icmpv6"}, {88, "eigrp"}, {89, "ospf"},  {97, "etherip"},  {103, "pim"}, {108, "ipcomp"},
    {112, "vrrp"},  {115, "l2tp"}, {132, "sctp"}, {136, "udplite"},
}};

std::array<std::string, kProtocols> all_protocol_names() {
  std::array<std::string, kProtocols> names;
  for (std::size_t number = 0; number < kProtocols; ++number) names[number] = fmt::format("ip-{}", number);
  for (const auto& [number, name] : kNamedProtocols) names[number] = name;
  return names;
}

/// Which protocols a port's name holds for.
enum class Over : std::uint8_t { tcp = 1, udp = 2, both = 3 };

struct Service {
  std::uint16_t port;
  Over over;
  std::string_view name;
};

/// IANA, "Service Name and Transport Protocol Port Number Registry", under the names by which analysts know them, and
/// the customary ports of some that are not registered. Ascending.
constexpr std::array kServices = {
    Service{20, Over::tcp, "ftp-data"},
    Service{21, Over::tcp, "ftp"},
    Service{22, Over::tcp, "ssh"},
    Service{23, Over::tcp, "telnet"},
    Service{25, Over::tcp, "smtp"},
    Service{43, Over::tcp, "whois"},
    Service{49, Over::tcp, "tacacs"},
    Service{53, Over::both, "dns"},
    Service{67, Over::udp, "dhcp"},
    Service{68, Over::udp, "dhcp"},
    Service{69, Over::udp, "tftp"},
    Service{79, Over::tcp, "finger"},
    Service{80, Over::tcp, "http"},
    Service{88, Over::both, "kerberos"},
    Service{102, Over::tcp, "iso-tsap"},
    Service{110, Over::tcp, "pop3"},
    Service{111, Over::both, "rpcbind"},
    Service{113, Over::tcp, "ident"},
    Service{119, Over::tcp, "nntp"},
    Service{123, Over::udp, "ntp"},
    Service{135, Over::both, "msrpc"},
    Service{137, Over::both, "netbios-ns"},
    Service{138, Over::udp, "netbios-dgm"},
    Service{139, Over::tcp, "netbios-ssn"},
    Service{143, Over::tcp, "imap"},
    Service{161, Over::both, "snmp"},
    Service{162, Over::both, "snmp-trap"},
    Service{179, Over::tcp, "bgp"},
    Service{389, Over::both, "ldap"},
    Service{443, Over::tcp, "https"},
    Service{443, Over::udp, "quic"},
    Service{445, Over::tcp, "smb"},
    Service{464, Over::both, "kpasswd"},
    Service{465, Over::tcp, "smtps"},
    Service{500, Over::udp, "isakmp"},
    Service{502, Over::tcp, "modbus"},
    Service{512, Over::tcp, "rexec"},
    Service{513, Over::tcp, "rlogin"},
    Service{514, Over::tcp, "rsh"},
    Service{514, Over::udp, "syslog"},
    Service{515, Over::tcp, "printer"},
    Service{520, Over::udp, "rip"},
    Service{546, Over::udp, "dhcpv6"},
    Service{547, Over::udp, "dhcpv6"},
    Service{554, Over::both, "rtsp"},
    Service{587, Over::tcp, "submission"},
    Service{623, Over::udp, "ipmi"},
    Service{631, Over::both, "ipp"},
    Service{636, Over::tcp, "ldaps"},
    Service{853, Over::both, "dns-tls"},
    Service{873, Over::tcp, "rsync"},
    Service{990, Over::tcp, "ftps"},
    Service{993, Over::tcp, "imaps"},
    Service{995, Over::tcp, "pop3s"},
    Service{1080, Over::tcp, "socks"},
    Service{1194, Over::both, "openvpn"},
    Service{1433, Over::tcp, "mssql"},
    Service{1434, Over::udp, "mssql-browser"},
    Service{1521, Over::tcp, "oracle"},
    Service{1701, Over::udp, "l2tp"},
    Service{1723, Over::tcp, "pptp"},
    Service{1812, Over::udp, "radius"},
    Service{1813, Over::udp, "radius"},
    Service{1883, Over::tcp, "mqtt"},
    Service{1900, Over::udp, "ssdp"},
    Service{2049, Over::both, "nfs"},
    Service{2123, Over::udp, "gtp-c"},
    Service{2152, Over::udp, "gtp-u"},
    Service{2404, Over::tcp, "iec-104"},
    Service{3128, Over::tcp, "http-proxy"},
    Service{3268, Over::tcp, "global-catalog"},
    Service{3306, Over::tcp, "mysql"},
    Service{3389, Over::both, "rdp"},
    Service{3478, Over::both, "stun"},
    Service{3544, Over::udp, "teredo"},
    Service{3702, Over::udp, "ws-discovery"},
    Service{4500, Over::udp, "ipsec-nat-t"},
    Service{4789, Over::udp, "vxlan"},
    Service{4840, Over::tcp, "opc-ua"},
    Service{5060, Over::both, "sip"},
    Service{5061, Over::tcp, "sips"},
    Service{5072, Over::udp, "ayiya"},
    Service{5222, Over::tcp, "xmpp"},
    Service{5269, Over::tcp, "xmpp"},
    Service{5353, Over::udp, "mdns"},
    Service{5355, Over::both, "llmnr"},
    Service{5432, Over::tcp, "postgresql"},
    Service{5671, Over::tcp, "amqps"},
    Service{5672, Over::tcp, "amqp"},
    Service{5683, Over::udp, "coap"},
    Service{5900, Over::tcp, "vnc"},
    Service{5985, Over::tcp, "winrm"},
    Service{5986, Over::tcp, "winrm"},
    Service{6000, Over::tcp, "x11"},
    Service{6081, Over::udp, "geneve"},
    Service{6343, Over::udp, "sflow"},
    Service{6379, Over::tcp, "redis"},
    Service{6443, Over::tcp, "kubernetes"},
    Service{6514, Over::tcp, "syslog-tls"},
    Service{6667, Over::tcp, "irc"},
    Service{6697, Over::tcp, "ircs"},
    Service{8000, Over::tcp, "http-alt"},
    Service{8008, Over::tcp, "http-alt"},
    Service{8080, Over::tcp, "http-alt"},
    Service{8443, Over::tcp, "https-alt"},
    Service{8883, Over::tcp, "mqtts"},
    Service{9042, Over::tcp, "cassandra"},
    Service{9092, Over::tcp, "kafka"},
    Service{9100, Over::tcp, "jetdirect"},
    Service{9200, Over::tcp, "elasticsearch"},
    Service{9418, Over::tcp, "git"},
    Service{11211, Over::both, "memcached"},
    Service{20000, Over::tcp, "dnp3"},
    Service{27017, Over::tcp, "mongodb"},
    Service{44818, Over::tcp, "ethernet-ip"},
    Service{47808, Over::udp, "bacnet"},
};
static_assert(std::ranges::is_sorted(kServices, {}, &Service::port));

std::string_view named_service(std::uint16_t port, Over over) noexcept {
  const auto wanted = static_cast<unsigned>(over);
  const auto* const end = kServices.data() + kServices.size();
  const auto* service = std::ranges::lower_bound(kServices.data(), end, port, {}, &Service::port);
  for (; service != end && service->port == port; ++service) {
    if ((static_cast<unsigned>(service->over) & wanted) != 0) return service->name;
  }
  return {};
}

/// RFC 6335, section 6.
std::string_view port_range(std::uint16_t port) noexcept {
  constexpr std::uint16_t kFirstUserPort = 1024;
  constexpr std::uint16_t kFirstDynamicPort = 49152;
  return port < kFirstUserPort ? "system-port" : port < kFirstDynamicPort ? "user-port" : "dynamic-port";
}

/// IANA, "ICMP Type Numbers".
std::string_view icmp_message(std::uint16_t type) noexcept {
  switch (type) {
    case 0:
      return "echo-reply";
    case 3:
      return "unreachable";
    case 4:
      return "source-quench";
    case 5:
      return "redirect";
    case 8:
      return "echo";
    case 9:
    case 10:
      return "router-discovery";
    case 11:
      return "time-exceeded";
    case 12:
      return "parameter-problem";
    case 13:
    case 14:
      return "timestamp";
    default:
      return "other-icmp";
  }
}

/// IANA, "ICMPv6 Type Numbers".
std::string_view icmpv6_message(std::uint16_t type) noexcept {
  switch (type) {
    case 1:
      return "unreachable";
    case 2:
      return "packet-too-big";
    case 3:
      return "time-exceeded";
    case 4:
      return "parameter-problem";
    case 128:
      return "echo";
    case 129:
      return "echo-reply";
    case 130:
    case 131:
    case 132:
    case 143:
      return "multicast-listener";
    case 133:
    case 134:
      return "router-discovery";
    case 135:
    case 136:
      return "neighbour-discovery";
    case 137:
      return "redirect";
    default:
      return "other-icmp";
  }
}

}  // namespace

std::string_view protocol_name(Protocol protocol) noexcept {
  static const auto names = all_protocol_names();
  return names[static_cast<std::size_t>(protocol)];
}

std::string_view service_name(Protocol protocol, std::uint16_t originator_port, std::uint16_t responder_port) noexcept {
  if (protocol == Protocol::icmp) return icmp_message(originator_port);
  if (protocol == Protocol::icmpv6) return icmpv6_message(originator_port);
  if (protocol != Protocol::tcp && protocol != Protocol::udp && protocol != Protocol::sctp) return "no-port";
  const auto name = protocol == Protocol::sctp
                        ? std::string_view()
                        : named_service(responder_port, protocol == Protocol::tcp ? Over::tcp : Over::udp);
  return name.empty() ? port_range(responder_port) : name;
}

}  // namespace netstray
