#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace netstray {

/// What is left of a frame, from some header on: the bytes that were captured, and how many there were on the wire.
/// Numbers are read in network order unless said otherwise, only below `captured.size()`: ask `has` first.
struct WireBytes {
  /// In place of a length that nothing tells, within the first fragment of a datagram.
  static constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();

  std::span<const std::byte> captured;
  std::uint32_t wire = 0;  ///< at least captured.size()

  bool has(std::size_t count) const noexcept { return captured.size() >= count; }
  bool wholly_captured() const noexcept { return captured.size() == wire; }

  std::uint8_t u8(std::size_t at) const noexcept { return std::to_integer<std::uint8_t>(captured[at]); }
  std::uint16_t u16(std::size_t at) const noexcept { return __builtin_bswap16(native<std::uint16_t>(at)); }
  std::uint32_t u32(std::size_t at) const noexcept { return __builtin_bswap32(native<std::uint32_t>(at)); }
  /// In the order of little-endian machines.
  std::uint16_t little16(std::size_t at) const noexcept { return native<std::uint16_t>(at); }
  std::uint32_t little32(std::size_t at) const noexcept { return native<std::uint32_t>(at); }

  /// What follows the first `count` bytes, which must have been captured.
  WireBytes from(std::size_t count) const noexcept {
    return {captured.subspan(count), wire == kUnknown ? kUnknown : wire - static_cast<std::uint32_t>(count)};
  }
  /// The first `count` bytes on the wire, as many of them as were captured.
  WireBytes first(std::uint32_t count) const noexcept {
    return {captured.first(std::min<std::size_t>(captured.size(), count)), count};
  }

 private:
  template <typename Number>
  Number native(std::size_t at) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    Number number;  // NOLINT(cppcoreguidelines-init-variables): read into next
    std::memcpy(&number, captured.data() + at, sizeof number);
    return number;
  }
};

}  // namespace netstray
