#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "netstray/base/instruction_set.h"
#include "netstray/base/rng.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// What the tests of the forests share; no part of the program.

inline float odd_value(Rng& rng, std::uint64_t kind) {
  constexpr float kHuge = std::numeric_limits<float>::max();
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  constexpr std::array kOdd{0.0F, -0.0F, kTiny, -kTiny, 3 * kTiny, kHuge, -kHuge, 1.0F, -1.0F};
  switch (kind) {
    case 0:
      return kOdd[rng.below(kOdd.size())];
    case 1:
      return static_cast<float>(rng.below(3));
    case 2:
      return std::nextafter(1.0F, rng.below(2) == 0 ? 0.0F : 2.0F);
    case 3:
      return static_cast<float>(rng.normal()) * 1e-40F;
    default:
      return static_cast<float>(rng.normal());
  }
}

/// Rows with ties, both zeros, numbers at both ends of the range, wide and narrow one-hot groups; many are copies of
/// others, alone and in runs.
inline Matrix adversarial_matrix(Rng& rng) {
  const std::size_t rows = 1 + rng.below(rng.below(3) == 0 ? 70 : 700);
  const std::uint64_t copies = rng.below(4);
  std::vector<std::uint32_t> from(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const bool copied = row > 0 && rng.below(4) < copies;
    from[row] = !copied ? row : rng.below(2) == 0 ? from[row - 1] : from[rng.below(row)];
  }
  Matrix matrix(rows);
  const std::size_t numbers = rng.below(4) == 0 ? 1 : rng.below(12);
  for (std::size_t column = 0; column < numbers; ++column) {
    const auto kind = rng.below(6);
    std::vector<float> values(rows);
    for (float& value : values) value = odd_value(rng, kind);
    std::vector<float> copied(rows);
    for (std::size_t row = 0; row < rows; ++row) copied[row] = values[from[row]];
    matrix.add_numbers(std::move(copied));
  }
  const std::size_t groups = rng.below(3) + (numbers == 0 ? 1 : 0);
  for (std::size_t group = 0; group < groups; ++group) {
    const auto width = static_cast<std::uint32_t>(1 + rng.below(rng.below(2) == 0 ? 5 : 3000));
    std::vector<std::uint16_t> codes(rows);
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(width));
    std::vector<std::uint16_t> copied(rows);
    for (std::size_t row = 0; row < rows; ++row) copied[row] = codes[from[row]];
    matrix.add_group(width, std::move(copied));
  }
  return matrix;
}

/// Those that this machine can run.
inline std::vector<InstructionSet> instruction_sets_here() {
  std::vector<InstructionSet> sets;
  for (const auto set : {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512}) {
    if (set <= supported_instruction_set()) sets.push_back(set);
  }
  return sets;
}

}  // namespace netstray
