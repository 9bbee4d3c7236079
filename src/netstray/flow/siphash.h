#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netstray {

/// What SipHash is keyed with: a secret, so that nobody outside can make keys that collide.
struct SipKey {
  std::uint64_t first = 0, second = 0;
};

/// SipHash-1-3 (Aumasson, Bernstein 2012, with the rounds of Rust and Python's hash tables) of whole 64-bit words;
/// their bytes in little-endian order, as if the message were 8 * words.size() bytes. `add` the words, then `finish`.
class SipHash13 {
 public:
  explicit SipHash13(const SipKey& key) noexcept
      : v0_(key.first ^ 0x736f6d6570736575ULL),
        v1_(key.second ^ 0x646f72616e646f6dULL),
        v2_(key.first ^ 0x6c7967656e657261ULL),
        v3_(key.second ^ 0x7465646279746573ULL) {}

  void add(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    v0_ ^= word;
    bytes_ += 8;
  }

  std::uint64_t finish() noexcept {
    const std::uint64_t last = bytes_ << 56U;
    v3_ ^= last;
    round();
    v0_ ^= last;
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() noexcept {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t bytes_ = 0;
};

}  // namespace netstray
