// The flow meter, fed with packets that are made of the bytes: 16 a packet, after one byte of settings.

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <vector>

#include "fuzz_target.h"
#include "netstray/flow/meter.h"

namespace netstray {
namespace {

constexpr std::size_t kBytesPerPacket = 16;

std::uint32_t number_at(const std::uint8_t* bytes) noexcept {
  return bytes[0] | (static_cast<unsigned>(bytes[1]) << 8U);
}

IpAddress host(unsigned number, bool v6) {
  IpAddress address;
  address.v6 = v6;
  address.bytes[0] = 10;
  address.bytes[3] = static_cast<std::uint8_t>(number);
  return address;
}

Packet packet_of(const std::uint8_t* bytes, TimeNs& time) {
  constexpr std::array<Protocol, 8> kProtocols{Protocol::tcp,    Protocol::udp,  Protocol::icmp, Protocol::tcp,
                                               Protocol::icmpv6, Protocol::sctp, Protocol{47},   Protocol::tcp};
  constexpr std::array<std::uint16_t, 4> kPorts{53, 80, 8080, 40000};
  Packet packet;
  packet.protocol = kProtocols[bytes[0] & 7U];
  const bool v6 = (bytes[0] & 8U) != 0;
  packet.is_flow = (bytes[0] & 0xf0U) != 0xf0U;
  packet.bad_checksum = (bytes[0] & 0xf0U) == 0xe0U;
  // One host in 256 or one in four: few conversations or many.
  packet.source = host((bytes[0] & 0x80U) != 0 ? bytes[1] : bytes[1] & 3U, v6);
  packet.destination = host((bytes[1] >> 4U) & 3U, v6 != (bytes[0] == 0x7f));
  packet.source_port = packet.has_ports() ? kPorts[bytes[2] & 3U] : bytes[2];
  packet.destination_port = packet.has_ports() ? kPorts[(bytes[2] >> 2U) & 3U] : bytes[2] >> 6U;
  packet.tcp_flags = bytes[3];
  packet.sequence = number_at(bytes + 4) * 0x10001U;
  packet.acknowledgement = number_at(bytes + 6) * 0x10001U;
  packet.payload_bytes = number_at(bytes + 8);
  packet.ip_bytes = packet.payload_bytes + 20;
  packet.window = bytes[10] & 3U;
  packet.ttl = bytes[10];
  packet.vlan = bytes[11] & 1U;
  packet.is_fragment = (bytes[11] & 2U) != 0;
  packet.more_fragments = (bytes[11] & 4U) != 0;
  packet.fragment_offset = packet.is_fragment ? bytes[11] & 0xf8U : 0;
  packet.identification = bytes[12] & 7U;
  // Steps of 4 ms, or of 4 s, or anywhere.
  const auto step = static_cast<TimeNs>(number_at(bytes + 13));
  if (bytes[15] < 0xc0) time += step * 62'500;
  if (bytes[15] >= 0xc0 && bytes[15] < 0xf8) time += step * 62'500'000;
  packet.time = bytes[15] < 0xf8 ? time : static_cast<TimeNs>(static_cast<std::uint64_t>(step) << (bytes[15] & 0x3fU));
  return packet;
}

MeterSettings settings_of(std::uint8_t choices, std::uint64_t secret) {
  MeterSettings settings;
  settings.memory_bytes = MeterSettings::kLeastMemory;
  settings.hash_secret = secret;
  settings.vlan_in_key = (choices & 1U) != 0;
  settings.first_packets = (choices >> 1U) & 7U;
  if ((choices & 16U) != 0) settings.interim_interval = 7 * MeterSettings::kSecond;
  if ((choices & 32U) != 0) settings.active_limit = 20 * MeterSettings::kSecond;
  if ((choices & 64U) != 0) settings.udp_idle = 1;
  return settings;
}

struct Result {
  std::vector<FlowRecord> records;
  MeterCounters counters;
};

Result metered(const std::vector<Packet>& packets, const MeterSettings& settings, std::size_t batch) {
  Result result;
  Meter meter(settings, [&](FlowRecord&& record) { result.records.push_back(std::move(record)); });
  std::vector<Metered> became(packets.size());
  for (std::size_t begin = 0; begin < packets.size(); begin += batch) {
    const std::size_t size = std::min(batch, packets.size() - begin);
    meter.add(std::span(packets).subspan(begin, size), std::span(became).subspan(begin, size));
    fuzz::require(meter.counters().memory_bytes <= settings.memory_bytes, "memory stays below its cap");
  }
  meter.finish();
  result.counters = meter.counters();
  return result;
}

auto facts_of(const FlowRecord& record) {
  return std::tuple(record.number, record.originator, record.responder, record.originator_port, record.responder_port,
                    record.first, record.last, record.state, record.end, record.history, record.sent.packets,
                    record.sent.payload_bytes, record.sent.ip_bytes, record.received.packets,
                    record.received.payload_bytes, record.received.missed_bytes, record.first_packets.size());
}

void require_sound(const Result& result, std::size_t packets) {
  const MeterCounters& counters = result.counters;
  fuzz::require(counters.counted + counters.fragments + counters.bad_checksum + counters.not_a_flow == packets,
                "every packet is accounted for");
  std::uint64_t in_records = 0;
  std::uint64_t ended = 0;
  for (const FlowRecord& record : result.records) {
    fuzz::require(record.last >= record.first, "a conversation does not end before it begins");
    fuzz::require(record.history.size() <= 20, "a history has at most 20 letters");
    if (record.end == EndReason::interim) continue;
    ++ended;
    for (const FlowSide* side : {&record.sent, &record.received}) {
      in_records += side->packets + side->fragments;
      fuzz::require(side->payload_sizes.m2 >= 0 && side->gaps.m2 >= 0, "a spread is not negative");
      fuzz::require(side->gaps.least >= 0 && side->gaps.least <= side->gaps.greatest, "gaps are in order");
    }
  }
  fuzz::require(in_records == counters.counted + counters.fragments, "every packet that counts is in one record");
  fuzz::require(ended == counters.flows, "every conversation gives one record");
}

void require_same(const Result& a, const Result& b, const char* promise) {
  const bool same = std::ranges::equal(a.records, b.records, [](const FlowRecord& left, const FlowRecord& right) {
    return facts_of(left) == facts_of(right);
  });
  fuzz::require(same, promise);
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  if (size < 1) return 0;
  std::vector<Packet> packets;
  TimeNs time = 1'700'000'000 * MeterSettings::kSecond;
  for (std::size_t at = 1; at + kBytesPerPacket <= size; at += kBytesPerPacket) {
    packets.push_back(packet_of(bytes + at, time));
  }
  const Result whole = metered(packets, settings_of(bytes[0], 1), 64);
  require_sound(whole, packets.size());
  require_same(whole, metered(packets, settings_of(bytes[0], 2), 64), "no record depends on the secret");
  require_same(whole, metered(packets, settings_of(bytes[0], 1), 5), "no record depends on how packets are divided");
  return 0;
}
