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

IsolationForestSettings settings_of(const benchmark::State& state) {
  return {.trees = 100,
          .sample = static_cast<std::uint32_t>(state.range(0)),
          .seed = 1,
          .extension = static_cast<std::uint32_t>(state.range(1))};
}

void count_rows(benchmark::State& state, std::size_t rows) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(rows));
}

void fit(benchmark::State& state) {
  const Matrix matrix = flows();
  for (auto _ : state) benchmark::DoNotOptimize(IsolationForest::fit(matrix, settings_of(state)));
}
BENCHMARK(fit)->Args({256, 0})->Args({2'048, 0})->Args({256, 1})->Unit(benchmark::kMillisecond)->UseRealTime();

void score(benchmark::State& state) {
  const Matrix matrix = flows();
  const IsolationForest forest = IsolationForest::fit(matrix, settings_of(state));
  std::vector<double> scores(matrix.rows());
  for (auto _ : state) forest.score(matrix, scores);
  count_rows(state, matrix.rows());
}
BENCHMARK(score)->Args({256, 0})->Args({2'048, 0})->Args({256, 1})->Unit(benchmark::kMillisecond)->UseRealTime();

/// One thread, all blocks one way: what choosing it for each block is worth.
void sum_paths(benchmark::State& state, ForestPlan::Way way) {
  const Matrix matrix = flows();
  const IsolationForest forest = IsolationForest::fit(matrix, settings_of(state));
  std::vector<std::uint32_t> widths;
  for (const auto& group : matrix.groups()) widths.push_back(group.width);
  const ForestPlan plan(forest.node_list(), forest.tree_starts(), static_cast<std::uint32_t>(matrix.number_columns()),
                        widths);
  std::vector<std::uint64_t> sums(matrix.rows());
  for (auto _ : state) plan.sum_paths(matrix, 0, sums, way);
  count_rows(state, matrix.rows());
}
BENCHMARK_CAPTURE(sum_paths, chosen, ForestPlan::Way::chosen)->Args({256, 0})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sum_paths, walk, ForestPlan::Way::walk)->Args({256, 0})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sum_paths, sweep, ForestPlan::Way::sweep)->Args({256, 0})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netstray
