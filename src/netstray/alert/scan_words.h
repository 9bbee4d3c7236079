#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "netstray/alert/distinct.h"
#include "netstray/alert/network_range.h"

namespace netstray {

/// Hosts that a story names; further ones are only counted.
inline constexpr std::size_t kHostsNamed = 8;

/// "22, 80, 443 and 12 more".
std::string ports_named(const PortSet& ports);

/// T1046 where somebody at home scans, T1595.001 where somebody outside does (MITRE ATT&CK).
std::string_view scan_technique(std::span<const NetworkRange> home, const IpAddress& scanner) noexcept;

}  // namespace netstray
