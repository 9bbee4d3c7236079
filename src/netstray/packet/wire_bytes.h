#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace netstray {

/// What is left of a frame, from some header on: the bytes that were captured, and how many there were on the wire.
/// Numbers are read in network order unless said otherwise, and only where `has` said that their bytes are there. Two
/// registers wide, as it is passed on at every header.
class WireBytes {
 public:
  /// In place of a length that nothing tells, within the first fragment of a datagram.
  static constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();

  /// `wire` >= captured.size() < kUnknown.
  WireBytes(std::span<const std::byte> captured, std::uint32_t wire) noexcept
      : begin_(captured.data()), size_(static_cast<std::uint32_t>(captured.size())), wire_(wire) {}

  std::span<const std::byte> captured() const noexcept { return {begin_, size_}; }
  std::uint32_t wire() const noexcept { return wire_; }
  bool has(std::size_t count) const noexcept { return count <= size_; }
  bool wholly_captured() const noexcept { return size_ == wire_; }

  std::uint8_t u8(std::size_t at) const noexcept { return native<std::uint8_t>(at); }
  std::uint16_t u16(std::size_t at) const noexcept { return __builtin_bswap16(native<std::uint16_t>(at)); }
  std::uint32_t u32(std::size_t at) const noexcept { return __builtin_bswap32(native<std::uint32_t>(at)); }
  /// In the order of little-endian machines.
  std::uint16_t little16(std::size_t at) const noexcept { return native<std::uint16_t>(at); }
  std::uint32_t little32(std::size_t at) const noexcept { return native<std::uint32_t>(at); }
  /// The bytes [at, at + kCount) into `to`.
  template <std::size_t kCount, std::size_t kSize>
  void copy(std::size_t at, std::array<std::uint8_t, kSize>& to) const noexcept {
    static_assert(kCount <= kSize);
    std::memcpy(to.data(), begin_ + at, kCount);
  }

  /// What follows the first `count` bytes, which must have been captured.
  WireBytes from(std::uint32_t count) const noexcept {
    return {begin_ + count, size_ - count, wire_ == kUnknown ? kUnknown : wire_ - count};
  }
  /// The first `count` bytes on the wire, as many of them as were captured.
  WireBytes first(std::uint32_t count) const noexcept { return {begin_, std::min(size_, count), count}; }
  /// The same, with an end that nothing tells.
  WireBytes without_end() const noexcept { return {begin_, size_, kUnknown}; }

 private:
  WireBytes(const std::byte* begin, std::uint32_t size, std::uint32_t wire) noexcept
      : begin_(begin), size_(size), wire_(wire) {}

  template <typename Number>
  Number native(std::size_t at) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    Number number = 0;
    std::memcpy(&number, begin_ + at, sizeof number);
    return number;
  }

  const std::byte* begin_;
  std::uint32_t size_, wire_;
};

}  // namespace netstray
