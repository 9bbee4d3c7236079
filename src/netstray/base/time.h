#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netstray {

/// Nanoseconds since 1970-01-01T00:00:00Z.
using TimeNs = std::int64_t;

/// ISO 8601 / RFC 3339 in its common dresses: 2026-11-21, 2026-11-21T21:45:10, 2026-11-21 21:45:10.123456+0100, ...Z,
/// and Argus' 2026/11/21 21:45:10. Without a zone it is UTC. Nothing where the text is no such time.
std::optional<TimeNs> parse_time(std::string_view text) noexcept;

/// 2026-11-21T21:45:10.123456Z; as many decimals as the time has (none, 3, 6 or 9).
std::string format_time(TimeNs time);
/// The same behind `text`, which is quicker for many.
void append_time(std::string& text, TimeNs time);

}  // namespace netstray
