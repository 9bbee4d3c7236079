#include "netstray/synth/wire.h"

namespace netstray {
namespace {

constexpr unsigned kTtl = 64;

/// The sum of 16-bit words; an odd byte at the end counts as if a zero followed.
std::uint64_t sum_of(std::span<const std::byte> bytes, std::uint64_t sum = 0) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += std::to_integer<std::uint64_t>(bytes[i]) << 8U | std::to_integer<std::uint64_t>(bytes[i + 1]);
  }
  if (bytes.size() % 2 != 0) sum += std::to_integer<std::uint64_t>(bytes.back()) << 8U;
  return sum;
}

std::uint16_t folded(std::uint64_t sum) {
  while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

}  // namespace

std::uint16_t internet_checksum(std::span<const std::byte> bytes) { return folded(sum_of(bytes)); }

std::uint16_t transport_checksum(const IpAddress& source, const IpAddress& destination, Protocol protocol,
                                 std::span<const std::byte> segment) {
  WireBytes pseudo;
  pseudo.address(source).address(destination).u32(static_cast<std::uint32_t>(segment.size()));
  pseudo.u16(0).u16(static_cast<unsigned>(protocol));
  return folded(sum_of(segment, sum_of(pseudo.bytes())));
}

WireBytes tcp_segment(const IpAddress& source, const IpAddress& destination, const TcpHeader& header,
                      std::span<const std::byte> payload) {
  constexpr unsigned kWords = 5;
  constexpr unsigned kWordsWithOption = 6;
  constexpr unsigned kWindow = 64'240;
  constexpr std::uint32_t kGreatestSegmentOption = 0x02040000U | 1460U;
  constexpr std::size_t kChecksumAt = 16;
  const bool syn = (header.flags & TcpFlags::kSyn) != 0;
  WireBytes segment;
  segment.u16(header.source_port).u16(header.destination_port).u32(header.sequence).u32(header.acknowledgement);
  segment.u8((syn ? kWordsWithOption : kWords) << 4U).u8(header.flags).u16(kWindow).u16(0).u16(0);
  if (syn) segment.u32(kGreatestSegmentOption);
  segment.raw(payload);
  segment.put_u16(kChecksumAt, transport_checksum(source, destination, Protocol::tcp, segment.bytes()));
  return segment;
}

WireBytes udp_datagram(const IpAddress& source, const IpAddress& destination, std::uint16_t source_port,
                       std::uint16_t destination_port, std::span<const std::byte> payload) {
  constexpr std::size_t kHeaderBytes = 8;
  constexpr std::size_t kChecksumAt = 6;
  WireBytes datagram;
  datagram.u16(source_port).u16(destination_port).u16(static_cast<unsigned>(kHeaderBytes + payload.size())).u16(0);
  datagram.raw(payload);
  const std::uint16_t sum = transport_checksum(source, destination, Protocol::udp, datagram.bytes());
  datagram.put_u16(kChecksumAt, sum == 0 ? 0xffffU : sum);  // zero would say that there is none
  return datagram;
}

WireBytes echo_message(const IpAddress& source, const IpAddress& destination, bool reply, std::uint16_t identifier,
                       std::uint16_t number, std::span<const std::byte> payload) {
  constexpr unsigned kRequest = 8;
  constexpr unsigned kReply = 0;
  constexpr unsigned kRequest6 = 128;
  constexpr unsigned kReply6 = 129;
  constexpr std::size_t kChecksumAt = 2;
  WireBytes message;
  message.u8(source.v6 ? (reply ? kReply6 : kRequest6) : (reply ? kReply : kRequest)).u8(0).u16(0);
  message.u16(identifier).u16(number).raw(payload);
  message.put_u16(kChecksumAt, source.v6 ? transport_checksum(source, destination, Protocol::icmpv6, message.bytes())
                                         : internet_checksum(message.bytes()));
  return message;
}

namespace {

WireBytes ipv4_datagram(const IpAddress& source, const IpAddress& destination, const IpHeader& header,
                        std::span<const std::byte> content) {
  constexpr unsigned kHeaderBytes = 20;
  constexpr unsigned kVersionAndWords = 0x45;
  constexpr unsigned kMoreFragments = 0x2000;
  constexpr std::size_t kChecksumAt = 10;
  WireBytes datagram;
  datagram.u8(kVersionAndWords).u8(0).u16(static_cast<unsigned>(kHeaderBytes + content.size()));
  datagram.u16(header.identification & 0xffffU);
  datagram.u16((header.more_fragments ? kMoreFragments : 0) | header.fragment_offset / 8);
  datagram.u8(kTtl).u8(static_cast<unsigned>(header.protocol)).u16(0).address(source).address(destination);
  datagram.put_u16(kChecksumAt, internet_checksum(datagram.bytes()));
  datagram.raw(content);
  return datagram;
}

WireBytes ipv6_datagram(const IpAddress& source, const IpAddress& destination, const IpHeader& header,
                        std::span<const std::byte> content) {
  constexpr std::uint32_t kVersion = 0x60000000U;
  constexpr unsigned kFragmentHeader = 44;
  const bool is_fragment = header.more_fragments || header.fragment_offset > 0;
  const std::size_t length = content.size() + (is_fragment ? kFragmentHeaderBytes : 0);
  WireBytes datagram;
  datagram.u32(kVersion).u16(static_cast<unsigned>(length));
  datagram.u8(is_fragment ? kFragmentHeader : static_cast<unsigned>(header.protocol)).u8(kTtl);
  datagram.address(source).address(destination);
  if (is_fragment) {
    datagram.u8(static_cast<unsigned>(header.protocol)).u8(0);
    datagram.u16(header.fragment_offset | (header.more_fragments ? 1U : 0U)).u32(header.identification);
  }
  datagram.raw(content);
  return datagram;
}

}  // namespace

WireBytes ip_datagram(const IpAddress& source, const IpAddress& destination, const IpHeader& header,
                      std::span<const std::byte> content) {
  return source.v6 ? ipv6_datagram(source, destination, header, content)
                   : ipv4_datagram(source, destination, header, content);
}

}  // namespace netstray
