#pragma once

#include <cstdint>

#include "netstray/packet/packet.h"

namespace netstray {

/// Whether servers usually have this port: it decides who is the originator where the first packet does not tell. The
/// ports are those for which Zeek's standard scripts register a protocol (`likely_server_ports`), without DHCPv6.
/// Cost: nanoseconds.
bool is_server_port(Protocol protocol, std::uint16_t port) noexcept;

}  // namespace netstray
