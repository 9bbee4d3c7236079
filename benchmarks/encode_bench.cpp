#include <benchmark/benchmark.h>

#include "made_matrix.h"

namespace netstray {
namespace {

void count(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(kBenchRows));
}

void fit(benchmark::State& state) {
  const Table table = bench_flows();
  for (auto _ : state) benchmark::DoNotOptimize(fit_encoder(table));
  count(state);
}
BENCHMARK(fit)->Unit(benchmark::kMillisecond)->UseRealTime();

void encode(benchmark::State& state) {
  const Table table = bench_flows();
  const Encoder encoder = fit_encoder(table);
  for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(table));
  count(state);
}
BENCHMARK(encode)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace netstray
