#include "netstray/detect/forest/tree_kernels.h"

#include "netstray/base/instruction_set.h"

namespace netstray {

const TreeKernels& tree_kernels() noexcept {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512:
      return avx512_tree_kernels();
    case InstructionSet::avx2:
      return avx2_tree_kernels();
    case InstructionSet::portable:
      break;
  }
#endif
  return portable_tree_kernels();
}

}  // namespace netstray
