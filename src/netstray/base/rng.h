#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace netstray {

/// The random numbers of the whole program: xoshiro256++ (Blackman, Vigna 2019), seeded through SplitMix64, with
/// distributions of our own, because those of the standard library differ between implementations. The same seed gives
/// the same numbers anywhere. Not for secrets. One object per thread; `stream` gives independent ones that do not
/// depend on how many threads there are.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) noexcept;

  /// The generator number `index` of a family: use one per tree, chunk or row, so that the order of work does not
  /// matter.
  static Rng stream(std::uint64_t seed, std::uint64_t index) noexcept;

  std::uint64_t next() noexcept;
  /// Uniform in [0, 1), 53 bits.
  double uniform() noexcept;
  /// Uniform in [low, high).
  double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }
  /// Uniform in [0, bound), unbiased (Lemire 2019). `bound` >= 1.
  std::uint64_t below(std::uint64_t bound) noexcept;
  /// Standard normal (polar Box-Muller).
  double normal() noexcept;
  /// Exponential with mean 1.
  double exponential() noexcept;

  template <typename T>
  void shuffle(std::vector<T>& values) noexcept {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  /// `count` distinct numbers of [0, n), in random order; all of them where count >= n. O(count) memory and time.
  std::vector<std::uint32_t> sample(std::uint32_t n, std::uint32_t count);

 private:
  std::array<std::uint64_t, 4> state_{};
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

}  // namespace netstray
