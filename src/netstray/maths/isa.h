#pragma once

#include <span>

namespace netstray {

/// Instruction sets that the hot kernels are compiled for. All give the same bits: a kernel adds in the same order in
/// each and never fuses a multiplication with an addition.
enum class Isa { portable, avx2, avx512 };

/// The best that this processor has.
Isa best_isa() noexcept;
/// All that it has, the best last: for tests that compare them.
std::span<const Isa> usable_isas() noexcept;

}  // namespace netstray
