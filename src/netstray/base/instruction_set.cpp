#include "netstray/base/instruction_set.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr InstructionSet kAll[] = {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512};

InstructionSet find_widest() noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    return InstructionSet::avx512;
  }
  if (__builtin_cpu_supports("avx2")) return InstructionSet::avx2;
#endif
  return InstructionSet::portable;
}

InstructionSet limit = InstructionSet::avx512;

}  // namespace

InstructionSet supported_instruction_set() noexcept {
  static const InstructionSet widest = find_widest();
  return widest;
}

InstructionSet instruction_set() noexcept { return std::min(supported_instruction_set(), limit); }

std::string_view name_of(InstructionSet set) noexcept {
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

void limit_instruction_set(InstructionSet widest) noexcept { limit = widest; }

void limit_instruction_set_from_environment() {
  const char* wanted = std::getenv("NETSTRAY_ISA");
  if (wanted == nullptr || *wanted == '\0') return;
  for (const InstructionSet set : kAll) {
    if (name_of(set) != wanted) continue;
    if (set > supported_instruction_set()) {
      throw usage_error(fmt::format("NETSTRAY_ISA: this machine cannot run {}, at most {}", wanted,
                                    name_of(supported_instruction_set())));
    }
    return limit_instruction_set(set);
  }
  throw usage_error(fmt::format("NETSTRAY_ISA: found {}, expected portable, avx2 or avx512", quoted(wanted)));
}

}  // namespace netstray
