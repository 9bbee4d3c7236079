#include "netstray/detect/forest/tree_kernels_body.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace netstray {
namespace {

/// Vectors of 16 bytes, which every 64-bit machine has.
struct PortableTrees {
  using Words = std::int32_t __attribute__((vector_size(16)));
  static constexpr std::size_t kLanes = 4;

  static std::uint32_t row_of(std::uint32_t bit) noexcept { return bit; }
  static std::uint32_t bit_of(std::uint32_t row) noexcept { return row; }

  [[gnu::always_inline]] static inline Words load(const std::int32_t* keys, std::size_t part) noexcept {
    return *reinterpret_cast<const Words*>(keys + part * kLanes);
  }
  /// The signs of 16 comparisons as bits.
  [[gnu::always_inline]] static inline std::uint64_t packed(const Words& a, const Words& b, const Words& c,
                                                            const Words& d) noexcept {
#if defined(__SSE2__)
    const auto of = [](const Words& words) { return reinterpret_cast<const __m128i&>(words); };
    const __m128i low = _mm_packs_epi32(of(a), of(b));
    const __m128i high = _mm_packs_epi32(of(c), of(d));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
#else
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
      bits |= (a[i] & 1ULL) << i | (b[i] & 1ULL) << (i + 4) | (c[i] & 1ULL) << (i + 8) | (d[i] & 1ULL) << (i + 12);
    }
    return bits;
#endif
  }
  template <typename Part>
  [[gnu::always_inline]] static inline std::uint64_t joined(const Part& part) noexcept {
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      mask |= packed(part(4 * i), part(4 * i + 1), part(4 * i + 2), part(4 * i + 3)) << (16 * i);
    }
    return mask;
  }

  [[gnu::always_inline]] static inline std::uint64_t greater(const std::int32_t* keys, std::int32_t key) noexcept {
    return joined([&](std::size_t i) { return load(keys, i) > key; });
  }
  [[gnu::always_inline]] static inline std::uint64_t within(const std::int32_t* keys, std::int32_t first,
                                                            std::int32_t span) noexcept {
    using Unsigned = std::uint32_t __attribute__((vector_size(16)));
    return joined([&](std::size_t i) {
      const auto away = reinterpret_cast<Unsigned>(load(keys, i)) - static_cast<std::uint32_t>(first);
      return reinterpret_cast<Words>(away) < span;
    });
  }

  [[gnu::always_inline]] static inline std::uint64_t beyond(const float* values, std::span<const PlaneTerm> terms,
                                                            double intercept) noexcept {
    std::array<double, kTreeBlockRows> sums{};
    for (const PlaneTerm& term : terms) {
      const float* from = values + std::size_t{term.slot} * kTreeBlockRows;
      for (std::size_t row = 0; row < sums.size(); ++row) sums[row] += term.normal * static_cast<double>(from[row]);
    }
    std::uint64_t mask = 0;
    for (std::size_t row = 0; row < sums.size(); ++row) mask |= std::uint64_t{sums[row] > intercept} << row;
    return mask;
  }

  class Sums {
   public:
    [[gnu::always_inline]] inline void add(std::uint64_t mask, std::uint32_t value) noexcept {
      for (std::size_t half = 0; half < 2; ++half) {
        const auto word = static_cast<std::uint32_t>(mask >> (32 * half));
        Unsigned bits{1, 2, 4, 8};
        for (std::size_t i = 0; i < 8; ++i) {
          const auto in = reinterpret_cast<Unsigned>((bits & word) == bits);
          sums_[8 * half + i] += in & value;
          bits <<= 4U;
        }
      }
    }
    [[gnu::always_inline]] inline void move_to(std::array<std::uint64_t, kTreeBlockRows>& paths) noexcept {
      for (std::size_t i = 0; i < sums_.size(); ++i) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) paths[i * kLanes + lane] += sums_[i][lane];
        sums_[i] = Unsigned{};
      }
    }

   private:
    using Unsigned = std::uint32_t __attribute__((vector_size(16)));
    std::array<Unsigned, 16> sums_{};
  };
};

constexpr TreeKernels kKernels = TreeKernelBody<PortableTrees>::kernels();

}  // namespace

const TreeKernels& portable_tree_kernels() noexcept { return kKernels; }

}  // namespace netstray
