#include "netstray/base/instruction_set.h"

#include <algorithm>

namespace netstray {
namespace {

InstructionSet find_best() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    return InstructionSet::avx512;
  }
  if (__builtin_cpu_supports("avx2")) return InstructionSet::avx2;
#endif
  return InstructionSet::portable;
}

InstructionSet most_wanted = InstructionSet::avx512;

}  // namespace

InstructionSet instruction_set() noexcept {
  static const InstructionSet best = find_best();
  return std::min(best, most_wanted);
}

std::string_view instruction_set_name(InstructionSet set) noexcept {
  switch (set) {
    case InstructionSet::portable:
      return "portable";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
  }
  return "portable";
}

void limit_instruction_set(InstructionSet most) noexcept { most_wanted = most; }

}  // namespace netstray
