#include "netstray/maths/isa.h"

#include <array>
#include <cstddef>

namespace netstray {
namespace {

constexpr std::array kAll{Isa::portable, Isa::avx2, Isa::avx512};

std::size_t count_usable() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw")) {
    return 3;
  }
  if (__builtin_cpu_supports("avx2")) return 2;
#endif
  return 1;
}

}  // namespace

std::span<const Isa> usable_isas() noexcept {
  static const std::size_t count = count_usable();
  return std::span(kAll).first(count);
}

Isa best_isa() noexcept { return usable_isas().back(); }

}  // namespace netstray
