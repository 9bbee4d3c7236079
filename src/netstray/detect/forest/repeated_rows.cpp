#include "netstray/detect/forest/repeated_rows.h"

#include <algorithm>
#include <bit>

#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

constexpr std::uint32_t kOdd = 0x9e3779b1U;

/// Mixes a column into the hashes of its rows.
template <typename Value>
struct MixColumn {
  const Value* values;
  std::uint32_t* hashes;
  std::size_t count;

  template <std::size_t Width>
  [[gnu::always_inline]] inline void run() const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t mixed = (hashes[i] ^ static_cast<std::uint32_t>(values[i])) * kOdd;
      hashes[i] = (mixed << 15U) | (mixed >> 17U);
    }
  }
};

template <>
struct MixColumn<float> {
  const float* values;
  std::uint32_t* hashes;
  std::size_t count;

  template <std::size_t Width>
  [[gnu::always_inline]] inline void run() const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t mixed = (hashes[i] ^ std::bit_cast<std::uint32_t>(values[i])) * kOdd;
      hashes[i] = (mixed << 15U) | (mixed >> 17U);
    }
  }
};

}  // namespace

void RepeatedRows::find(const Matrix& matrix, std::span<const std::uint32_t> columns, std::size_t begin,
                        std::size_t count) noexcept {
  std::fill_n(hashes_.begin(), count, 0U);
  for (const std::uint32_t column : columns) {
    if (column < matrix.number_columns()) {
      run_widest(MixColumn<float>{matrix.numbers(column).data() + begin, hashes_.data(), count});
    } else {
      const auto& codes = matrix.groups()[column - matrix.number_columns()].codes;
      run_widest(MixColumn<std::uint16_t>{codes.data() + begin, hashes_.data(), count});
    }
  }
  pair_up(count);
  std::fill_n(differ_.begin(), pair_count_, 0U);
  for (const std::uint32_t column : columns) compare(matrix, column, begin);
  // The pairs lie in the order of their rows: those that differ join the fresh ones at their place.
  std::size_t different = 0;
  for (std::size_t i = 0; i < pair_count_; ++i) {
    if (differ_[i] != 0) fresh_[fresh_count_ + different++] = row_[i];
  }
  const auto middle = fresh_.begin() + static_cast<std::ptrdiff_t>(fresh_count_);
  fresh_count_ += different;
  std::inplace_merge(fresh_.begin(), middle, fresh_.begin() + static_cast<std::ptrdiff_t>(fresh_count_));
}

/// A table of the rows seen, by hash; a row whose place another one took is only missed.
void RepeatedRows::pair_up(std::size_t count) noexcept {
  constexpr auto kShift = static_cast<unsigned>(std::countl_zero(static_cast<std::uint32_t>(kPlaces)) + 1);
  places_.fill(0);
  pair_count_ = 0;
  fresh_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto& place = places_[(hashes_[i] * kOdd) >> kShift];
    const bool seen = place < i && hashes_[place] == hashes_[i];
    row_[pair_count_] = static_cast<std::uint16_t>(i);
    equal_[pair_count_] = place;
    fresh_[fresh_count_] = static_cast<std::uint16_t>(i);
    pair_count_ += seen ? 1 : 0;
    fresh_count_ += seen ? 0 : 1;
    place = seen ? place : static_cast<std::uint16_t>(i);
  }
}

void RepeatedRows::compare(const Matrix& matrix, std::uint32_t column, std::size_t begin) noexcept {
  if (column < matrix.number_columns()) {
    const float* values = matrix.numbers(column).data() + begin;
    for (std::size_t i = 0; i < pair_count_; ++i) {
      differ_[i] |= std::bit_cast<std::uint32_t>(values[row_[i]]) ^ std::bit_cast<std::uint32_t>(values[equal_[i]]);
    }
  } else {
    const std::uint16_t* codes = matrix.groups()[column - matrix.number_columns()].codes.data() + begin;
    for (std::size_t i = 0; i < pair_count_; ++i) {
      differ_[i] |= static_cast<std::uint32_t>(codes[row_[i]] ^ codes[equal_[i]]);
    }
  }
}

}  // namespace netstray
