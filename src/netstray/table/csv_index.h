#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "netstray/table/byte_masks.h"

namespace netstray {

/// Bytes behind a text that may be looked at, though they do not count: for reading words of it at a time.
inline constexpr std::size_t kTextPadding = 64;

/// Follows the quotes of a CSV through its bytes, 64 at a time, from a row's beginning on. It sees whether all of them
/// are where RFC 4180 has them: around a whole cell, and doubled inside.
class QuoteFollower {
 public:
  /// The bytes that are inside of quotes; nothing is known behind the first quote that is out of place.
  std::uint64_t inside(const ByteMasks& masks) noexcept {
    return (masks.quotes | inside_ | after_close_ | after_return_) == 0 ? pass(masks) : follow(masks);
  }
  /// Bits of the bytes last seen where a quote, or what stands behind one, is out of place.
  std::uint64_t misplaced() const noexcept { return misplaced_; }

 private:
  /// Bytes without quotes, outside of quotes.
  std::uint64_t pass(const ByteMasks& masks) noexcept {
    cell_start_ = (masks.delimiters | masks.line_ends) >> 63;
    misplaced_ = 0;
    return 0;
  }
  std::uint64_t follow(const ByteMasks& masks) noexcept;

  std::uint64_t inside_ = 0;        // all bits set: the next byte is inside
  std::uint64_t cell_start_ = 1;    // bit 0: a quote may open at the next byte
  std::uint64_t after_close_ = 0;   // bit 0: the last byte was a closing quote
  std::uint64_t after_return_ = 0;  // bit 0: the last byte was a carriage return behind a closing quote
  std::uint64_t misplaced_ = 0;
};

/// How many bytes at the front of `text`, which begins a row, are whole rows with nothing wrong about their quotes: up
/// to behind the last line end outside of quotes, of those before the first quote that is out of place. `text` is
/// followed by kTextPadding bytes that may be read.
std::size_t regular_rows(std::string_view text, char delimiter);

/// The cells of a text of whole rows as regular_rows gives it: where each ends.
class CsvIndex {
 public:
  /// Finds the cells; `text` must stay, and is followed by kTextPadding bytes. False where not every row has `columns`
  /// cells (an empty line is no row of cells either).
  bool build(std::string_view text, char delimiter, std::size_t columns);

  std::size_t rows() const noexcept { return rows_; }
  /// Line ends in the text, those within quotes too.
  std::size_t lines() const noexcept { return lines_; }

  /// A cell as it stands in the text, quotes included, line end excluded.
  std::string_view raw(std::size_t row, std::size_t column) const noexcept {
    const std::uint32_t* end = &ends_[row * columns_ + column + 1];
    const std::uint32_t begin = end[-1] + 1;
    std::string_view cell(text_ + begin, *end - begin);
    if (has_returns_ && column + 1 == columns_ && cell.ends_with('\r')) cell.remove_suffix(1);
    return cell;
  }
  /// The whole row, without its line end.
  std::string_view row(std::size_t row) const noexcept {
    const std::uint32_t begin = ends_[row * columns_] + 1;
    std::string_view text(text_ + begin, ends_[(row + 1) * columns_] - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
  }

 private:
  void find_cells(std::string_view text, char delimiter);
  void find_cells_by_bits(std::string_view text, char delimiter);
  void find_some(const ByteMasks& masks, std::uint64_t bits, std::size_t offset, QuoteFollower& quotes);

  const char* text_ = nullptr;
  std::size_t columns_ = 0;
  std::size_t rows_ = 0;
  std::size_t lines_ = 0;
  bool has_returns_ = false;  // there are carriage returns
  std::size_t count_ = 0;
  std::vector<std::uint32_t>
      ends_;  // count_ of them, of each cell, behind one that stands for the byte before the text
};

}  // namespace netstray
