#include "netstray/base/time.h"

#include <array>
#include <chrono>

namespace netstray {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return {};
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return {};
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) noexcept {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t take_fraction_ns(std::string_view& text) noexcept {
  std::int64_t fraction = 0;
  std::int64_t unit = kSecond / 10;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    fraction += unit * (text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return fraction;
}

/// The offset from UTC in seconds: Z, +01, +0100, +01:00.
std::optional<std::int64_t> take_zone(std::string_view& text) noexcept {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return {};
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours) return {};
  std::int64_t seconds = std::int64_t{*hours} * 3600;
  take(text, ':');
  if (!text.empty()) {
    const auto minutes = take_number(text, 2);
    if (!minutes) return {};
    seconds += std::int64_t{*minutes} * 60;
  }
  return west ? -seconds : seconds;
}

/// The last `digits` digits of a number that is not negative, with leading zeros.
void append_digits(std::string& text, std::int64_t number, std::size_t digits) {
  std::array<char, 9> written{};
  for (std::size_t i = digits; i > 0; --i) {
    written[i - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  text.append(written.data(), digits);
}

}  // namespace

std::optional<TimeNs> parse_time(std::string_view text) noexcept {
  const auto year = take_number(text, 4);
  if (!year || text.empty()) return {};
  const char separator = text.front() == '/' ? '/' : '-';
  if (!take(text, separator)) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, separator)) return {};
  const auto day = take_number(text, 2);
  if (!day) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1700 || *year > 2200) return {};
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  if (text.empty()) return days * 86400 * kSecond;

  if (!take(text, 'T') && !take(text, ' ')) return {};
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return {};
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return {};
  int second = 0;
  std::int64_t fraction = 0;
  if (take(text, ':')) {
    const auto read = take_number(text, 2);
    if (!read || *read > 60) return {};
    second = *read;
    if (take(text, '.') || take(text, ',')) fraction = take_fraction_ns(text);
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return {};
  const std::int64_t seconds = days * 86400 + *hour * std::int64_t{3600} + *minute * std::int64_t{60} + second - *zone;
  return seconds * kSecond + fraction;
}

std::string format_time(TimeNs time) {
  std::string text;
  append_time(text, time);
  return text;
}

void append_time(std::string& text, TimeNs time) {
  std::int64_t seconds = time / kSecond;
  std::int64_t fraction = time % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  const std::chrono::sys_seconds instant{std::chrono::seconds{seconds}};
  const auto days = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{instant - days};
  append_digits(text, static_cast<int>(date.year()), 4);  // 64 bits of nanoseconds reach from 1677 to 2262
  append_digits(text += '-', static_cast<unsigned>(date.month()), 2);
  append_digits(text += '-', static_cast<unsigned>(date.day()), 2);
  append_digits(text += 'T', clock.hours().count(), 2);
  append_digits(text += ':', clock.minutes().count(), 2);
  append_digits(text += ':', clock.seconds().count(), 2);
  if (fraction % 1000 != 0) {
    append_digits(text += '.', fraction, 9);
  } else if (fraction % 1'000'000 != 0) {
    append_digits(text += '.', fraction / 1000, 6);
  } else if (fraction != 0) {
    append_digits(text += '.', fraction / 1'000'000, 3);
  }
  text += 'Z';
}

}  // namespace netstray
