#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/table/dictionary.h"
#include "netstray/table/narrow_ints.h"
#include "netstray/table/schema.h"

namespace netstray {

/// One column's values, kept as narrow as they allow:
/// - integer, number: decimal mantissas in 1, 2, 4 or 8 bytes with one power of ten for the column ("0.25" is 25 /
///   10^2), widened as rows come; f64 only where a value has more than 15 digits or a large exponent. The value is the
///   f64 nearest to the text, always.
/// - category, address: a dictionary of texts and codes of 1, 2 or 4 bytes, in order of first appearance.
/// - time: nanoseconds since 1970 (i64).
/// A missing value is told by missing(); its number is NaN, its text "".
class Column {
 public:
  explicit Column(ColumnType type) : type_(type) {}

  ColumnType type() const noexcept { return type_; }
  std::size_t size() const noexcept { return size_; }

  /// The largest scale, and the size that no mantissa of a scale above 0 reaches: both parts of the division are then
  /// exact as f64, so that its result is the nearest f64.
  static constexpr unsigned kMaxScale = 15;
  static constexpr std::int64_t kMantissaLimit = 1'000'000'000'000'000;

  /// Appending. append_decimal and append_number are for integer and number, append_text for category and address,
  /// append_time for time. A decimal is `mantissa / 10^scale`, scale <= 15, |mantissa| < 10^15 (with scale 0: any).
  /// A NaN is a missing value.
  void append_decimal(std::int64_t mantissa, unsigned scale) {
    if (scale != scale_ || in_doubles_) return append_unaligned(mantissa, scale);
    integers_.push_back(mantissa);
    append_present();
  }
  /// Brings a decimal to the scale that the column's mantissas have, where that needs no other one; false, and nothing
  /// done, where it does or where the column holds f64.
  bool rescale(std::int64_t& mantissa, unsigned scale) const noexcept {
    return (scale == scale_ && !in_doubles_) || change_scale(mantissa, scale);
  }
  bool holds_mantissas() const noexcept { return !in_doubles_; }
  /// Appends up to `count` values at once, none of them missing: calls fill(first), where `first` points to that many
  /// integers of 1 to 8 bytes, and keeps as many as it returns. They are mantissas of the column's scale (only while it
  /// holds them), or codes of levels that are there.
  template <typename Fill>
  void extend(std::size_t count, Fill&& fill) {
    const std::size_t old_size = integers_.size();
    integers_.extend(count, std::forward<Fill>(fill));
    append_present(integers_.size() - old_size);
  }
  void append_number(double value);
  void append_text(std::string_view text);
  void append_time(TimeNs time);
  void append_missing();
  /// Appends the rows [begin, end) of a column of the same type (to a number column also of an integer one), as if
  /// their values were appended one by one.
  void append_rows(const Column& from, std::size_t begin, std::size_t end);
  /// A column of these rows, in this order; kNoRow stands for a missing value.
  static constexpr std::uint32_t kNoRow = 0xffffffffU;
  Column gather(std::span<const std::uint32_t> rows) const;
  void reserve(std::size_t rows);
  /// Takes back the last row; a level that only this row had goes with it.
  void pop_back();
  /// Makes an integer column a number column; its values stay. Nothing for a number column.
  void become_number() noexcept;

  bool has_missing() const noexcept { return missing_count_ > 0; }
  std::size_t missing_count() const noexcept { return missing_count_; }
  bool missing(std::size_t row) const noexcept { return !missing_.empty() && missing_[row]; }

  /// integer, number: the value; time: seconds since 1970; NaN where missing. Not for category and address.
  double number(std::size_t row) const noexcept;
  /// integer, number: calls use(mantissas) with the std::vector of integers of 1 to 8 bytes that the column has, one a
  /// row, any where missing; a mantissa stands for the number mantissa / divisor(). Only while it holds them.
  template <typename Use>
  void visit_mantissas(Use&& use) const {
    integers_.visit(std::forward<Use>(use));
  }
  double divisor() const noexcept { return power(); }
  /// All rows' number() at once (fast).
  std::vector<double> numbers() const;
  TimeNs time(std::size_t row) const noexcept { return integers_[row]; }

  /// category, address: the code of the row's text in levels(); a missing value has the code kMissingCode.
  static constexpr std::uint32_t kMissingCode = 0xffffffffU;
  std::uint32_t code(std::size_t row) const noexcept { return static_cast<std::uint32_t>(integers_[row]); }
  const std::vector<std::string>& levels() const noexcept { return dictionary_.levels(); }

  /// The value as a person writes it ("0.25", "tcp", "2026-11-21T21:45:10Z"); "" where missing. A number's text is the
  /// shortest that means the same.
  std::string text(std::size_t row) const;
  /// The same behind `line`, which is quicker for many.
  void write_text(std::size_t row, std::string& line) const;

  /// Bytes of memory held, dictionary included (about).
  std::size_t memory_bytes() const noexcept;

 private:
  bool holds_text() const noexcept { return type_ == ColumnType::category || type_ == ColumnType::address; }
  /// Brings the column and the value to one scale; false where that takes f64.
  bool align(std::int64_t& mantissa, unsigned scale);
  void widen_to_double();
  void append_unaligned(std::int64_t mantissa, unsigned scale);
  void append_present(std::size_t count) {
    if (!missing_.empty()) missing_.resize(size_ + count, false);
    size_ += count;
  }
  void append_present() {
    if (!missing_.empty()) missing_.push_back(false);
    ++size_;
  }
  double power() const noexcept;
  bool write_decimal(std::int64_t mantissa, std::string& line) const;
  bool change_scale(std::int64_t& mantissa, unsigned scale) const noexcept;
  bool share_scale(const Column& from, std::size_t begin, std::size_t end);
  void append_values(const Column& from, std::size_t begin, std::size_t end);
  template <typename RowAt>
  void append_levels(const Column& from, std::size_t count, RowAt&& row_at);

  ColumnType type_;
  std::size_t size_ = 0;
  NarrowInts integers_;          // mantissas, codes (-1: missing) or nanoseconds
  std::vector<double> doubles_;  // instead of mantissas, once in_doubles_
  bool in_doubles_ = false;
  unsigned scale_ = 0;
  Dictionary dictionary_;
  std::vector<std::size_t> first_rows_;  // where each level was first seen
  std::vector<bool> missing_;            // empty until the first missing value
  std::size_t missing_count_ = 0;
};

}  // namespace netstray
