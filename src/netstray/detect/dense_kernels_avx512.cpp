// Compiled with AVX-512 F, VL, BW and DQ (see CMakeLists.txt).
#include "netstray/detect/dense_kernels_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace netstray {
namespace {

struct Avx512Simd {
  using Float = float __attribute__((vector_size(64)));
  using Int = std::int32_t __attribute__((vector_size(64)));
  using Word = std::uint32_t __attribute__((vector_size(64)));
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kTileVectors = 4;
  static constexpr std::size_t tile_rows(std::size_t vectors) noexcept { return vectors == 4 ? 4 : 8; }
  static constexpr std::size_t kGradientRows = 8;
  static constexpr std::size_t kGradientVectors = 2;

  /// Masked, as GCC 12 takes the plain one's unused operand for a variable that was forgotten.
  [[gnu::always_inline]] static inline Float sqrt(const Float& x) noexcept { return _mm512_maskz_sqrt_ps(0xffff, x); }
};

constexpr DenseKernels kKernels = DenseKernelBody<Avx512Simd>::kernels();

}  // namespace

const DenseKernels& avx512_dense_kernels() noexcept { return kKernels; }

}  // namespace netstray
#endif
