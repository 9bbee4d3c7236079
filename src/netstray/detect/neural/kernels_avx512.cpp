// Compiled with AVX-512 F, VL, BW and DQ (see CMakeLists.txt).
#include "netstray/detect/linear/logistic_kernels_body.h"
#include "netstray/detect/neural/dense_kernels_body.h"
#include "netstray/detect/neural/lane_kernels_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace netstray {
namespace {

struct Avx512Simd {
  using Float = float __attribute__((vector_size(64)));
  using Word = std::uint32_t __attribute__((vector_size(64)));
  static constexpr std::size_t kLanes = 16;
  using Double = double __attribute__((vector_size(64)));
  using Word64 = std::uint64_t __attribute__((vector_size(64)));
  static constexpr std::size_t kDoubles = 8;
  static constexpr std::size_t kTileVectors = 4;
  static constexpr std::size_t tile_rows(std::size_t vectors) noexcept { return vectors == 4 ? 4 : 8; }
  static constexpr std::size_t kGradientRows = 8;
  static constexpr std::size_t kGradientVectors = 2;
  static constexpr std::size_t kLaneUnits = 6;
  static constexpr std::size_t kLaneVectors = 4;

  [[gnu::always_inline]] static inline Double widened(const float* from) noexcept {
    return _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(from));
  }
  /// Masked, as GCC 12 takes the plain one's unused operand for a variable that was forgotten.
  [[gnu::always_inline]] static inline Float sqrt(const Float& x) noexcept { return _mm512_maskz_sqrt_ps(0xffff, x); }
};

constexpr DenseKernels kDense = DenseKernelBody<Avx512Simd>::kernels();
constexpr LaneKernels kLane = LaneKernelBody<Avx512Simd>::kernels();
constexpr LogisticKernels kLogistic = LogisticKernelBody<Avx512Simd>::kernels();

}  // namespace

const DenseKernels& avx512_dense_kernels() noexcept { return kDense; }

const LaneKernels& avx512_lane_kernels() noexcept { return kLane; }

const LogisticKernels& avx512_logistic_kernels() noexcept { return kLogistic; }

}  // namespace netstray
#endif
