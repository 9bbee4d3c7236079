#include "netstray/table/column.h"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/core.h>

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
  if (!in_doubles_ && !align(mantissa, scale)) widen_to_double();
  if (in_doubles_) {
    doubles_.push_back(static_cast<double>(mantissa) / static_cast<double>(kPowers[scale]));
  } else {
    integers_.push_back(mantissa);
  }
  append_present();
}

bool Column::align(std::int64_t& mantissa, unsigned scale) {
  std::int64_t aligned = mantissa;
  while (scale > scale_ && aligned % 10 == 0) {
    aligned /= 10;
    --scale;
  }
  if (scale > scale_) {
    if (!integers_.multiply(kPowers[scale - scale_], kMantissaLimit)) return false;
    scale_ = scale;
  } else if (scale < scale_) {
    const std::int64_t factor = kPowers[scale_ - scale];
    const std::int64_t largest = (kMantissaLimit - 1) / factor;
    if (aligned > largest || aligned < -largest) return false;
    aligned *= factor;
  }
  mantissa = aligned;
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
  if (missing(row)) return {};
  if (holds_text()) return levels()[code(row)];
  if (type_ == ColumnType::time) return format_time(time(row));
  if (!in_doubles_ && scale_ == 0) return std::to_string(integers_[row]);
  return fmt::format("{}", number(row) + 0.0);  // a minus zero loses its sign
}

std::size_t Column::memory_bytes() const noexcept {
  constexpr std::size_t kBitsPerByte = 8;
  return sizeof(Column) + integers_.memory_bytes() + doubles_.capacity() * sizeof(double) + dictionary_.memory_bytes() +
         first_rows_.capacity() * sizeof(std::size_t) + missing_.capacity() / kBitsPerByte;
}

}  // namespace netstray
