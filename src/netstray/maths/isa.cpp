#include "netstray/maths/isa.h"

#include <algorithm>

namespace netstray {
namespace {

Isa widest_here() noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return Isa::avx512;
  if (__builtin_cpu_supports("avx2")) return Isa::avx2;
#endif
  return Isa::portable;
}

Isa in_use = widest_here();

}  // namespace

Isa isa() noexcept { return in_use; }

void limit_isa(Isa widest) noexcept { in_use = std::min(widest, widest_here()); }

}  // namespace netstray
