#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netstray {

/// An IPv4 or IPv6 address. Ordered by family, then as on the wire.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first four, the rest are zero

  auto operator<=>(const IpAddress&) const = default;
};

/// "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1" (RFC 5952).
std::string to_text(const IpAddress& address);
/// The reverse, or nothing. Any way to write an address that inet_pton takes; no zone ("%eth0"), no prefix length.
std::optional<IpAddress> parse_address(std::string_view text) noexcept;

/// An Ethernet hardware address.
struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  auto operator<=>(const MacAddress&) const = default;
};

/// "00:1b:44:11:3a:b7".
std::string to_text(const MacAddress& address);

}  // namespace netstray
