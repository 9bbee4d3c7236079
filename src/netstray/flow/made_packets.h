#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netstray/flow/meter.h"

namespace netstray {

/// Packets made by hand, for tests: all from one pair of hosts unless told otherwise.
class MadePackets {
 public:
  static constexpr TimeNs kSecond = MeterSettings::kSecond;

  explicit MadePackets(std::uint16_t server_port = 9999) : server_port_(server_port) {}

  /// A TCP packet with these flags by their first letters, as in "S", "SA", "A", "PA", "FA", "R". Sequence numbers are
  /// relative: 0 is the side's SYN.
  MadePackets& client(std::string_view flags, std::uint32_t sequence, std::uint32_t acknowledgement = 0,
                      std::uint32_t payload = 0) {
    return tcp(true, flags, sequence, acknowledgement, payload);
  }
  MadePackets& server(std::string_view flags, std::uint32_t sequence, std::uint32_t acknowledgement = 0,
                      std::uint32_t payload = 0) {
    return tcp(false, flags, sequence, acknowledgement, payload);
  }

  /// SYN, its answer, and the ACK of that.
  MadePackets& handshake() { return client("S", 0).server("SA", 0, 1).client("A", 1, 1); }

  /// A packet of another protocol; for ICMP ports are type and code.
  MadePackets& other(Protocol protocol, bool from_client, std::uint16_t source_port, std::uint16_t destination_port,
                     std::uint32_t payload) {
    Packet packet = between(from_client);
    packet.protocol = protocol;
    packet.source_port = source_port;
    packet.destination_port = destination_port;
    packet.payload_bytes = payload;
    packet.ip_bytes = payload + 28;
    return add(packet);
  }
  MadePackets& udp(bool from_client, std::uint32_t payload) {
    return from_client ? other(Protocol::udp, true, kClientPort, server_port_, payload)
                       : other(Protocol::udp, false, server_port_, kClientPort, payload);
  }

  MadePackets& wait(double seconds) {
    time_ += static_cast<TimeNs>(seconds * static_cast<double>(kSecond));
    return *this;
  }
  Packet& last() { return packets_.back(); }
  const std::vector<Packet>& packets() const { return packets_; }

  /// What a meter makes of them.
  std::vector<FlowRecord> records(MeterSettings settings = {}) const {
    std::vector<FlowRecord> records;
    Meter meter(settings, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
    for (const Packet& packet : packets_) meter.add({&packet, 1});
    meter.finish();
    return records;
  }

  static IpAddress address(unsigned last) {
    IpAddress address;
    address.bytes = {10, 0, 0, static_cast<std::uint8_t>(last)};
    return address;
  }
  static constexpr std::uint16_t kClientPort = 40000;

 private:
  Packet between(bool from_client) {
    Packet packet;
    packet.time = time_;
    packet.source = address(from_client ? 1 : 2);
    packet.destination = address(from_client ? 2 : 1);
    packet.ttl = from_client ? 64 : 60;
    return packet;
  }

  MadePackets& tcp(bool from_client, std::string_view flags, std::uint32_t sequence, std::uint32_t acknowledgement,
                   std::uint32_t payload) {
    Packet packet = between(from_client);
    packet.protocol = Protocol::tcp;
    packet.source_port = from_client ? kClientPort : server_port_;
    packet.destination_port = from_client ? server_port_ : kClientPort;
    constexpr std::string_view kLetters = "FSRPAUEC";
    for (const char letter : flags) {
      packet.tcp_flags = static_cast<std::uint8_t>(packet.tcp_flags | (1U << kLetters.find(letter)));
    }
    packet.sequence = sequence + (from_client ? kClientStart : kServerStart);
    packet.acknowledgement = acknowledgement + (from_client ? kServerStart : kClientStart);
    packet.window = 1000;
    packet.payload_bytes = payload;
    packet.ip_bytes = payload + 40;
    return add(packet);
  }

  MadePackets& add(const Packet& packet) {
    packets_.push_back(packet);
    time_ += kSecond / 1000;
    return *this;
  }

  static constexpr std::uint32_t kClientStart = 1000, kServerStart = 0xfffffff0U;  // the second soon wraps
  std::uint16_t server_port_;
  TimeNs time_ = 1'700'000'000 * kSecond;
  std::vector<Packet> packets_;
};

}  // namespace netstray
