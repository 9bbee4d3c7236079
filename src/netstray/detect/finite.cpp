#include "netstray/detect/finite.h"

#include <bit>
#include <cstdint>
#include <span>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

/// Without a branch per value, so that the compiler can take many at a time.
bool all_finite(std::span<const float> values) noexcept {
  constexpr std::uint32_t kExponent = 0x7f800000U;
  std::uint32_t bad = 0;
  for (const float value : values) {
    bad |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
  }
  return bad == 0;
}

}  // namespace

void expect_finite(const Matrix& matrix, std::string_view detector) {
  parallel_for(matrix.number_columns(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t column = begin; column < end; ++column) {
      if (!all_finite(matrix.numbers(column))) {
        throw Error(fmt::format("{}: column {} holds a value that is not finite", detector, column));
      }
    }
  });
}

}  // namespace netstray
