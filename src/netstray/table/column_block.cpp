#include "netstray/table/column_block.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace netstray {
namespace {

constexpr std::size_t kWord = 8;
constexpr unsigned kByteBits = 8;
constexpr std::uint64_t kZeros = 0x3030303030303030;
constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// The first 8 bytes of a cell of 1 to 8 bytes, the last of them at the top, the places before the first empty (0).
std::uint64_t load_cell(std::string_view cell) noexcept {
  static_assert(kTextPadding >= kWord);
  std::uint64_t word = 0;
  std::memcpy(&word, cell.data(), kWord);
  return word << (kByteBits * (kWord - cell.size()));
}

bool all_digits(std::uint64_t word) noexcept {
  constexpr std::uint64_t kHighHalves = 0xf0f0f0f0f0f0f0f0;
  constexpr std::uint64_t kSixes = 0x0606060606060606;
  return (word & kHighHalves) == kZeros && ((word + kSixes) & kHighHalves) == kZeros;
}

/// Eight digits, the first in the lowest byte (D. Lemire, "Quickly parsing eight digits", 2018: three multiplications).
std::int64_t digits_value(std::uint64_t word) noexcept {
  constexpr std::uint64_t kDigits = 0x0f0f0f0f0f0f0f0f;
  constexpr std::uint64_t kTens = 2561;                    // 10 * 2^8 + 1
  constexpr std::uint64_t kHundreds = 6553601;             // 100 * 2^16 + 1
  constexpr std::uint64_t kTenThousands = 42949672960001;  // 10,000 * 2^32 + 1
  constexpr std::uint64_t kPairs = 0x00ff00ff00ff00ff;
  constexpr std::uint64_t kFours = 0x0000ffff0000ffff;
  word = (word & kDigits) * kTens >> 8U;
  word = (word & kPairs) * kHundreds >> 16U;
  return static_cast<std::int64_t>((word & kFours) * kTenThousands >> 32U);
}

/// A number of at most 8 digits and a point.
struct ShortNumber {
  std::int64_t mantissa;
  unsigned scale;
};

/// `word` as load_cell gives it; nothing for what is no plain number without a sign.
std::optional<ShortNumber> short_number(std::uint64_t word, std::size_t size, bool point_allowed) noexcept {
  constexpr std::uint64_t kPoints = kOnes * '.';
  unsigned scale = 0;
  if (point_allowed && size > 1) {
    const std::uint64_t difference = word ^ kPoints;
    const std::uint64_t points = (difference - kOnes) & ~difference & kHighBits;  // exact up to the lowest one
    if (points != 0) {
      const auto place = static_cast<unsigned>(std::countr_zero(points)) / kByteBits;
      scale = static_cast<unsigned>(kWord) - 1 - place;
      const std::uint64_t before = (std::uint64_t{1} << (kByteBits * place)) - 1;
      const std::uint64_t behind = place + 1 == kWord ? 0 : ~std::uint64_t{0} << (kByteBits * (place + 1));
      word = ((word & before) << kByteBits) | (word & behind);
      --size;
    }
  }
  if (size < kWord) word |= kZeros >> (kByteBits * size);
  if (!all_digits(word)) return {};
  return ShortNumber{digits_value(word), scale};
}

/// A cell's text without its quotes; the doubled ones inside become one, in `scratch`.
std::string_view unquoted(std::string_view cell, std::string& scratch) {
  if (!cell.starts_with('"')) return cell;
  cell = cell.substr(1, cell.size() - 2);
  if (cell.find('"') == std::string_view::npos) return cell;
  scratch.clear();
  for (std::size_t i = 0; i < cell.size(); ++i) {
    scratch += cell[i];
    if (cell[i] == '"') ++i;
  }
  return scratch;
}

bool append_any(const CsvIndex& index, std::size_t begin, std::size_t end, std::size_t column, RowReader& reader,
                Table& table) {
  std::string scratch;
  for (std::size_t row = begin; row < end; ++row) {
    if (!reader.append_cell(column, unquoted(index.raw(row, column), scratch), table)) return false;
  }
  return true;
}

/// Cells [row, end) of one column that are short plain numbers and fit the column as it is.
class NumberRun {
 public:
  NumberRun(const CsvIndex& index, std::size_t column, bool point_allowed, const Column& target)
      : index_(index), column_(column), point_allowed_(point_allowed), target_(target) {}

