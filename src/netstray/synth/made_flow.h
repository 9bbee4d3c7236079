#pragma once

#include <cstdint>
#include <string_view>

#include "netstray/base/rng.h"
#include "netstray/base/time.h"

namespace netstray {

inline constexpr TimeNs kMicrosecond = 1'000;
inline constexpr TimeNs kSecond = 1'000'000'000;
inline constexpr TimeNs kHour = 3'600 * kSecond;
inline constexpr TimeNs kDay = 24 * kHour;

/// One made-up flow, before it becomes a row. Texts are literals.
struct MadeFlow {
  TimeNs time = 0;
  std::uint32_t src_ip = 0, dst_ip = 0;
  std::uint16_t src_port = 0, dst_port = 0;
  std::string_view proto = "tcp";
  std::string_view service;  ///< empty = unknown
  std::string_view state = "SF";
  std::int64_t duration_us = 0;
  std::int64_t orig_bytes = 0, resp_bytes = 0;
  std::int64_t orig_pkts = 1, resp_pkts = 0;
  std::string_view label;
};

/// An IPv4 address as a number.
constexpr std::uint32_t address(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}

/// Log-normal sizes and durations: median x e^(spread x normal).
struct LogNormal {
  double median;
  double spread;

  double draw(Rng& rng) const;
  std::int64_t draw_bytes(Rng& rng) const;
  std::int64_t draw_us(Rng& rng) const;  ///< of a median in seconds
};

/// A port that a client takes for its own end.
std::uint16_t client_port(Rng& rng);

/// Packets that carry so many bytes over a finished TCP connection: opening, data, closing.
std::int64_t tcp_packets(std::int64_t bytes, Rng& rng);

/// Where a TCP connection never came to be: no payload, one to three packets, `state` S0 (no answer) or REJ (refused).
void make_failed(MadeFlow& flow, std::string_view state, Rng& rng);

}  // namespace netstray
