#include "netstray/synth/traffic.h"

#include <algorithm>
#include <utility>

#include "netstray/synth/wire.h"

namespace netstray {
namespace {

constexpr unsigned kVlanType = 0x8100;
constexpr unsigned kServiceVlanType = 0x88a8;
constexpr unsigned kArpType = 0x0806;
constexpr std::size_t kLeastFrame = 60;  // Ethernet pads up to here

WireBytes ethernet_header(const MacAddress& destination, const MacAddress& source,
                          const std::vector<std::uint16_t>& vlans, unsigned type) {
  WireBytes frame;
  frame.mac(destination).mac(source);
  for (std::size_t i = 0; i < vlans.size(); ++i) {
    frame.u16(i + 1 < vlans.size() ? kServiceVlanType : kVlanType).u16(vlans[i]);
  }
  frame.u16(type);
  return frame;
}

}  // namespace

IpAddress ipv4_address(unsigned a, unsigned b, unsigned c, unsigned d) noexcept {
  IpAddress address;
  std::size_t at = 0;
  for (const unsigned byte : {a, b, c, d}) address.bytes[at++] = static_cast<std::uint8_t>(byte);
  return address;
}

IpAddress ipv6_address(std::uint64_t network, std::uint64_t host) noexcept {
  constexpr std::size_t kHalf = 8;
  IpAddress address;
  address.v6 = true;
  for (std::size_t i = 0; i < kHalf; ++i) {
    const auto shift = static_cast<unsigned>(kHalf * (kHalf - 1 - i));
    address.bytes[i] = static_cast<std::uint8_t>(network >> shift);
    address.bytes[i + kHalf] = static_cast<std::uint8_t>(host >> shift);
  }
  return address;
}

MacAddress hardware_address(const IpAddress& address) noexcept {
  constexpr std::uint8_t kLocallyAdministered = 0x02;
  const std::size_t last = address.v6 ? 16 : 4;
  MacAddress mac;
  mac.bytes[0] = kLocallyAdministered;
  mac.bytes[1] = address.v6 ? 6 : 4;
  for (std::size_t i = 0; i < 4; ++i) mac.bytes[2 + i] = address.bytes[last - 4 + i];
  return mac;
}

Frame MadeTraffic::frame(std::size_t index) const noexcept {
  const Place& place = frames_[index];
  return {place.time, LinkType::ethernet, place.length, std::span(bytes_).subspan(place.offset, place.captured)};
}

TrafficWriter::TrafficWriter(std::uint64_t seed) : rng_(seed) {}

void TrafficWriter::wrap(Wrapping wrapping) { wrapping_ = std::move(wrapping); }

void TrafficWriter::put(TimeNs time, const IpAddress& source, const IpAddress& destination,
                        std::span<const std::byte> datagram) {
  constexpr unsigned kIpv4Type = 0x0800;
  constexpr unsigned kIpv6Type = 0x86dd;
  WireBytes frame = ethernet_header(hardware_address(destination), hardware_address(source), wrapping_.vlans,
                                    source.v6 ? kIpv6Type : kIpv4Type);
  put_frame(time, frame.raw(datagram).bytes());
}

void TrafficWriter::put_frame(TimeNs time, std::span<const std::byte> frame) {
  auto& bytes = traffic_.bytes_;
  const auto length = static_cast<std::uint32_t>(std::max(frame.size(), kLeastFrame));
  const std::uint32_t captured = std::min(length, most_captured_);
  traffic_.frames_.push_back({time, bytes.size(), captured, length});
  const auto there = frame.first(std::min<std::size_t>(frame.size(), captured));
  bytes.insert(bytes.end(), there.begin(), there.end());
  bytes.resize(bytes.size() + captured - there.size());
}

void TrafficWriter::add_arp(const IpAddress& address, const MacAddress& claimed_by, TimeNs time) {
  constexpr unsigned kEthernet = 1;
  constexpr unsigned kIpv4 = 0x0800;
  constexpr unsigned kAddressSizes = 0x0604;
  constexpr unsigned kReply = 2;
  constexpr std::uint8_t kAll = 0xff;
  const MacAddress everybody{{kAll, kAll, kAll, kAll, kAll, kAll}};
  WireBytes frame = ethernet_header(everybody, claimed_by, wrapping_.vlans, kArpType);
  frame.u16(kEthernet).u16(kIpv4).u16(kAddressSizes).u16(kReply);
  frame.mac(claimed_by).address(address).mac(everybody).address(address);
  put_frame(time, frame.bytes());
}

std::uint16_t TrafficWriter::next_tunnel_port() noexcept {
  constexpr std::uint16_t kFirst = 49'152;  // of the ports that nobody owns
  constexpr std::uint16_t kPorts = 16'384;
  return static_cast<std::uint16_t>(kFirst + tunnel_ports_++ % kPorts);
}

MadeTraffic TrafficWriter::finish() {
  std::ranges::stable_sort(traffic_.frames_, {}, &MadeTraffic::Place::time);
  std::ranges::stable_sort(traffic_.flows_, {}, &ExpectedFlow::first);
  return std::exchange(traffic_, {});
}

}  // namespace netstray
