#include "netstray/table/csv_index.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "netstray/base/instruction_set.h"

namespace netstray {
namespace {

constexpr std::size_t kBytes = 64;
constexpr std::size_t kStrip = 128;  // masks found at once

/// Those of the 64 bits from `offset` on that belong to a text of `size` bytes.
std::uint64_t bits_of(std::size_t size, std::size_t offset) noexcept {
  const std::size_t left = size - offset;
  return left < kBytes ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
}

/// Calls use(masks, bits, offset) for each 64 bytes of the text in order, until it returns false; `bits` has those set
/// that belong to the text.
template <typename Use>
[[gnu::always_inline]] inline void for_each_mask(std::string_view text, char delimiter, const Use& use) {
  std::array<ByteMasks, kStrip> masks;
  const std::size_t blocks = (text.size() + kBytes - 1) / kBytes;
  for (std::size_t begin = 0; begin < blocks; begin += kStrip) {
    const std::size_t count = std::min(kStrip, blocks - begin);
    find_bytes(text.data() + begin * kBytes, count, delimiter, masks.data());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t offset = (begin + i) * kBytes;
      if (!use(masks[i], bits_of(text.size(), offset), offset)) return;
    }
  }
}

}  // namespace

std::uint64_t QuoteFollower::follow(const ByteMasks& masks) noexcept {
  const std::uint64_t quotes = masks.quotes;
  const std::uint64_t inside = prefix_parity(quotes) ^ inside_;
  const std::uint64_t opening = quotes & inside;
  const std::uint64_t closing = quotes & ~inside;
  const std::uint64_t breaks = masks.delimiters | masks.line_ends;
  const std::uint64_t may_open = ((breaks | closing) << 1) | cell_start_;
  const std::uint64_t behind_close = (closing << 1) | after_close_;
  const std::uint64_t returns = behind_close & masks.carriage_returns;
  const std::uint64_t behind_return = (returns << 1) | after_return_;
  misplaced_ = (opening & ~may_open) | (behind_close & ~(breaks | quotes | masks.carriage_returns)) |
               (behind_return & ~masks.line_ends);
  inside_ = std::uint64_t{0} - (inside >> 63);
  cell_start_ = (breaks | closing) >> 63;
  after_close_ = closing >> 63;
  after_return_ = returns >> 63;
  return inside;
}

std::size_t regular_rows(std::string_view text, char delimiter) {
  if (text.find('"') == std::string_view::npos) return text.rfind('\n') + 1;
  QuoteFollower quotes;
  std::size_t length = 0;
  for_each_mask(text, delimiter, [&](const ByteMasks& masks, std::uint64_t bits, std::size_t offset) {
    const std::uint64_t inside = quotes.inside(masks);
    const std::uint64_t misplaced = quotes.misplaced() & bits;
    if (misplaced != 0) bits = (misplaced & (~misplaced + 1)) - 1;  // those before the first one
    const std::uint64_t ends = masks.line_ends & ~inside & bits;
    if (ends != 0) length = offset + kBytes - static_cast<std::size_t>(std::countl_zero(ends));
    return misplaced == 0;
  });
  return length;
}

[[gnu::always_inline]] inline void CsvIndex::find_some(const ByteMasks& masks, std::uint64_t bits, std::size_t offset,
                                                       QuoteFollower& quotes) {
  constexpr unsigned kAtOnce = 8;
  const std::uint64_t outside = ~quotes.inside(masks) & bits;
  lines_ += static_cast<std::size_t>(__builtin_popcountll(masks.line_ends & bits));
  rows_ += static_cast<std::size_t>(__builtin_popcountll(masks.line_ends & outside));
  has_returns_ = has_returns_ || masks.carriage_returns != 0;
  std::uint64_t ends = (masks.delimiters | masks.line_ends) & outside;
  if (ends_.size() < count_ + kBytes + kAtOnce) ends_.resize(2 * ends_.size() + kBytes + kAtOnce);
  std::uint32_t* out = ends_.data() + count_;
  const auto found = static_cast<unsigned>(__builtin_popcountll(ends));
  count_ += found;
  for (unsigned i = 0; i < found; i += kAtOnce) {  // a few too many are written rather than a branch for each
    for (unsigned j = 0; j < kAtOnce; ++j, ends &= ends - 1) {
      *out++ = static_cast<std::uint32_t>(offset) + static_cast<std::uint32_t>(std::countr_zero(ends));
    }
  }
}

void CsvIndex::find_cells(std::string_view text, char delimiter) {
  QuoteFollower quotes;
  for_each_mask(text, delimiter,
                [this, &quotes](const ByteMasks& masks, std::uint64_t bits, std::size_t offset)
                    __attribute__((always_inline)) {
                      find_some(masks, bits, offset, quotes);
                      return true;
                    });
}

#if defined(__x86_64__)
/// The same with the instructions that count and find bits.
[[gnu::target("bmi,bmi2,lzcnt,popcnt")]] void CsvIndex::find_cells_by_bits(std::string_view text, char delimiter) {
  QuoteFollower quotes;
  for_each_mask(text, delimiter,
                [this, &quotes](const ByteMasks& masks, std::uint64_t bits, std::size_t offset)
                    __attribute__((always_inline)) {
                      find_some(masks, bits, offset, quotes);
                      return true;
                    });
}
#endif

bool CsvIndex::build(std::string_view text, char delimiter, std::size_t columns) {
  text_ = text.data();
  columns_ = columns;
  lines_ = 0;
  rows_ = 0;
  count_ = 1;
  has_returns_ = false;
  constexpr std::size_t kLikelyCell = 3;
  if (ends_.size() < text.size() / kLikelyCell) ends_.resize(text.size() / kLikelyCell);
#if defined(__x86_64__)
  static const bool has_bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                               __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("popcnt");
  if (has_bits && instruction_set() != InstructionSet::portable) {
    find_cells_by_bits(text, delimiter);
  } else {
    find_cells(text, delimiter);
  }
#else
  find_cells(text, delimiter);
#endif
  if (count_ - 1 != rows_ * columns) return false;
  ends_.front() = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t row = 1; row <= rows_; ++row) {
    if (text_[ends_[row * columns]] != '\n') return false;
  }
  return true;
}

}  // namespace netstray
