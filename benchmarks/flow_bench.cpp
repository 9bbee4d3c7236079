// How fast packets become flows: decoded packets in memory, metered and thrown away. `ordinary` is TCP connections of
// 13 packets on average, ten thousand of them at a time; `flood` is conversations of one packet each.

#include <vector>

#include <benchmark/benchmark.h>

#include "netstray/base/rng.h"
#include "netstray/flow/meter.h"

namespace netstray {
namespace {

constexpr std::size_t kPackets = 600'000;

IpAddress address(std::uint64_t number) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return address;
}

/// A connection under way.
struct Connection {
  IpAddress client, server;
  std::uint16_t port = 0;
  int step = 0, steps = 0;
  std::uint32_t sent = 1, received = 1;
};

Packet next_packet(Connection& connection, Rng& rng) {
  const int step = connection.step++;
  const bool closing = connection.step >= connection.steps;
  const bool from_client = step < 3 ? step != 1 : rng.below(3) == 0;
  Packet packet;
  packet.protocol = Protocol::tcp;
  packet.source = from_client ? connection.client : connection.server;
  packet.destination = from_client ? connection.server : connection.client;
  packet.source_port = from_client ? connection.port : 443;
  packet.destination_port = from_client ? 443 : connection.port;
  packet.window = 1000;
  packet.ttl = 64;
  packet.tcp_flags = step == 0   ? TcpFlags::kSyn
                     : step == 1 ? TcpFlags::kSyn | TcpFlags::kAck
                     : closing   ? TcpFlags::kFin | TcpFlags::kAck
                                 : TcpFlags::kAck;
  std::uint32_t& next = from_client ? connection.sent : connection.received;
  packet.sequence = step < 2 ? 0 : next;
  packet.acknowledgement = step == 0 ? 0 : (from_client ? connection.received : connection.sent);
  packet.payload_bytes = step < 3 || closing ? 0 : static_cast<std::uint32_t>(rng.below(1400));
  packet.ip_bytes = packet.payload_bytes + 40;
  next += packet.payload_bytes;
  return packet;
}

const std::vector<Packet>& ordinary() {
  static const std::vector<Packet> packets = [] {
    Rng rng(1);
    std::vector<Connection> connections(10'000);
    std::vector<Packet> made;
    made.reserve(kPackets);
    while (made.size() < kPackets) {
      Connection& connection = connections[rng.below(connections.size())];
      if (connection.step == connection.steps) {
        connection = {address(rng.next()), address(rng.below(500)), static_cast<std::uint16_t>(rng.next())};
        connection.steps = 4 + static_cast<int>(rng.below(19));
      }
      made.push_back(next_packet(connection, rng));
      made.back().time = static_cast<TimeNs>(made.size()) * 20'000;
    }
    return made;
  }();
  return packets;
}

const std::vector<Packet>& flood() {
  static const std::vector<Packet> packets = [] {
    Rng rng(2);
    std::vector<Packet> made(kPackets);
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].time = static_cast<TimeNs>(i) * 1000;
      made[i].protocol = Protocol::tcp;
      made[i].source = address(rng.next());
      made[i].destination = address(1);
      made[i].source_port = static_cast<std::uint16_t>(rng.next());
      made[i].destination_port = 80;
      made[i].tcp_flags = TcpFlags::kSyn;
      made[i].ip_bytes = 40;
    }
    return made;
  }();
  return packets;
}

void meter(benchmark::State& state, const std::vector<Packet>& packets) {
  constexpr std::size_t kBatch = 256;
  std::vector<Metered> metered(kBatch);
  std::uint64_t records = 0;
  std::uint64_t memory = 0;
  for (auto _ : state) {
    Meter meter({}, [&](FlowRecord&& record) { records += record.sent.packets > 0 ? 1U : 0U; });
    for (std::size_t begin = 0; begin < packets.size(); begin += kBatch) {
      const auto batch = std::span(packets).subspan(begin, std::min(kBatch, packets.size() - begin));
      meter.add(batch, std::span(metered).first(batch.size()));
    }
    meter.finish();
    memory = meter.counters().memory_bytes;
  }
  benchmark::DoNotOptimize(records);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets.size()));
  state.counters["megabytes"] = static_cast<double>(memory) / 1e6;
}
BENCHMARK_CAPTURE(meter, ordinary, ordinary())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(meter, flood, flood())->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netstray
