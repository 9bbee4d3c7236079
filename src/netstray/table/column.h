#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/table/schema.h"

namespace netstray {

/// One column's values, kept as narrow as they allow:
/// - integer, number: decimal mantissas in 1, 2, 4 or 8 bytes with one power of ten for the column ("0.25" is 25 /
/// 10^2), widened
///   as rows come; f64 only where a value has more than 15 digits or a large exponent. The value is the f64 nearest to
///   the text, always.
/// - category, address: a dictionary of texts and codes of 1, 2 or 4 bytes, in order of first appearance.
/// - time: nanoseconds since 1970 (i64).
/// A missing value is told by missing(); its number is NaN, its text "".
class Column {
 public:
  explicit Column(ColumnType type);

  ColumnType type() const noexcept { return type_; }
  std::size_t size() const noexcept { return size_; }

  /// Appending. append_number is for integer and number, append_text for category and address, append_time for time.
  /// `mantissa / 10^scale`, scale <= 15, |mantissa| < 10^15.
  void append_decimal(std::int64_t mantissa, unsigned scale);
  void append_number(double value);
  void append_text(std::string_view text);
  void append_time(TimeNs time);
  void append_missing();
  void reserve(std::size_t rows);
  /// Takes back the last row.
  void pop_back();

  bool has_missing() const noexcept { return missing_count_ > 0; }
  std::size_t missing_count() const noexcept { return missing_count_; }
  bool missing(std::size_t row) const noexcept;

  /// integer, number: the value; time: seconds since 1970; NaN where missing. Not for category and address.
  double number(std::size_t row) const noexcept;
  /// All rows' number() at once (fast).
  std::vector<double> numbers() const;
  TimeNs time(std::size_t row) const noexcept;

  /// category, address: the code of the row's text in levels(); a missing value has the code kMissingCode.
  static constexpr std::uint32_t kMissingCode = 0xffffffffU;
  std::uint32_t code(std::size_t row) const noexcept;
  const std::vector<std::string>& levels() const noexcept { return levels_; }

  /// The value as a person writes it ("0.25", "tcp", "2026-11-21T21:45:10Z"); "" where missing.
  std::string text(std::size_t row) const;

  /// Bytes of memory held, dictionary included (about).
  std::size_t memory_bytes() const noexcept;

 private:
  using Storage = std::variant<std::vector<std::int8_t>, std::vector<std::int16_t>, std::vector<std::int32_t>,
                               std::vector<std::int64_t>, std::vector<double>, std::vector<std::uint8_t>,
                               std::vector<std::uint16_t>, std::vector<std::uint32_t>>;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  void append_mantissa(std::int64_t mantissa);
  void widen_to_double();
  void rescale(unsigned scale);
  void append_code(std::uint32_t code);
  template <typename To>
  void widen();

  ColumnType type_;
  std::size_t size_ = 0;
  Storage storage_;
  unsigned scale_ = 0;
  std::vector<std::string> levels_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> codes_;  // looked up without a copy
  std::vector<bool> missing_;  // empty until the first missing value
  std::size_t missing_count_ = 0;
};

}  // namespace netstray
