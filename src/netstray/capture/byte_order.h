#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace netstray {

/// Reads numbers as the machine that wrote a capture stored them. Callers see to it that the bytes are there.
class ByteOrder {
 public:
  ByteOrder() = default;
  explicit ByteOrder(bool swapped) noexcept : swapped_(swapped) {}

  bool swapped() const noexcept { return swapped_; }

  std::uint16_t u16(const std::byte* from) const noexcept {
    const auto value = native<std::uint16_t>(from);
    return swapped_ ? __builtin_bswap16(value) : value;
  }
  std::uint32_t u32(const std::byte* from) const noexcept {
    const auto value = native<std::uint32_t>(from);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  std::uint64_t u64(const std::byte* from) const noexcept {
    const auto value = native<std::uint64_t>(from);
    return swapped_ ? __builtin_bswap64(value) : value;
  }

  /// In this machine's own order.
  template <typename T>
  static T native(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }

 private:
  bool swapped_ = false;
};

}  // namespace netstray
