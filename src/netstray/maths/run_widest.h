#pragma once

#include "netstray/base/instruction_set.h"

namespace netstray {

/// Calls `kernel.run<W>()`, compiled for the instruction set in use, where W is how many f64 a register holds. `run`
/// must be const and always inlined ([[gnu::always_inline]]), as must be all that it calls in its hot loops. A kernel
/// gives the same bits with each set: the order of its operations must not depend on W.
#if defined(__x86_64__)
template <typename Kernel>
[[gnu::target("avx512f,avx512vl,avx512bw,avx512dq")]] void run_avx512(const Kernel& kernel) {
  kernel.template run<8>();
}
template <typename Kernel>
[[gnu::target("avx2")]] void run_avx2(const Kernel& kernel) {
  kernel.template run<4>();
}
#endif

template <typename Kernel>
void run_widest(const Kernel& kernel) {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return run_avx512(kernel);
  if (instruction_set() == InstructionSet::avx2) return run_avx2(kernel);
#endif
  kernel.template run<2>();
}

}  // namespace netstray
