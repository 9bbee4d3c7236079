#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// The whole of `text` as a number (decimal or scientific; no hexadecimal, no spaces), or nothing.
std::optional<double> parse_double(std::string_view text) noexcept;
/// The whole of `text` as an integer, or nothing.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text) noexcept;
std::string lower(std::string_view text);
std::string join(std::span<const std::string> texts, std::string_view separator);

/// The candidate with the least edit distance, where that is close enough to be a misspelling (a third of the length).
std::optional<std::string> nearest(std::string_view text, std::span<const std::string> candidates);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);
/// A number for people: `digits` significant digits, no trailing zeros, "1.3e+09" only where plain digits would be
/// longer than 12.
std::string readable(double value, int digits = 4);
/// Writes to standard error; where that is not possible (closed, full) the message is lost, nothing else happens.
void tell(const std::string& text) noexcept;
/// `text` in quotes for a message: unprintable bytes as \xNN, cut after `limit` bytes with "...".
std::string quoted(std::string_view text, std::size_t limit = 60);

}  // namespace netstray
