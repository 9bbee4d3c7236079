#pragma once

#include <cstdint>

#include "netstray/packet/packet.h"

namespace netstray {

/// Whether servers usually have this port: it decides who is the originator where the first packet does not tell. The
/// ports are those for which Zeek's standard scripts register a protocol (`likely_server_ports`), but those of TLS:
/// where Zeek is run without its scripts for TLS, as in some of the cases that we compare with, it does not know them.
/// Cost: nanoseconds.
bool is_server_port(Protocol protocol, std::uint16_t port) noexcept;

/// Whether the first packet that was seen of a conversation is an answer, judged by its ports: it comes from a
/// server's, and does not go to one. From one to another, TCP's is an answer with SYN and ACK, and otherwise if it goes
/// to the larger of the two. A TCP packet with SYN and without ACK never is. `tcp_flags` of another protocol is
/// ignored.
bool is_answer(Protocol protocol, std::uint16_t source_port, std::uint16_t destination_port,
               std::uint8_t tcp_flags) noexcept;

/// Whether a UDP server at this port speaks DNS, or what has its form: DNS, NetBIOS names, mDNS, LLMNR.
bool is_dns_port(std::uint16_t port) noexcept;

}  // namespace netstray
