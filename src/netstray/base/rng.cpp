#include "netstray/base/rng.h"

#include <bit>
#include <cmath>
#include <numeric>

namespace netstray {
namespace {

constexpr std::uint32_t kNowhere = 0xffffffffU;

std::uint64_t split_mix(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) noexcept {
  for (auto& word : state_) word = split_mix(seed);
}

Rng Rng::stream(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t mixed = seed;
  const std::uint64_t first = split_mix(mixed);
  mixed = first ^ (index * 0xd1342543de82ef95ULL + 0x632be59bd9b4e019ULL);
  return Rng(split_mix(mixed));
}

std::uint64_t Rng::next() noexcept {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Rng::uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Rng::below(std::uint64_t bound) noexcept {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  auto low = static_cast<std::uint64_t>(product);
  if (low < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (low < threshold) {
      product = static_cast<Wide>(next()) * bound;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Rng::normal() noexcept {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = uniform(-1, 1);
    y = uniform(-1, 1);
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * std::log(square) / square);
  spare_normal_ = y * scale;
  has_spare_normal_ = true;
  return x * scale;
}

double Rng::exponential() noexcept { return -std::log1p(-uniform()); }

std::vector<std::uint32_t> Rng::sample(std::uint32_t n, std::uint32_t count) {
  if (count >= n) {
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0U);
    shuffle(all);
    return all;
  }
  // A Fisher-Yates shuffle of [0, n) of which only the touched places are kept, in a table by hash.
  struct Moved {
    std::uint32_t place = kNowhere;
    std::uint32_t value = 0;
  };
  const std::size_t mask = std::bit_ceil(2 * std::size_t{count}) - 1;
  std::vector<Moved> table(mask + 1);
  const auto find = [&](std::uint32_t place) -> Moved& {
    std::size_t at = (place * 0x9e3779b97f4a7c15ULL >> 32U) & mask;
    while (table[at].place != place && table[at].place != kNowhere) at = (at + 1) & mask;
    return table[at];
  };
  const auto value_at = [&](std::uint32_t place) {
    const Moved& found = find(place);
    return found.place == kNowhere ? place : found.value;
  };
  std::vector<std::uint32_t> drawn(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto j = static_cast<std::uint32_t>(i + below(n - i));
    drawn[i] = value_at(j);
    const std::uint32_t here = value_at(i);
    find(j) = {j, here};
  }
  return drawn;
}

}  // namespace netstray
