#include "netstray/table/epoch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr double kFirstSecond = 788'918'400;   // 1995-01-01
constexpr double kLastSecond = 4'102'444'800;  // 2100-01-01
constexpr std::array<std::int64_t, 16> kPowers = {1,
                                                  10,
                                                  100,
                                                  1'000,
                                                  10'000,
                                                  100'000,
                                                  1'000'000,
                                                  10'000'000,
                                                  100'000'000,
                                                  1'000'000'000,
                                                  10'000'000'000,
                                                  100'000'000'000,
                                                  1'000'000'000'000,
                                                  10'000'000'000'000,
                                                  100'000'000'000'000,
                                                  1'000'000'000'000'000};

/// A unit is 10^digits nanoseconds.
unsigned digits_of(EpochUnit unit) noexcept {
  switch (unit) {
    case EpochUnit::seconds:
      return 9;
    case EpochUnit::milliseconds:
      return 6;
    case EpochUnit::microseconds:
      return 3;
    case EpochUnit::nanoseconds:
      return 0;
  }
  return 0;
}

bool is_time_word(const std::string& word) noexcept {
  constexpr std::array<std::string_view, 16> kWords = {"ts",   "time",      "timestamp", "datetime", "date",  "start",
                                                       "end",  "first",     "last",      "epoch",    "stime", "ltime",
                                                       "seen", "starttime", "endtime",   "lasttime"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::optional<EpochUnit> plausible_epoch_unit(double value) noexcept {
  for (const auto unit :
       {EpochUnit::seconds, EpochUnit::milliseconds, EpochUnit::microseconds, EpochUnit::nanoseconds}) {
    const auto per_second = static_cast<double>(kPowers[9 - digits_of(unit)]);
    if (value >= kFirstSecond * per_second && value < kLastSecond * per_second) return unit;
  }
  return {};
}

std::optional<TimeNs> epoch_time(const NumberText& number, EpochUnit unit) noexcept {
  using Kind = NumberText::Kind;
  const unsigned digits = digits_of(unit);
  if (number.kind == Kind::floating) {
    const double nanoseconds = number.value * static_cast<double>(kPowers[digits]);
    constexpr double kLimit = 9.2e18;
    if (!(std::fabs(nanoseconds) < kLimit)) return {};
    return std::llround(nanoseconds);
  }
  if (number.kind != Kind::integer && number.kind != Kind::decimal) return {};
  if (number.scale > digits) return number.mantissa / kPowers[number.scale - digits];
  TimeNs time = 0;
  if (__builtin_mul_overflow(number.mantissa, kPowers[digits - number.scale], &time)) return {};
  return time;
}

bool named_as_time(std::string_view name) {
  std::string word;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool hump = i > 0 && is_upper(name[i]) && !is_upper(name[i - 1]);
    if (!word.empty() && (hump || !is_letter(name[i]))) {
      if (is_time_word(lower(word))) return true;
      word.clear();
    }
    if (is_letter(name[i])) word += name[i];
  }
  return is_time_word(lower(word));
}

double value_of(const NumberText& number) noexcept {
  if (number.kind == NumberText::Kind::floating) return number.value;
  if (number.kind == NumberText::Kind::too_large) return std::numeric_limits<double>::infinity();
  return static_cast<double>(number.mantissa) / static_cast<double>(kPowers[number.scale]);
}

}  // namespace netstray
