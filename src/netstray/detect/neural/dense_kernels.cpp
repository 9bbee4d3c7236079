#include "netstray/detect/neural/dense_kernels.h"

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

}  // namespace netstray
