#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "netstray/base/time.h"
#include "netstray/synth/traffic.h"

namespace netstray {

/// A made-up office on the wire, for an hour.
struct OfficeCaptureSettings {
  std::uint64_t seed = 1;
  TimeNs start = 1'772'442'000'000'000'000;  ///< Monday 2026-03-02, 09:00 UTC
  bool attacked = true;                      ///< whether what office_attacks() tells happens in it
};

/// What happens in the attacked hour, in words, one sentence without its full stop each.
std::span<const std::string_view> office_attacks() noexcept;

/// People look up names and visit sites (TLS), a few ping, machines tell their addresses over ARP; and, where asked,
/// somebody scans, guesses passwords, tunnels data through DNS, and claims the gateway's address. About ten thousand
/// packets. The addresses are the office's (10.20.0.0/16), those outside of the ranges for documentation (RFC 5737).
MadeTraffic make_office_capture(const OfficeCaptureSettings& settings);

}  // namespace netstray
