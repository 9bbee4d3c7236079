#include "netstray/detect/neural/dense_kernels.h"

#include "netstray/detect/neural/lane_kernels.h"

namespace netstray {

const DenseKernels& dense_kernels() noexcept {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512:
      return avx512_dense_kernels();
    case InstructionSet::avx2:
      return avx2_dense_kernels();
    case InstructionSet::portable:
      break;
  }
#endif
  return portable_dense_kernels();
}

const LaneKernels& lane_kernels() noexcept {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512:
      return avx512_lane_kernels();
    case InstructionSet::avx2:
      return avx2_lane_kernels();
    case InstructionSet::portable:
      break;
  }
#endif
  return portable_lane_kernels();
}

}  // namespace netstray
