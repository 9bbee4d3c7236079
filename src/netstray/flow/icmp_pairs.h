#pragma once

#include <cstdint>

#include "netstray/packet/packet.h"

namespace netstray {

/// What stands for ports in an ICMP conversation, as in Zeek and in Community IDs: the type, and the type of the
/// answer; where a type has no answer, the code, and each direction is a conversation of its own.
struct IcmpPorts {
  std::uint16_t source = 0, destination = 0;
  bool one_way = false;
};

/// `protocol` is icmp or icmpv6. Cost: nanoseconds. Source: Zeek's ICMP4_counterpart and ICMP6_counterpart; RFC 792,
/// 950, 1256, 2710, 4443, 4620, 4861, 4068.
IcmpPorts icmp_ports(Protocol protocol, std::uint8_t type, std::uint8_t code) noexcept;

}  // namespace netstray
