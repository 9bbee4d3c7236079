#pragma once

#include <string_view>

namespace netstray {

/// Which vector instructions the hot loops use. All give the same bits: each loop does the same operations on the same
/// values in the same order, some of them more at a time, and multiply-add is never fused.
enum class InstructionSet { portable, avx2, avx512 };

/// What the hot loops use: the widest of supported_instruction_set(), NETSTRAY_ISA and limit_instruction_set. Found
/// once. Thread-safe.
InstructionSet instruction_set() noexcept;
/// The widest that this machine and its system can run.
InstructionSet supported_instruction_set() noexcept;
/// "portable", "avx2" or "avx512".
std::string_view name_of(InstructionSet set) noexcept;
/// Uses `widest` at most from now on: for tests that compare the paths. Not thread-safe.
void limit_instruction_set(InstructionSet widest) noexcept;
/// Limits it to what the environment variable NETSTRAY_ISA names, where it is set. Throws usage Error for a name that
/// is none, and where this machine cannot run it.
void limit_instruction_set_from_environment();

}  // namespace netstray
