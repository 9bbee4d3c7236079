#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "netstray/packet/address.h"

namespace netstray {

/// The addresses that begin with the same bits as `base`: "10.0.0.0/8", "2001:db8::/32".
struct NetworkRange {
  IpAddress base;
  unsigned prefix = 0;  ///< bits, at most 32 or 128

  bool contains(const IpAddress& address) const noexcept;
};

/// Ranges joined by commas; an address without a length is itself alone. Throws usage Error that names `option`.
std::vector<NetworkRange> parse_ranges(std::string_view option, std::string_view text);

/// What networks use inside: RFC 1918, RFC 6598 (shared with the provider), RFC 4193, link-local (RFC 3927, RFC 4291)
/// and loopback.
std::vector<NetworkRange> private_ranges();

bool in_ranges(std::span<const NetworkRange> ranges, const IpAddress& address) noexcept;

/// Sent to more than one host: multicast, or the limited broadcast 255.255.255.255.
bool is_for_many(const IpAddress& address) noexcept;

}  // namespace netstray
