#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/packet/decoder.h"

/// For tests: frames put together from the inside out, each function putting its header before what it is given.
namespace netstray::made {

using Octets = std::vector<std::uint8_t>;

inline Octets joined(Octets front, const Octets& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// Bytes written as "45 00 0014"; anything but digits is passed over.
inline Octets hex(std::string_view text) {
  Octets octets;
  std::string digits;
  for (const char letter : text) {
    if (std::string_view("0123456789abcdef").find(letter) == std::string_view::npos) continue;
    digits += letter;
    if (digits.size() < 2) continue;
    octets.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return octets;
}

inline Octets number16(unsigned number) {
  return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

inline Octets text(std::string_view letters) { return {letters.begin(), letters.end()}; }

inline IpAddress address(std::string_view text) { return parse_address(text).value(); }

inline Octets octets_of(const IpAddress& ip) { return {ip.bytes.begin(), ip.bytes.begin() + (ip.v6 ? 16 : 4)}; }

/// RFC 1071 word by word, as a second opinion on checksum.h.
inline unsigned internet_checksum(const Octets& octets) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += static_cast<unsigned>(octets[i]) << (i % 2 == 0 ? 8 : 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return ~sum & 0xffff;
}

inline void put16(Octets& octets, std::size_t at, unsigned number) {
  octets.at(at) = static_cast<std::uint8_t>(number >> 8);
  octets.at(at + 1) = static_cast<std::uint8_t>(number);
}

struct Ends {
  IpAddress source = address("10.0.0.1"), destination = address("10.0.0.2");
};
inline const Ends kV4{};
inline const Ends kV6{address("2001:db8::1"), address("2001:db8::2")};

/// The checksum of a transport at `at`, pseudo-header included.
inline Octets with_checksum(const Ends& ends, std::uint8_t protocol, Octets segment, std::size_t at) {
  Octets all = joined(octets_of(ends.source), octets_of(ends.destination));
  all = joined(all, {0, protocol});
  all = joined(all, number16(static_cast<unsigned>(segment.size())));
  put16(segment, at, internet_checksum(joined(all, segment)));
  return segment;
}

inline Octets udp(const Ends& ends, unsigned source_port, unsigned destination_port, const Octets& payload) {
  Octets header = joined(number16(source_port), number16(destination_port));
  header = joined(header, number16(static_cast<unsigned>(payload.size() + 8)));
  return with_checksum(ends, 17, joined(joined(header, {0, 0}), payload), 6);
}

/// Port 1234 to 80, sequence 0x01020304, acknowledgement 0x05060708, window 0x2000; `options` are whole words.
inline Octets tcp(const Ends& ends, std::uint8_t flags, const Octets& payload, const Octets& options = {}) {
  Octets header = hex("04d2 0050 01020304 05060708");
  header.push_back(static_cast<std::uint8_t>((20 + options.size()) / 4 << 4));
  header.push_back(flags);
  header = joined(joined(header, hex("2000 0000 0000")), options);
  return with_checksum(ends, 6, joined(header, payload), 16);
}

inline Octets icmp(std::uint8_t type, std::uint8_t code, const Octets& payload) {
  Octets message = joined({type, code, 0, 0, 0x12, 0x34, 0, 1}, payload);
  put16(message, 2, internet_checksum(message));
  return message;
}

inline Octets icmpv6(const Ends& ends, std::uint8_t type, std::uint8_t code, const Octets& payload) {
  return with_checksum(ends, 58, joined({type, code, 0, 0, 0, 0, 0, 0}, payload), 2);
}

struct Ipv4Extras {
  unsigned fragment = 0;  ///< flags and offset as in the header
  Octets options = {};    ///< whole words
};
inline Octets ipv4(const Ends& ends, std::uint8_t protocol, const Octets& payload, const Ipv4Extras& extras = {}) {
  const std::size_t size = 20 + extras.options.size();
  Octets header{static_cast<std::uint8_t>(0x40 | size / 4), 0x2e};
  header = joined(header, number16(static_cast<unsigned>(size + payload.size())));
  header = joined(joined(header, hex("abcd")), number16(extras.fragment));
  header = joined(header, {61, protocol, 0, 0});
  header = joined(joined(header, octets_of(ends.source)), octets_of(ends.destination));
  header = joined(header, extras.options);
  put16(header, 10, internet_checksum(header));
  return joined(header, payload);
}

inline Octets ipv6(const Ends& ends, std::uint8_t next, const Octets& payload) {
  Octets header = joined(hex("62e0 0000"), number16(static_cast<unsigned>(payload.size())));
  header = joined(header, {next, 255});
  header = joined(joined(header, octets_of(ends.source)), octets_of(ends.destination));
  return joined(header, payload);
}

inline Octets ethernet(unsigned type, const Octets& payload) {
  return joined(joined(hex("0a0b0c0d0e0f 010203040506"), number16(type)), payload);
}

inline Octets vlan(unsigned id, unsigned type, const Octets& payload) {
  return joined(joined(number16(0x2000 | id), number16(type)), payload);
}

/// A UDP datagram over IPv4, on its own.
inline Octets datagram(std::string_view payload = "hello") { return ipv4(kV4, 17, udp(kV4, 5000, 53, text(payload))); }

inline Frame frame(const Octets& octets, LinkType link = LinkType::ethernet) {
  return {.time = 7,
          .link = link,
          .length = static_cast<std::uint32_t>(octets.size()),
          .bytes = std::as_bytes(std::span(octets))};
}

/// Payloads of the answer point into `octets`.
inline Decoded decoded(const Octets& octets, LinkType link = LinkType::ethernet, const DecodeSettings& settings = {}) {
  Decoded out;
  Decoder(settings).decode(frame(octets, link), out);
  return out;
}

}  // namespace netstray::made
