#include "netstray/flow/sha1.h"

#include <bit>
#include <vector>

namespace netstray {
namespace {

constexpr std::size_t kBlock = 64;

using Words = std::array<std::uint32_t, 5>;

struct Round {
  std::uint32_t mixed, constant;
};

Round round_of(std::size_t step, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept {
  if (step < 20) return {(b & c) | (~b & d), 0x5a827999U};
  if (step < 40) return {b ^ c ^ d, 0x6ed9eba1U};
  if (step < 60) return {(b & c) | (b & d) | (c & d), 0x8f1bbcdcU};
  return {b ^ c ^ d, 0xca62c1d6U};
}

void add_block(Words& state, std::span<const std::uint8_t, kBlock> block) noexcept {
  std::array<std::uint32_t, 80> schedule{};
  for (std::size_t i = 0; i < kBlock; ++i) schedule[i / 4] = (schedule[i / 4] << 8U) | block[i];
  for (std::size_t i = 16; i < schedule.size(); ++i) {
    schedule[i] = std::rotl(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    const Round round = round_of(i, b, c, d);
    const std::uint32_t next = std::rotl(a, 5) + round.mixed + e + round.constant + schedule[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> padded(bytes.begin(), bytes.end());
  padded.push_back(0x80);
  while (padded.size() % kBlock != kBlock - 8) padded.push_back(0);
  const std::uint64_t bits = 8 * static_cast<std::uint64_t>(bytes.size());
  for (unsigned shift = 64; shift > 0; shift -= 8) padded.push_back(static_cast<std::uint8_t>(bits >> (shift - 8)));

  Words state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
  for (std::size_t at = 0; at < padded.size(); at += kBlock) {
    add_block(state, std::span<const std::uint8_t, kBlock>(padded.data() + at, kBlock));
  }
  std::array<std::uint8_t, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace netstray
