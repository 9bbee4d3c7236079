#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "netstray/base/rng.h"
#include "netstray/feature/asn_table.h"
#include "netstray/feature/lag.h"
#include "netstray/table/distinct.h"
#include "netstray/table/join.h"

namespace netstray {
namespace {

constexpr std::size_t kRows = 1'000'000;
constexpr std::size_t kRanges = 500'000;
constexpr std::uint32_t kOwners = 80'000;

void count(benchmark::State& state, std::size_t items) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(items));
}

/// Ranges all over the IPv4 addresses, about as many as the Internet has.
std::string made_ranges() {
  constexpr std::uint64_t kAddresses = std::uint64_t{1} << 32U;
  Rng rng(1);
  std::string text;
  for (std::size_t i = 0; i < kRanges; ++i) {
    const std::uint64_t first = kAddresses * i / kRanges;
    const std::uint64_t last = kAddresses * (i + 1) / kRanges - 1 - rng.below(100);
    const std::uint64_t owner = rng.below(kOwners);
    text += std::to_string(first) + "\t" + std::to_string(last) + "\t" + std::to_string(owner + 1) + "\tPT\tOwner " +
            std::to_string(owner) + "\n";
  }
  return text;
}

void read_ranges(benchmark::State& state) {
  const std::string text = made_ranges();
  for (auto _ : state) benchmark::DoNotOptimize(read_asn_text(plain_memory("ranges", text)));
  count(state, kRanges);
}
BENCHMARK(read_ranges)->Unit(benchmark::kMillisecond)->UseRealTime();

void find_owner(benchmark::State& state) {
  const AsnTable table = read_asn_text(plain_memory("ranges", made_ranges()));
  Rng rng(2);
  std::vector<IpAddress> addresses(kRows);
  for (auto& address : addresses) {
    for (std::size_t i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(rng.below(256));
  }
  for (auto _ : state) {
    for (const auto& address : addresses) benchmark::DoNotOptimize(table.find(address));
  }
  count(state, kRows);
}
BENCHMARK(find_owner)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Events of 5,000 users at networks with numbers below `networks`.
Table made_events(std::uint64_t networks) {
  Rng rng(3);
  Table table(
      Schema({{"user", ColumnType::category}, {"asn", ColumnType::integer}, {"dst_port", ColumnType::integer}}));
  for (std::size_t row = 0; row < kRows; ++row) {
    table.column(0).append_text("user" + std::to_string(rng.below(5'000)));
    table.column(1).append_decimal(static_cast<std::int64_t>(rng.below(networks)), 0);
    table.column(2).append_decimal(static_cast<std::int64_t>(rng.below(1'000)), 0);
  }
  return table;
}

/// Two rows for each network.
Table made_owners() {
  Table table(Schema({{"asn", ColumnType::integer}, {"entity", ColumnType::category}}));
  for (std::int64_t i = 0; i < 2 * std::int64_t{kOwners}; ++i) {
    table.column(0).append_decimal(i / 2, 0);
    table.column(1).append_text("Owner " + std::to_string(i));
  }
  return table;
}

void join_events(benchmark::State& state) {
  const Table events = made_events(kOwners);
  const Table owners = made_owners();
  for (auto _ : state) benchmark::DoNotOptimize(join(events, owners, "asn", "asn", JoinKind::inner));
  count(state, 2 * kRows);
}
BENCHMARK(join_events)->Unit(benchmark::kMillisecond)->UseRealTime();

void lag_events(benchmark::State& state) {
  const Table events = made_events(kOwners);
  LagSettings settings;
  settings.columns = {"dst_port", "asn"};
  settings.entity = "user";
  for (auto _ : state) benchmark::DoNotOptimize(lag(events, settings));
  count(state, kRows);
}
BENCHMARK(lag_events)->Unit(benchmark::kMillisecond)->UseRealTime();

void distinct_events(benchmark::State& state) {
  const Table events = made_events(20);
  const std::vector<std::size_t> columns = {0, 1, 2};
  for (auto _ : state) benchmark::DoNotOptimize(distinct_rows(events, columns));
  count(state, kRows);
}
BENCHMARK(distinct_events)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace netstray
