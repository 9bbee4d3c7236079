#pragma once

#include <cstdint>
#include <string_view>

namespace netstray {

/// What a text is as a number.
struct NumberText {
  enum class Kind : std::uint8_t { none, integer, decimal, floating, too_large };
  Kind kind = Kind::none;
  unsigned scale = 0;         ///< decimal: digits behind the point, <= 15; integer: 0
  std::int64_t mantissa = 0;  ///< integer, decimal: the value is mantissa / 10^scale; below 10^15 in size for a decimal
  double value = 0;           ///< floating: the nearest f64

  bool is_number() const noexcept { return kind != Kind::none; }
};

/// The same for texts of any length; parse_number is the way in.
NumberText parse_long_number(std::string_view text) noexcept;

/// The whole of `text` as a decimal or scientific number: digits with an optional `-`, point and exponent. No `+` in
/// front, no spaces, no hexadecimal, no infinity. Beyond the range of f64 it is too_large, an integer beyond 64 bits is
/// floating, a number too small for f64 is 0.
inline NumberText parse_number(std::string_view text) noexcept {
  using Kind = NumberText::Kind;
  constexpr std::size_t kShort = 16;  // no more than 15 digits beside a point or a sign
  const auto digit = [](char c) { return static_cast<unsigned char>(c - '0'); };
  if (text.size() == 1 && digit(text.front()) <= 9) return {Kind::integer, 0, digit(text.front()), 0};
  if (text.size() > kShort || text.empty()) return parse_long_number(text);
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = *at == '-';
  if (negative) ++at;
  const char* const first = at;
  std::int64_t mantissa = 0;
  for (; at != end && digit(*at) <= 9; ++at) mantissa = mantissa * 10 + digit(*at);
  if (at == end && at != first) return {Kind::integer, 0, negative ? -mantissa : mantissa, 0};
  if (at == end || *at != '.') return parse_long_number(text);
  const char* const point = at;
  for (++at; at != end && digit(*at) <= 9; ++at) mantissa = mantissa * 10 + digit(*at);
  if (at != end || end - first < 2) return parse_long_number(text);
  return {Kind::decimal, static_cast<unsigned>(end - point - 1), negative ? -mantissa : mantissa, 0};
}

}  // namespace netstray
