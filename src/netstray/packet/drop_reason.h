#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace netstray {

/// Why a frame, or the innermost part of one, gave nothing for a flow. docs/packets.md lists them.
enum class DropReason : std::uint8_t {
  none,
  // There is no IP in it, or none that can be read.
  arp,
  link_control,
  not_ip,
  encrypted,
  link_type,
  no_next_header,
  // There is less of it than is needed.
  truncated,
  link_fragment,
  tunnel_fragment,
  // What it says of itself cannot be.
  bad_link_header,
  bad_ip_version,
  bad_ip_header_length,
  bad_ip_length,
  bad_ip_checksum,
  bad_extension_header,
  bad_fragment,
  bad_tcp_header,
  bad_udp_header,
  bad_icmp_header,
  bad_sctp_header,
  bad_tunnel_header,
  too_deep,
  // What the flow meter leaves out.
  bad_checksum,
};

inline constexpr std::size_t kDropReasons = static_cast<std::size_t>(DropReason::bad_checksum) + 1;

/// How many frames were dropped, by reason.
using DropCounts = std::array<std::uint64_t, kDropReasons>;

/// The reason as one word, "bad_ip_length": the same in every version. "none" for none.
std::string_view name_of(DropReason reason) noexcept;

/// What the reason means, in one sentence without its full stop.
std::string_view meaning_of(DropReason reason) noexcept;

}  // namespace netstray
