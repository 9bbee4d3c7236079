#include "netstray/detect/linear/logistic_kernels.h"

namespace netstray {

const LogisticKernels& logistic_kernels() noexcept {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512:
      return avx512_logistic_kernels();
    case InstructionSet::avx2:
      return avx2_logistic_kernels();
    case InstructionSet::portable:
      break;
  }
#endif
  return portable_logistic_kernels();
}

}  // namespace netstray
