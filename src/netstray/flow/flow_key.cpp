#include "netstray/flow/flow_key.h"

#include <cstring>

#include "netstray/flow/icmp_pairs.h"

namespace netstray {
namespace {

std::uint64_t word_at(const std::uint8_t* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::uint32_t half_word_at(const std::uint8_t* bytes) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

int order_of(const IpAddress& a, const IpAddress& b) noexcept {
  if (a.v6 != b.v6) return a.v6 ? 1 : -1;
  return std::memcmp(a.bytes.data(), b.bytes.data(), a.v6 ? 16 : 4);
}

}  // namespace

PacketKey key_of(const Packet& packet, bool with_vlan) noexcept {
  PacketKey out;
  FlowKey& key = out.key;
  key.protocol = packet.protocol;
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  if (packet.is_fragment && packet.fragment_offset > 0) {
    key.portless = true;
  } else if (packet.protocol == Protocol::icmp || packet.protocol == Protocol::icmpv6) {
    const IcmpPorts ports = icmp_ports(packet.protocol, static_cast<std::uint8_t>(packet.source_port),
                                       static_cast<std::uint8_t>(packet.destination_port));
    from = ports.source;
    to = ports.destination;
    key.one_way = ports.one_way;
  } else if (packet.has_ports()) {
    from = packet.source_port;
    to = packet.destination_port;
  }
  if (with_vlan) {
    key.vlan = packet.vlan;
    key.inner_vlan = packet.inner_vlan;
  }
  const int order = order_of(packet.source, packet.destination);
  out.sender = !key.one_way && (order > 0 || (order == 0 && from > to)) ? 1 : 0;
  key.address[out.sender] = packet.source;
  key.address[1U - out.sender] = packet.destination;
  key.port[out.sender] = from;
  key.port[1U - out.sender] = to;
  return out;
}

std::uint64_t hash_of(const FlowKey& key, const SipKey& secret) noexcept {
  SipHash13 hash(secret);
  hash.add(static_cast<std::uint64_t>(key.port[0]) | (static_cast<std::uint64_t>(key.port[1]) << 16U) |
           (static_cast<std::uint64_t>(key.protocol) << 32U) | (key.one_way ? 1ULL << 40U : 0) |
           (key.portless ? 1ULL << 43U : 0) | (key.address[0].v6 ? 1ULL << 41U : 0) |
           (key.address[1].v6 ? 1ULL << 42U : 0));
  if ((key.vlan | key.inner_vlan) != 0) {
    hash.add(static_cast<std::uint64_t>(key.vlan) | (static_cast<std::uint64_t>(key.inner_vlan) << 16U));
  }
  if (key.address[0].v6 || key.address[1].v6) {
    for (const IpAddress& address : key.address) {
      hash.add(word_at(address.bytes.data()));
      hash.add(word_at(address.bytes.data() + 8));
    }
  } else {
    hash.add(half_word_at(key.address[0].bytes.data()) |
             (static_cast<std::uint64_t>(half_word_at(key.address[1].bytes.data())) << 32U));
  }
  return hash.finish();
}

}  // namespace netstray
