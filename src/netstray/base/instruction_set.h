#pragma once

#include <string_view>

namespace netstray {

/// Which vector instructions the hot loops use. All give the same bits: each loop does the same operations on the same
/// values in the same order, some of them more at a time.
enum class InstructionSet { portable, avx2, avx512 };

/// The best that this machine and its system can run, found once. Thread-safe.
InstructionSet instruction_set() noexcept;
/// "portable", "avx2" or "avx512".
std::string_view instruction_set_name(InstructionSet set) noexcept;
/// Uses `most` at most from now on: for tests that compare the paths. Not thread-safe.
void limit_instruction_set(InstructionSet most) noexcept;

}  // namespace netstray
