// How fast frames are taken apart, with and without checksums: frames in the processor's cache.

#include <vector>

#include <benchmark/benchmark.h>

#include "netstray/packet/frame_testing.h"

namespace netstray::made {
namespace {

/// Small and large, IPv4 and IPv6, plain and tagged, in the shares of an ordinary network.
std::vector<Octets> frames() {
  std::vector<Octets> frames;
  for (const std::size_t payload : {0U, 0U, 0U, 60U, 500U, 1'460U, 1'460U, 1'460U}) {
    frames.push_back(ethernet(0x0800, ipv4(kV4, 6, tcp(kV4, 0x18, Octets(payload, 'x'), Octets(12, 1)))));
  }
  frames.push_back(ethernet(0x86dd, ipv6(kV6, 6, tcp(kV6, 0x10, Octets(1'000, 'x')))));
  frames.push_back(ethernet(0x8100, vlan(7, 0x0800, datagram("a question of a name server, or an answer"))));
  return frames;
}

void decode(benchmark::State& state) {
  const auto made = frames();
  const Decoder decoder({.check_checksums = state.range(0) != 0});
  Decoded out;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    for (const Octets& octets : made) {
      decoder.decode(frame(octets), out);
      bytes += out.packets[0].payload_bytes;
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(made.size()));
}
BENCHMARK(decode)->ArgName("checksums")->Arg(0)->Arg(1);

}  // namespace
}  // namespace netstray::made
