#include "netstray/flow/icmp_pairs.h"

#include <array>
#include <span>

namespace netstray {
namespace {

struct Pair {
  std::uint8_t request, answer;
};

// Echo, router solicitation, timestamp, information, address mask.
constexpr std::array<Pair, 5> kPairs4{{{8, 0}, {10, 9}, {13, 14}, {15, 16}, {17, 18}}};
// Echo, listener query and report, router solicitation, neighbour solicitation, node information, home agent address.
constexpr std::array<Pair, 6> kPairs6{{{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}}};

}  // namespace

IcmpPorts icmp_ports(Protocol protocol, std::uint8_t type, std::uint8_t code) noexcept {
  const std::span<const Pair> pairs =
      protocol == Protocol::icmpv6 ? std::span<const Pair>(kPairs6) : std::span<const Pair>(kPairs4);
  for (const Pair& pair : pairs) {
    if (type == pair.request) return {type, pair.answer, false};
    if (type == pair.answer) return {type, pair.request, false};
  }
  return {type, code, true};
}

}  // namespace netstray
