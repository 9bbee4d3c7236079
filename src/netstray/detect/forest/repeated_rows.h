#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/maths/matrix.h"

namespace netstray {

/// Finds rows that are equal to one before them among up to kMost consecutive rows, so that they need not be scored
/// again: traffic repeats itself. Exact where it says so; some equal rows may be missed. About 100 KB, to be used
/// again.
class RepeatedRows {
 public:
  static constexpr std::size_t kMost = 4096;

  /// Looks at rows [begin, begin + count), count <= kMost, in the columns given: number columns, then number_columns()
  /// + group. Their values are compared as bits.
  void find(const Matrix& matrix, std::span<const std::uint32_t> columns, std::size_t begin,
            std::size_t count) noexcept;

  /// Rows without an equal one before them, ascending, counted from `begin`.
  std::span<const std::uint16_t> fresh() const noexcept { return std::span(fresh_).first(fresh_count_); }
  /// Gives each row that is not fresh the value of its equal.
  template <typename T>
  void spread(std::span<T> values) const noexcept {
    for (std::size_t i = 0; i < pair_count_; ++i) {
      if (differ_[i] == 0) values[row_[i]] = values[equal_[i]];
    }
  }

 private:
  void pair_up(std::size_t count) noexcept;
  void compare(const Matrix& matrix, std::uint32_t column, std::size_t begin) noexcept;

  static constexpr std::size_t kPlaces = 2 * kMost;

  std::array<std::uint32_t, kMost> hashes_{};
  std::array<std::uint16_t, kPlaces> places_{};       ///< by hash: a row
  std::array<std::uint16_t, kMost> row_{}, equal_{};  ///< pairs with one hash
  std::array<std::uint32_t, kMost> differ_{};         ///< per pair: 0 where they are equal
  std::array<std::uint16_t, kMost> fresh_{};
  std::size_t pair_count_ = 0;
  std::size_t fresh_count_ = 0;
};

}  // namespace netstray
