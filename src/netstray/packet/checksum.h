#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/packet/packet.h"

namespace netstray {

/// The Internet checksum (RFC 1071): sums of 16-bit words with the carry brought round. Sums are kept in the machine's
/// byte order and wide, so that they can be added up piece by piece; each piece but the last has an even length.
std::uint64_t checksum_words(std::span<const std::byte> bytes) noexcept;

/// Whether such a sum, which includes the checksum that was sent, says that nothing was changed on the way.
bool checksum_holds(std::uint64_t words) noexcept;

/// The words that TCP, UDP and ICMPv6 add to their own: addresses, protocol and length (RFC 793, RFC 8200).
std::uint64_t pseudo_header_words(const Packet& packet, std::uint32_t length) noexcept;

}  // namespace netstray
