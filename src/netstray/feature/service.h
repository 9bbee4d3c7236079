#pragma once

#include <cstdint>
#include <string_view>

#include "netstray/packet/packet.h"

namespace netstray {

/// What IP carries, by IANA's number: "tcp", "udp", "icmp", "icmpv6", "sctp", "gre", ...; "ip-NNN" for one without a
/// name here. The text lives as long as the program.
std::string_view protocol_name(Protocol protocol) noexcept;

/// The service of a conversation, by the responder's port alone, so that every source of flows can tell it: "http",
/// "dns", ...; for a port without a name here, which of IANA's three ranges (RFC 6335) it is in: "system-port",
/// "user-port" or "dynamic-port". ICMP: the kind of its message ("echo", "unreachable", ...), by the type, which is the
/// originator's port. "no-port" for other protocols.
std::string_view service_name(Protocol protocol, std::uint16_t originator_port, std::uint16_t responder_port) noexcept;

}  // namespace netstray
