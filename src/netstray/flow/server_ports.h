#pragma once

#include <cstdint>

#include "netstray/packet/packet.h"

namespace netstray {

/// Whether servers usually have this port: it decides who is the originator where the first packet does not tell. The
/// ports are those for which Zeek's standard scripts register a protocol (`likely_server_ports`), without DHCPv6.
/// Cost: nanoseconds.
bool is_server_port(Protocol protocol, std::uint16_t port) noexcept;

/// Whether the first packet that was seen of a conversation is an answer, judged by its ports: it comes from a
/// server's, and does not go to one, or (TCP) goes to a larger one. A TCP packet with SYN and without ACK never is.
/// `tcp_flags` of another protocol is ignored.
bool is_answer(Protocol protocol, std::uint16_t source_port, std::uint16_t destination_port,
               std::uint8_t tcp_flags) noexcept;

}  // namespace netstray
