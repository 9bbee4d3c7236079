#pragma once

// How fields append their values: pieces that the tables of fields are put together from.

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "netstray/flow/record.h"
#include "netstray/table/column.h"

namespace netstray {

/// Appends value(record), a whole number, for each record.
template <auto value>
void append_integers(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) column.append_decimal(static_cast<std::int64_t>(value(record)), 0);
}

/// Appends value(record), a text.
template <auto value>
void append_texts(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) column.append_text(value(record));
}

/// Appends value(record), a time.
template <auto value>
void append_times(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) column.append_time(value(record));
}

/// Appends a time span in nanoseconds as seconds.
inline void append_seconds(Column& column, std::int64_t nanoseconds) {
  constexpr std::int64_t kMicrosecond = 1000;
  if (nanoseconds > -Column::kMantissaLimit && nanoseconds < Column::kMantissaLimit) {
    const bool whole = nanoseconds % kMicrosecond == 0;
    column.append_decimal(whole ? nanoseconds / kMicrosecond : nanoseconds, whole ? 6 : 9);
  } else {
    column.append_number(static_cast<double>(nanoseconds) * 1e-9);
  }
}

/// Appends a number rounded to so many decimals; one too large for that as it is.
template <unsigned decimals>
void append_rounded(Column& column, double value) {
  constexpr auto kPower = [] {
    double power = 1;
    for (unsigned i = 0; i < decimals; ++i) power *= 10;
    return power;
  }();
  const double scaled = value * kPower;
  if (std::fabs(scaled) < static_cast<double>(Column::kMantissaLimit)) {
    column.append_decimal(std::llround(scaled), decimals);
  } else {
    column.append_number(value);
  }
}

/// Appends part / whole rounded to so many decimals; 0 where the whole is 0.
template <unsigned decimals>
void append_ratio(Column& column, std::uint64_t part, std::uint64_t whole) {
  append_rounded<decimals>(column, whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace netstray