  /// Fills `out` with their values; stops at the first one of another kind.
  template <typename Narrow>
  std::size_t fill(Narrow* out, std::size_t row, std::size_t end) const {
    const Narrow* const first = out;
    std::uint64_t last_word = 0;
    std::size_t last_size = 0;
    Narrow last_value = 0;
    for (; row < end; ++row) {
      const std::string_view cell = index_.raw(row, column_);
      if (cell.size() - 1 >= kWord) break;
      const std::uint64_t word = load_cell(cell);
      if (word != last_word || cell.size() != last_size) {  // values come in runs
        const auto number = short_number(word, cell.size(), point_allowed_);
        if (!number) break;
        std::int64_t value = number->mantissa;
        if (!target_.rescale(value, number->scale) || value != static_cast<Narrow>(value)) break;
        last_word = word;
        last_size = cell.size();
        last_value = static_cast<Narrow>(value);
      }
      *out++ = last_value;
    }
    return static_cast<std::size_t>(out - first);
  }

 private:
  const CsvIndex& index_;
  std::size_t column_;
  bool point_allowed_;
  const Column& target_;
};

bool append_numbers(const CsvIndex& index, std::size_t begin, std::size_t end, std::size_t column, RowReader& reader,
                    Table& table) {
  Column& target = table.column(column);
  const NumberRun run(index, column, reader.kind(column) == RowReader::Kind::number, target);
  std::string scratch;
  for (std::size_t row = begin; row < end; ++row) {
    target.extend(end - row, [&](auto* out) {
      const std::size_t count = run.fill(out, row, end);
      row += count;
      return count;
    });
    if (row == end) break;
    if (!reader.append_cell(column, unquoted(index.raw(row, column), scratch), table)) return false;
    if (!target.holds_mantissas()) return append_any(index, row + 1, end, column, reader, table);
  }
  return true;
}

/// Codes of short texts seen before, so that they need not be looked up.
class RecentTexts {
 public:
  struct Entry {
    std::uint64_t word = 0;
    std::size_t size = 0;
    std::uint32_t code = 0;
  };
  const Entry* find(std::string_view cell) const noexcept {
    if (cell.size() - 1 >= kWord) return nullptr;
    const std::uint64_t word = load_cell(cell);
    const Entry& entry = entries_[place(word)];
    return entry.word == word && entry.size == cell.size() ? &entry : nullptr;
  }
  void keep(std::string_view cell, std::uint32_t code) noexcept {
    if (cell.size() - 1 >= kWord) return;
    const std::uint64_t word = load_cell(cell);
    entries_[place(word)] = {word, cell.size(), code};
  }

 private:
  static std::size_t place(std::uint64_t word) noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
    constexpr unsigned kShift = 64 - 6;
    return (word * kMix) >> kShift;
  }

  std::array<Entry, 64> entries_{};
};

bool append_texts(const CsvIndex& index, std::size_t begin, std::size_t end, std::size_t column, RowReader& reader,
                  Table& table) {
  Column& target = table.column(column);
  RecentTexts recent;
  std::string scratch;
  for (std::size_t row = begin; row < end; ++row) {
    target.extend(end - row, [&](auto* out) {
      const auto* const first = out;
      for (; row < end; ++row) {
        const auto* const known = recent.find(index.raw(row, column));
        if (known == nullptr) break;
        *out++ = static_cast<std::remove_pointer_t<decltype(out)>>(known->code);
      }
      return static_cast<std::size_t>(out - first);
    });
    if (row == end) break;
    const std::string_view raw = index.raw(row, column);
    reader.append_cell(column, unquoted(raw, scratch), table);
    const std::size_t last = target.size() - 1;
    if (!target.missing(last)) recent.keep(raw, target.code(last));
  }
  return true;
}

}  // namespace

bool append_column_block(const CsvIndex& index, std::size_t begin, std::size_t end, std::size_t column,
                         RowReader& reader, Table& table) {
  switch (reader.kind(column)) {
    case RowReader::Kind::integer:
    case RowReader::Kind::number:
      if (reader.markers().has_numbers() || !table.column(column).holds_mantissas()) break;
      return append_numbers(index, begin, end, column, reader, table);
    case RowReader::Kind::text:
      return append_texts(index, begin, end, column, reader, table);
    case RowReader::Kind::time:
    case RowReader::Kind::undecided:
      break;
  }
  return append_any(index, begin, end, column, reader, table);
}

}  // namespace netstray
