#pragma once

#include <cstddef>
#include <cstdint>

namespace netstray {

/// Which of 64 bytes of a CSV are of the kinds that give it its structure: bit i stands for byte i.
struct ByteMasks {
  std::uint64_t delimiters = 0;
  std::uint64_t line_ends = 0;
  std::uint64_t quotes = 0;
  std::uint64_t carriage_returns = 0;

  bool operator==(const ByteMasks&) const = default;
};

/// The masks of the `count` times 64 bytes at `text`, with the instruction set in use (base/instruction_set.h); the
/// same masks with each. Thread-safe.
void find_bytes(const char* text, std::size_t count, char delimiter, ByteMasks* masks) noexcept;

/// Bit i of the result is the parity of the bits 0 to i: for quotes, whether the byte is inside of them (an opening
/// quote is, a closing one is not).
inline std::uint64_t prefix_parity(std::uint64_t bits) noexcept {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace netstray
