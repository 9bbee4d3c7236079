// Compiled with AVX2 (see CMakeLists.txt).
#include "netstray/detect/forest/tree_kernels_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace netstray {
namespace {

struct Doubles {
  __m256d numbers;
};

/// Packing four registers of comparisons into one of bytes interleaves their halves; masks keep that order. Of 32 rows,
/// bit 16 h + 4 v + l is row 8 v + 4 h + l.
struct Avx2Trees {
  static constexpr std::size_t kLanes = 8;

  [[gnu::always_inline]] static inline std::uint32_t row_of(std::uint32_t bit) noexcept {
    return (bit & 0x23U) | ((bit & 0x0cU) << 1U) | ((bit & 0x10U) >> 2U);
  }
  [[gnu::always_inline]] static inline std::uint32_t bit_of(std::uint32_t row) noexcept {
    return (row & 0x23U) | ((row & 0x18U) >> 1U) | ((row & 0x04U) << 2U);
  }

  [[gnu::always_inline]] static inline __m256i load(const std::int32_t* keys, std::size_t part) noexcept {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(keys + part * kLanes));
  }
  template <typename Part>
  [[gnu::always_inline]] static inline std::uint64_t joined(const Part& part) noexcept {
    const auto half = [&](std::size_t i) {
      const __m256i low = _mm256_packs_epi32(part(i), part(i + 1));
      const __m256i high = _mm256_packs_epi32(part(i + 2), part(i + 3));
      return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_packs_epi16(low, high)));
    };
    return half(0) | std::uint64_t{half(4)} << 32U;
  }

  [[gnu::always_inline]] static inline std::uint64_t greater(const std::int32_t* keys, std::int32_t key) noexcept {
    const __m256i limit = _mm256_set1_epi32(key);
    return joined([&](std::size_t i) { return _mm256_cmpgt_epi32(load(keys, i), limit); });
  }
  [[gnu::always_inline]] static inline std::uint64_t within(const std::int32_t* keys, std::int32_t first,
                                                            std::int32_t span) noexcept {
    const __m256i from = _mm256_set1_epi32(first);
    const __m256i limit = _mm256_set1_epi32(span);
    return joined([&](std::size_t i) { return _mm256_cmpgt_epi32(limit, _mm256_sub_epi32(load(keys, i), from)); });
  }

  [[gnu::always_inline]] static inline std::uint64_t beyond(const float* values, std::span<const PlaneTerm> terms,
                                                            double intercept) noexcept {
    return beyond_half(values, terms, intercept) | beyond_half(values + 32, terms, intercept) << 32U;
  }
  /// 32 rows, 4 at a time: part i is rows 4 i to 4 i + 3.
  [[gnu::always_inline]] static inline std::uint64_t beyond_half(const float* values, std::span<const PlaneTerm> terms,
                                                                 double intercept) noexcept {
    std::array<Doubles, 8> sums{};
    for (const PlaneTerm& term : terms) {
      const float* from = values + std::size_t{term.slot} * kTreeBlockRows;
      const __m256d normal = _mm256_set1_pd(term.normal);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const __m256d wide = _mm256_cvtps_pd(_mm_load_ps(from + i * 4));
        sums[i].numbers = _mm256_add_pd(sums[i].numbers, _mm256_mul_pd(normal, wide));
      }
    }
    const __m256d limit = _mm256_set1_pd(intercept);
    std::uint64_t mask = 0;
    for (std::uint32_t i = 0; i < sums.size(); ++i) {
      const int bits = _mm256_movemask_pd(_mm256_cmp_pd(sums[i].numbers, limit, _CMP_GT_OQ));
      mask |= static_cast<std::uint64_t>(bits) << bit_of(4 * i);
    }
    return mask;
  }

  class Sums {
   public:
    [[gnu::always_inline]] inline void add(std::uint64_t mask, std::uint32_t value) noexcept {
      const __m256i values = _mm256_set1_epi32(static_cast<int>(value));
      __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 1 << 16, 1 << 17, 1 << 18, 1 << 19);
      const __m256i low = _mm256_set1_epi32(static_cast<int>(mask));
      const __m256i high = _mm256_set1_epi32(static_cast<int>(mask >> 32U));
      for (std::size_t i = 0; i < 4; ++i) {
        const __m256i in_low = _mm256_cmpeq_epi32(_mm256_and_si256(low, bits), bits);
        const __m256i in_high = _mm256_cmpeq_epi32(_mm256_and_si256(high, bits), bits);
        sums_[i].words = _mm256_add_epi32(sums_[i].words, _mm256_and_si256(in_low, values));
        sums_[i + 4].words = _mm256_add_epi32(sums_[i + 4].words, _mm256_and_si256(in_high, values));
        bits = _mm256_slli_epi32(bits, 4);
      }
    }
    [[gnu::always_inline]] inline void move_to(std::array<std::uint64_t, kTreeBlockRows>& paths) noexcept {
      alignas(32) std::array<std::uint32_t, kTreeBlockRows> rows{};
      for (std::size_t i = 0; i < sums_.size(); ++i) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(&rows[i * kLanes]), sums_[i].words);
      }
      for (std::size_t row = 0; row < kTreeBlockRows; ++row) paths[row] += rows[row];
      sums_ = {};
    }

   private:
    struct Register {
      __m256i words;
    };
    std::array<Register, 8> sums_{};
  };
};

constexpr TreeKernels kKernels = TreeKernelBody<Avx2Trees>::kernels();

}  // namespace

const TreeKernels& avx2_tree_kernels() noexcept { return kKernels; }

}  // namespace netstray
#endif
