#include "netstray/maths/distinct_rows.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// One round of a multiply-and-fold hash.
std::uint64_t mix(std::uint64_t hash, std::uint32_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 32);
}

std::vector<std::uint64_t> row_hashes(const Matrix& matrix) {
  constexpr std::size_t kPiece = 4096;
  std::vector<std::uint64_t> hashes(matrix.rows(), 0x2545f4914f6cdd1dU);
  parallel_for(matrix.rows(), kPiece, [&](std::size_t begin, std::size_t end) {
    for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
      const auto values = matrix.numbers(column);
      for (std::size_t row = begin; row < end; ++row) {
        hashes[row] = mix(hashes[row], std::bit_cast<std::uint32_t>(values[row] + 0.0F));
      }
    }
    for (const auto& group : matrix.groups()) {
      for (std::size_t row = begin; row < end; ++row) hashes[row] = mix(hashes[row], group.codes[row]);
    }
  });
  return hashes;
}

bool equal_rows(const Matrix& matrix, std::uint32_t a, std::uint32_t b) noexcept {
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto values = matrix.numbers(column);
    if (values[a] != values[b]) return false;
  }
  return std::ranges::all_of(matrix.groups(), [&](const auto& group) { return group.codes[a] == group.codes[b]; });
}

}  // namespace

DistinctRows distinct_rows(const Matrix& matrix) {
  return distinct_by(row_hashes(matrix), [&](std::uint32_t a, std::uint32_t b) { return equal_rows(matrix, a, b); });
}

DistinctRows distinct_by(std::span<const std::uint64_t> hashes,
                         const std::function<bool(std::uint32_t, std::uint32_t)>& equal) {
  DistinctRows result;
  const auto rows = static_cast<std::uint32_t>(hashes.size());
  result.which.resize(rows);
  if (rows == 0) return result;
  const std::size_t mask = std::bit_ceil(std::size_t{rows} * 2) - 1;
  std::vector<std::uint32_t> slots(mask + 1, kNone);  // each: a place in `first`
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::size_t slot = hashes[row] & mask;
    for (;; slot = (slot + 1) & mask) {
      const std::uint32_t known = slots[slot];
      if (known == kNone) {
        slots[slot] = result.which[row] = static_cast<std::uint32_t>(result.first.size());
        result.first.push_back(row);
        result.copies.push_back(1);
        break;
      }
      const std::uint32_t other = result.first[known];
      if (hashes[other] == hashes[row] && equal(other, row)) {
        result.which[row] = known;
        ++result.copies[known];
        break;
      }
    }
  }
  return result;
}

}  // namespace netstray
