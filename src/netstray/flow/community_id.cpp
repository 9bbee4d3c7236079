#include <algorithm>
#include <span>
#include <vector>

#include "netstray/flow/icmp_pairs.h"
#include "netstray/flow/record.h"
#include "netstray/flow/sha1.h"

namespace netstray {
namespace {

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
};

bool smaller_first(const Endpoint& a, const Endpoint& b) noexcept {
  return a.address != b.address ? a.address < b.address : a.port <= b.port;
}

void put(std::vector<std::uint8_t>& out, const IpAddress& address) {
  out.insert(out.end(), address.bytes.begin(), address.bytes.begin() + (address.v6 ? 16 : 4));
}

void put(std::vector<std::uint8_t>& out, std::uint16_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8U));
  out.push_back(static_cast<std::uint8_t>(number & 0xffU));
}

std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) word = (word << 8U) | (i < left ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= left ? kDigits[(word >> (18 - 6 * i)) & 63U] : '=';
  }
  return text;
}

/// Whether the two directions are told apart: ICMP types that have no answer.
bool is_one_way(const FlowRecord& record) noexcept {
  if (record.protocol != Protocol::icmp && record.protocol != Protocol::icmpv6) return false;
  return icmp_ports(record.protocol, static_cast<std::uint8_t>(record.originator_port), 0).one_way;
}

}  // namespace

std::string community_id(const FlowRecord& record, std::uint16_t seed) {
  Endpoint from{record.originator, record.originator_port};
  Endpoint to{record.responder, record.responder_port};
  if (!is_one_way(record) && !smaller_first(from, to)) std::swap(from, to);
  std::vector<std::uint8_t> bytes;
  put(bytes, seed);
  put(bytes, from.address);
  put(bytes, to.address);
  bytes.push_back(static_cast<std::uint8_t>(record.protocol));
  bytes.push_back(0);
  if (record.originator_port != 0 || record.responder_port != 0 || record.protocol == Protocol::tcp ||
      record.protocol == Protocol::udp || record.protocol == Protocol::sctp) {
    put(bytes, from.port);
    put(bytes, to.port);
  }
  return "1:" + base64(sha1(bytes));
}

}  // namespace netstray
