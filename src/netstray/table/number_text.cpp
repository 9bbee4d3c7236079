#include "netstray/table/number_text.h"

#include <algorithm>
#include <charconv>

namespace netstray {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether a number that no f64 holds is too large, rather than too small: by where its first digit stands.
bool is_large(std::string_view text) noexcept {
  const auto exponent_at = text.find_first_of("eE");
  const auto digits = text.substr(0, exponent_at);
  const auto point = std::min(digits.find('.'), digits.size());
  const auto first = std::min(digits.find_first_of("123456789"), digits.size());
  const auto magnitude = static_cast<long long>(point) - static_cast<long long>(first);
  if (exponent_at == std::string_view::npos) return magnitude > 0;
  auto power = text.substr(exponent_at + 1);
  if (power.starts_with('-')) {
    long long value = 0;
    const auto result = std::from_chars(power.data() + 1, power.data() + power.size(), value);
    return result.ec == std::errc() && magnitude > value;
  }
  if (power.starts_with('+')) power.remove_prefix(1);
  long long value = 0;
  const auto result = std::from_chars(power.data(), power.data() + power.size(), value);
  return result.ec != std::errc() || magnitude + value > 0;
}

}  // namespace

NumberText parse_long_number(std::string_view text) noexcept {
  using Kind = NumberText::Kind;
  const std::string_view unsigned_text = text.substr(text.starts_with('-') ? 1 : 0);
  if (unsigned_text.empty()) return {};
  if (!is_digit(unsigned_text.front()) && unsigned_text.front() != '.') return {};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  NumberText number;
  const auto as_integer = std::from_chars(begin, end, number.mantissa);
  if (as_integer.ec == std::errc() && as_integer.ptr == end) {
    number.kind = Kind::integer;
    return number;
  }
  number.mantissa = 0;
  const auto as_double = std::from_chars(begin, end, number.value);
  if (as_double.ptr != end) return {};
  number.kind = Kind::floating;
  if (as_double.ec == std::errc::result_out_of_range) {
    number.value = 0;
    if (is_large(text)) number.kind = Kind::too_large;
  } else if (as_double.ec != std::errc()) {
    return {};
  }
  return number;
}

}  // namespace netstray
