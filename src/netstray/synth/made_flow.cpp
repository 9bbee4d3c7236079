#include "netstray/synth/made_flow.h"

#include <algorithm>
#include <cmath>

namespace netstray {

double LogNormal::draw(Rng& rng) const { return median * std::exp(spread * rng.normal()); }

std::int64_t LogNormal::draw_bytes(Rng& rng) const {
  constexpr double kLargest = 1e12;
  return std::llround(std::min(draw(rng), kLargest));
}

std::int64_t LogNormal::draw_us(Rng& rng) const {
  constexpr double kLongest = 86'400;
  return std::llround(std::min(draw(rng), kLongest) * 1e6);
}

std::uint16_t client_port(Rng& rng) {
  constexpr std::uint64_t kFirst = 32'768;
  constexpr std::uint64_t kCount = 28'232;  // Linux' own range
  return static_cast<std::uint16_t>(kFirst + rng.below(kCount));
}

std::int64_t tcp_packets(std::int64_t bytes, Rng& rng) {
  constexpr std::int64_t kPayload = 1'380;
  return 4 + bytes / kPayload + static_cast<std::int64_t>(rng.below(4));
}

void make_failed(MadeFlow& flow, std::string_view state, Rng& rng) {
  const bool refused = state == "REJ";
  flow.state = state;
  flow.service = {};
  flow.orig_bytes = 0;
  flow.resp_bytes = 0;
  flow.orig_pkts = refused ? 1 : static_cast<std::int64_t>(1 + rng.below(3));
  flow.resp_pkts = refused ? 1 : 0;
  flow.duration_us = refused ? LogNormal{0.002, 0.8}.draw_us(rng) : (flow.orig_pkts - 1) * 1'000'000;
}

}  // namespace netstray
