#include "netstray/detect/linear/logistic_kernels_body.h"
#include "netstray/detect/neural/dense_kernels_body.h"
#include "netstray/detect/neural/lane_kernels_body.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace netstray {
namespace {

/// Vectors of 16 bytes, which every 64-bit machine has.
struct PortableSimd {
  using Float = float __attribute__((vector_size(16)));
  using Word = std::uint32_t __attribute__((vector_size(16)));
  static constexpr std::size_t kLanes = 4;
  using Double = double __attribute__((vector_size(16)));
  using Word64 = std::uint64_t __attribute__((vector_size(16)));
  static constexpr std::size_t kDoubles = 2;
  static constexpr std::size_t kTileVectors = 2;
  static constexpr std::size_t tile_rows(std::size_t /*vectors*/) noexcept { return 4; }
  static constexpr std::size_t kGradientRows = 4;
  static constexpr std::size_t kGradientVectors = 2;
  static constexpr std::size_t kLaneUnits = 4;
  static constexpr std::size_t kLaneVectors = 2;

  static Double widened(const float* from) noexcept {
    return Double{static_cast<double>(from[0]), static_cast<double>(from[1])};
  }
  static Float sqrt(const Float& x) noexcept {
#if defined(__SSE2__)
    return _mm_sqrt_ps(x);
#else
    return Float{__builtin_sqrtf(x[0]), __builtin_sqrtf(x[1]), __builtin_sqrtf(x[2]), __builtin_sqrtf(x[3])};
#endif
  }
};

constexpr DenseKernels kDense = DenseKernelBody<PortableSimd>::kernels();
constexpr LaneKernels kLane = LaneKernelBody<PortableSimd>::kernels();
constexpr LogisticKernels kLogistic = LogisticKernelBody<PortableSimd>::kernels();

}  // namespace

const DenseKernels& portable_dense_kernels() noexcept { return kDense; }

const LaneKernels& portable_lane_kernels() noexcept { return kLane; }

const LogisticKernels& portable_logistic_kernels() noexcept { return kLogistic; }

}  // namespace netstray
