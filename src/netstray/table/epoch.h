#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "netstray/base/time.h"
#include "netstray/table/number_text.h"

namespace netstray {

/// What a number that tells a time counts since 1970.
enum class EpochUnit : std::uint8_t { seconds, milliseconds, microseconds, nanoseconds };

/// The unit in which `value` lies in the years 1995 to 2100, or nothing: the four ranges do not overlap.
std::optional<EpochUnit> plausible_epoch_unit(double value) noexcept;

/// The time that is `number` units after 1970, exact for integers and decimals; nothing where 64 bits do not hold it.
std::optional<TimeNs> epoch_time(const NumberText& number, EpochUnit unit) noexcept;

/// Whether one of the words of a column's name says that it is a time: ts, flow_start, StartTime, last seen, ...
bool named_as_time(std::string_view name);

/// The number's value as an f64.
double value_of(const NumberText& number) noexcept;

}  // namespace netstray
