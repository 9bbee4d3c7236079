// Compiled with AVX-512 F, VL, BW and DQ (see CMakeLists.txt).
#include "netstray/detect/forest/tree_kernels_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace netstray {
namespace {

struct Doubles {
  __m512d numbers;
};

struct Avx512Trees {
  static constexpr std::size_t kLanes = 16;

  [[gnu::always_inline]] static inline std::uint32_t row_of(std::uint32_t bit) noexcept { return bit; }
  [[gnu::always_inline]] static inline std::uint32_t bit_of(std::uint32_t row) noexcept { return row; }

  [[gnu::always_inline]] static inline __m512i load(const std::int32_t* keys, std::size_t part) noexcept {
    return _mm512_load_si512(keys + part * kLanes);
  }
  [[gnu::always_inline]] static inline std::uint64_t joined(__mmask16 a, __mmask16 b, __mmask16 c,
                                                            __mmask16 d) noexcept {
    return _cvtmask64_u64(_mm512_kunpackd(_mm512_kunpackw(d, c), _mm512_kunpackw(b, a)));
  }

  [[gnu::always_inline]] static inline std::uint64_t greater(const std::int32_t* keys, std::int32_t key) noexcept {
    const __m512i limit = _mm512_set1_epi32(key);
    return joined(_mm512_cmpgt_epi32_mask(load(keys, 0), limit), _mm512_cmpgt_epi32_mask(load(keys, 1), limit),
                  _mm512_cmpgt_epi32_mask(load(keys, 2), limit), _mm512_cmpgt_epi32_mask(load(keys, 3), limit));
  }
  [[gnu::always_inline]] static inline std::uint64_t within(const std::int32_t* keys, std::int32_t first,
                                                            std::int32_t span) noexcept {
    const __m512i from = _mm512_set1_epi32(first);
    const __m512i limit = _mm512_set1_epi32(span);
    const auto part = [&](std::size_t i) {
      return _mm512_cmplt_epi32_mask(_mm512_sub_epi32(load(keys, i), from), limit);
    };
    return joined(part(0), part(1), part(2), part(3));
  }

  [[gnu::always_inline]] static inline std::uint64_t beyond(const float* values, std::span<const PlaneTerm> terms,
                                                            double intercept) noexcept {
    std::array<Doubles, 8> sums{};
    for (const PlaneTerm& term : terms) {
      const float* from = values + std::size_t{term.slot} * kTreeBlockRows;
      const __m512d normal = _mm512_set1_pd(term.normal);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const __m512d wide = _mm512_maskz_cvtps_pd(0xff, _mm256_load_ps(from + i * 8));
        sums[i].numbers = _mm512_add_pd(sums[i].numbers, _mm512_mul_pd(normal, wide));
      }
    }
    const __m512d limit = _mm512_set1_pd(intercept);
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      mask |= std::uint64_t{_mm512_cmp_pd_mask(sums[i].numbers, limit, _CMP_GT_OQ)} << (8 * i);
    }
    return mask;
  }

  class Sums {
   public:
    [[gnu::always_inline]] inline void add(std::uint64_t mask, std::uint32_t value) noexcept {
      const __m512i values = _mm512_set1_epi32(static_cast<int>(value));
      for (std::size_t i = 0; i < 4; ++i) {
        auto& sum = sums_[i].words;
        sum = _mm512_mask_add_epi32(sum, static_cast<__mmask16>(mask >> (i * kLanes)), sum, values);
      }
    }
    [[gnu::always_inline]] inline void move_to(std::array<std::uint64_t, kTreeBlockRows>& paths) noexcept {
      alignas(64) std::array<std::uint32_t, kTreeBlockRows> rows{};
      for (std::size_t i = 0; i < sums_.size(); ++i) _mm512_store_si512(&rows[i * kLanes], sums_[i].words);
      for (std::size_t row = 0; row < kTreeBlockRows; ++row) paths[row] += rows[row];
      sums_ = {};
    }

   private:
    struct Register {
      __m512i words;
    };
    std::array<Register, 4> sums_{};
  };
};

constexpr TreeKernels kKernels = TreeKernelBody<Avx512Trees>::kernels();

}  // namespace

const TreeKernels& avx512_tree_kernels() noexcept { return kKernels; }

}  // namespace netstray
#endif
