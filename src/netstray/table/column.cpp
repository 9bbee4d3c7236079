#include "netstray/table/column.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

namespace netstray {
namespace {

constexpr auto kPowers = [] {
  std::array<std::int64_t, Column::kMaxScale + 1> powers{};
  std::int64_t power = 1;
  for (auto& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kNanoseconds = 1e9;

}  // namespace

double Column::power() const noexcept {
  return type_ == ColumnType::time ? kNanoseconds : static_cast<double>(kPowers[scale_]);
}

void Column::append_unaligned(std::int64_t mantissa, unsigned scale) {
  std::int64_t aligned = mantissa;
  if (!in_doubles_ && !align(aligned, scale)) widen_to_double();
  if (in_doubles_) {
    doubles_.push_back(static_cast<double>(mantissa) / static_cast<double>(kPowers[scale]));
  } else {
    integers_.push_back(aligned);
  }
  append_present();
}

bool Column::change_scale(std::int64_t& mantissa, unsigned scale) const noexcept {
  if (in_doubles_) return false;
  std::int64_t aligned = mantissa;
  while (scale > scale_ && aligned % 10 == 0) {
    aligned /= 10;
    --scale;
  }
  if (scale > scale_) return false;
  if (scale < scale_) {
    const std::int64_t factor = kPowers[scale_ - scale];
    const std::int64_t largest = (kMantissaLimit - 1) / factor;
    if (aligned > largest || aligned < -largest) return false;
    aligned *= factor;
  }
  mantissa = aligned;
  return true;
}

bool Column::align(std::int64_t& mantissa, unsigned scale) {
  while (scale > scale_ && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
  }
  if (scale <= scale_) return rescale(mantissa, scale);
  if (!integers_.multiply(kPowers[scale - scale_], kMantissaLimit)) return false;
  scale_ = scale;
  return true;
}

void Column::widen_to_double() {
  doubles_ = numbers();
  integers_ = NarrowInts();
  in_doubles_ = true;
}

void Column::append_number(double value) {
  if (std::isnan(value)) return append_missing();
  constexpr double kExact = 1e15;
  if (!in_doubles_ && std::fabs(value) < kExact && value == std::trunc(value)) {
    return append_decimal(static_cast<std::int64_t>(value), 0);
  }
  if (!in_doubles_) widen_to_double();
  doubles_.push_back(value);
  append_present();
}

void Column::append_text(std::string_view text) {
  const std::uint32_t code = dictionary_.code(text);
  if (code == first_rows_.size()) first_rows_.push_back(size_);
  integers_.push_back(code);
  append_present();
}

void Column::append_time(TimeNs time) {
  integers_.push_back(time);
  append_present();
}

void Column::append_missing() {
  if (missing_.empty()) missing_.resize(size_, false);
  missing_.push_back(true);
  ++missing_count_;
  ++size_;
  if (in_doubles_) {
    doubles_.push_back(kMissingNumber);
  } else {
    integers_.push_back(holds_text() ? -1 : 0);
  }
}

void Column::append_rows(const Column& from, std::size_t begin, std::size_t end) {
  if (holds_text()) {
    append_levels(from, end - begin, [begin](std::size_t i) { return begin + i; });
  } else {
    append_values(from, begin, end);
  }
  const std::size_t count = end - begin;
  if (from.missing_.empty()) return append_present(count);
  if (missing_.empty()) missing_.resize(size_, false);
  for (std::size_t row = begin; row < end; ++row) {
    missing_.push_back(from.missing_[row]);
    if (from.missing_[row]) ++missing_count_;
  }
  size_ += count;
}

/// Brings the mantissas to the larger one of the two scales; false where that takes f64.
bool Column::share_scale(const Column& from, std::size_t begin, std::size_t end) {
  if (from.scale_ > scale_) {
    if (!integers_.multiply(kPowers[from.scale_ - scale_], kMantissaLimit)) return false;
    scale_ = from.scale_;
  }
  if (from.scale_ == scale_) return true;
  const std::int64_t largest = (kMantissaLimit - 1) / kPowers[scale_ - from.scale_];
  return from.integers_.visit([&](const auto& values) {
    for (std::size_t row = begin; row < end; ++row) {
      if (values[row] > largest || values[row] < -largest) return false;
    }
    return true;
  });
}

void Column::append_values(const Column& from, std::size_t begin, std::size_t end) {
  if (!in_doubles_ && (from.in_doubles_ || !share_scale(from, begin, end))) widen_to_double();
  if (in_doubles_) {
    for (std::size_t row = begin; row < end; ++row) doubles_.push_back(from.number(row));
  } else {
    integers_.append(from.integers_, begin, end, kPowers[scale_ - from.scale_]);
  }
}

/// Appends the texts of row_at(0) to row_at(count - 1).
template <typename RowAt>
void Column::append_levels(const Column& from, std::size_t count, RowAt&& row_at) {
  constexpr std::int64_t kUnknown = -2;
  std::vector<std::int64_t> codes(from.levels().size(), kUnknown);
  std::vector<std::int64_t> appended;
  appended.reserve(count);
  from.integers_.visit([&](const auto& values) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = row_at(i);
      const std::int64_t code = row == kNoRow ? -1 : std::int64_t{values[row]};
      if (code < 0) {
        appended.push_back(-1);
        continue;
      }
      const auto level = static_cast<std::size_t>(code);
      if (codes[level] == kUnknown) {
        codes[level] = dictionary_.code(from.levels()[level]);
        if (static_cast<std::size_t>(codes[level]) == first_rows_.size()) first_rows_.push_back(size_ + i);
      }
      appended.push_back(codes[level]);
    }
  });
  integers_.append(appended);
}

Column Column::gather(std::span<const std::uint32_t> rows) const {
  Column picked(type_);
  picked.scale_ = scale_;
  picked.in_doubles_ = in_doubles_;
  if (holds_text()) {
    picked.append_levels(*this, rows.size(), [&](std::size_t i) { return rows[i]; });
  } else if (in_doubles_) {
    picked.doubles_.reserve(rows.size());
    for (const std::uint32_t row : rows) picked.doubles_.push_back(row == kNoRow ? kMissingNumber : doubles_[row]);
  } else {
    picked.integers_.append_picked(integers_, rows, kNoRow);
  }
  picked.size_ = rows.size();
  const auto is_missing = [this](std::uint32_t row) { return row == kNoRow || missing(row); };
  picked.missing_count_ = static_cast<std::size_t>(std::ranges::count_if(rows, is_missing));
  if (picked.missing_count_ == 0) return picked;
  picked.missing_.reserve(rows.size());
  for (const std::uint32_t row : rows) picked.missing_.push_back(is_missing(row));
  return picked;
}

void Column::reserve(std::size_t rows) {
  if (in_doubles_) {
    doubles_.reserve(rows);
  } else {
    integers_.reserve(rows);
  }
}

void Column::pop_back() {
  --size_;
  if (missing(size_)) --missing_count_;
  if (!missing_.empty()) missing_.pop_back();
  if (in_doubles_) return doubles_.pop_back();
  integers_.pop_back();
  if (!first_rows_.empty() && first_rows_.back() == size_) {
    first_rows_.pop_back();
    dictionary_.pop_back();
  }
}

void Column::become_number() noexcept {
  if (type_ == ColumnType::integer) type_ = ColumnType::number;
}

double Column::number(std::size_t row) const noexcept {
  if (in_doubles_) return doubles_[row];
  if (missing(row)) return kMissingNumber;
  return static_cast<double>(integers_[row]) / power();
}

std::vector<double> Column::numbers() const {
  if (in_doubles_) return doubles_;
  std::vector<double> result(size_);
  const double divisor = power();
  integers_.visit([&](const auto& values) {
    for (std::size_t row = 0; row < size_; ++row) result[row] = static_cast<double>(values[row]) / divisor;
  });
  for (std::size_t row = 0; row < missing_.size(); ++row) {
    if (missing_[row]) result[row] = kMissingNumber;
  }
  return result;
}

std::string Column::text(std::size_t row) const {
  std::string text;
  write_text(row, text);
  return text;
}

void Column::write_text(std::size_t row, std::string& line) const {
  if (missing(row)) return;
  if (holds_text()) {
    line += levels()[code(row)];
  } else if (type_ == ColumnType::time) {
    netstray::append_time(line, time(row));
  } else if (in_doubles_ || !write_decimal(integers_[row], line)) {
    fmt::format_to(std::back_inserter(line), "{}", number(row) + 0.0);  // a minus zero loses its sign
  }
}

/// Writes the digits of mantissa / 10^scale, which are the shortest that mean the same f64, as there are no more than
/// 15 of them. False, and nothing written, for numbers so small that an exponent is shorter.
bool Column::write_decimal(std::int64_t mantissa, std::string& line) const {
  constexpr std::int64_t kExponentBelow = 10'000;  // a part of 1
  unsigned scale = scale_;
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
    if (mantissa == 0) scale = 0;
  }
  const fmt::format_int digits(mantissa);
  if (scale == 0) {
    line.append(digits.data(), digits.size());
    return true;
  }
  const std::int64_t size = mantissa < 0 ? -mantissa : mantissa;
  if (size < kPowers[scale] / kExponentBelow) return false;
  const fmt::format_int whole(size / kPowers[scale]);
  const fmt::format_int part(size % kPowers[scale]);
  if (mantissa < 0) line += '-';
  line.append(whole.data(), whole.size());
  line += '.';
  line.append(scale - part.size(), '0');
  line.append(part.data(), part.size());
  return true;
}

std::size_t Column::memory_bytes() const noexcept {
  constexpr std::size_t kBitsPerByte = 8;
  return sizeof(Column) + integers_.memory_bytes() + doubles_.capacity() * sizeof(double) + dictionary_.memory_bytes() +
         first_rows_.capacity() * sizeof(std::size_t) + missing_.capacity() / kBitsPerByte;
}

}  // namespace netstray
