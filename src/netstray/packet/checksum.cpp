#include "netstray/packet/checksum.h"

#include <cstring>

namespace netstray {

std::uint64_t checksum_words(std::span<const std::byte> bytes) noexcept {
  std::uint64_t sum = 0;
  const std::size_t whole = bytes.size() / 4 * 4;
  for (std::size_t at = 0; at < whole; at += 4) {
    std::uint32_t words;  // NOLINT(cppcoreguidelines-init-variables): read into next
    std::memcpy(&words, bytes.data() + at, sizeof words);
    sum += words;
  }
  if (whole < bytes.size()) {
    std::uint32_t rest = 0;
    std::memcpy(&rest, bytes.data() + whole, bytes.size() - whole);
    sum += rest;
  }
  return sum;
}

bool checksum_holds(std::uint64_t words) noexcept {
  words = (words & 0xffffffff) + (words >> 32);
  words = (words & 0xffff) + (words >> 16 & 0xffff) + (words >> 32);
  words = (words & 0xffff) + (words >> 16);
  words = (words & 0xffff) + (words >> 16);
  return words == 0xffff;
}

std::uint64_t pseudo_header_words(const Packet& packet, std::uint32_t length) noexcept {
  const std::size_t size = packet.source.v6 ? 16 : 4;
  return checksum_words(std::as_bytes(std::span(packet.source.bytes).first(size))) +
         checksum_words(std::as_bytes(std::span(packet.destination.bytes).first(size))) + __builtin_bswap32(length) +
         __builtin_bswap32(static_cast<std::uint32_t>(packet.protocol));
}

}  // namespace netstray
