// Compiled with AVX2 (see CMakeLists.txt).
#include "netstray/detect/linear/logistic_kernels_body.h"
#include "netstray/detect/neural/dense_kernels_body.h"
#include "netstray/detect/neural/lane_kernels_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace netstray {
namespace {

struct Avx2Simd {
  using Float = float __attribute__((vector_size(32)));
  using Word = std::uint32_t __attribute__((vector_size(32)));
  static constexpr std::size_t kLanes = 8;
  using Double = double __attribute__((vector_size(32)));
  using Word64 = std::uint64_t __attribute__((vector_size(32)));
  static constexpr std::size_t kDoubles = 4;
  static constexpr std::size_t kTileVectors = 2;
  static constexpr std::size_t tile_rows(std::size_t /*vectors*/) noexcept { return 4; }
  static constexpr std::size_t kGradientRows = 4;
  static constexpr std::size_t kGradientVectors = 2;
  static constexpr std::size_t kLaneUnits = 4;
  static constexpr std::size_t kLaneVectors = 2;

  [[gnu::always_inline]] static inline Double widened(const float* from) noexcept {
    return _mm256_cvtps_pd(_mm_loadu_ps(from));
  }
  [[gnu::always_inline]] static inline Float sqrt(const Float& x) noexcept { return _mm256_sqrt_ps(x); }
};

constexpr DenseKernels kDense = DenseKernelBody<Avx2Simd>::kernels();
constexpr LaneKernels kLane = LaneKernelBody<Avx2Simd>::kernels();
constexpr LogisticKernels kLogistic = LogisticKernelBody<Avx2Simd>::kernels();

}  // namespace

const DenseKernels& avx2_dense_kernels() noexcept { return kDense; }

const LaneKernels& avx2_lane_kernels() noexcept { return kLane; }

const LogisticKernels& avx2_logistic_kernels() noexcept { return kLogistic; }

}  // namespace netstray
#endif
