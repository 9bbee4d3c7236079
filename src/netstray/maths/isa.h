#pragma once

namespace netstray {

/// The instruction sets that hot kernels are compiled for. A kernel gives the same bits with each of them: the order of
/// its operations does not depend on the width of a register, and multiply-add is never fused.
enum class Isa { portable, avx2, avx512 };

/// The widest that this machine has, or what limit_isa allows of it.
Isa isa() noexcept;
/// Use at most this one from now on (for tests and comparisons). Not thread-safe.
void limit_isa(Isa widest) noexcept;

/// Calls `kernel.run<W>()`, compiled for the instruction set that isa() names, where W is how many f64 a register
/// holds. `run` must be const and always inlined ([[gnu::always_inline]]), as must be all that it calls in its hot
/// loops. Its file must be compiled with -ffp-contract=off.
#if defined(__x86_64__)
template <typename Kernel>
[[gnu::target("avx512f")]] void run_avx512(const Kernel& kernel) {
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
  if (isa() == Isa::avx512) return run_avx512(kernel);
  if (isa() == Isa::avx2) return run_avx2(kernel);
#endif
  kernel.template run<2>();
}

}  // namespace netstray
