#include <vector>

#include <benchmark/benchmark.h>

#include "made_matrix.h"
#include "netstray/detect/forest/isolation_forest.h"

namespace netstray {
namespace {

Matrix flows() {
  const Table table = bench_flows();
  return fit_encoder(table).encode(table);
}

void fit(benchmark::State& state) {
  const Matrix matrix = flows();
  const IsolationForestSettings settings{.trees = 100, .sample = static_cast<std::uint32_t>(state.range(0)), .seed = 1};
  for (auto _ : state) benchmark::DoNotOptimize(IsolationForest::fit(matrix, settings));
}
BENCHMARK(fit)->Arg(256)->Arg(2'048)->Unit(benchmark::kMillisecond)->UseRealTime();

void score(benchmark::State& state) {
  const Matrix matrix = flows();
  const IsolationForestSettings settings{.trees = 100, .sample = static_cast<std::uint32_t>(state.range(0)), .seed = 1};
  const IsolationForest forest = IsolationForest::fit(matrix, settings);
  std::vector<double> scores(matrix.rows());
  for (auto _ : state) forest.score(matrix, scores);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(matrix.rows()));
}
BENCHMARK(score)->Arg(256)->Arg(2'048)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace netstray
