#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "netstray/base/byte_source.h"
#include "netstray/synth/flow_table.h"
#include "netstray/table/csv.h"
#include "netstray/table/csv_writer.h"
#include "netstray/table/table.h"

namespace netstray {
namespace {

constexpr std::size_t kRows = 200'000;

Table flows() { return make_flow_table({.rows = kRows, .anomaly_share = 0.02}); }

void count(benchmark::State& state, std::size_t bytes) {
  const auto rounds = static_cast<std::size_t>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(rounds * kRows));
  state.SetBytesProcessed(static_cast<std::int64_t>(rounds * bytes));
}

void read_csv(benchmark::State& state) {
  const std::string text = csv_text(flows());
  for (auto _ : state) {
    CsvReader reader(open_memory("flows", text), {});
    CsvBatch batch;
    std::size_t rows = 0;
    while (reader.read(batch, 65'536)) rows += batch.table.rows();
    if (rows != kRows) state.SkipWithError("rows are missing");
  }
  count(state, text.size());
}
BENCHMARK(read_csv)->Unit(benchmark::kMillisecond);

void write_csv_text(benchmark::State& state) {
  const Table table = flows();
  std::size_t bytes = 0;
  for (auto _ : state) bytes = csv_text(table).size();
  count(state, bytes);
}
BENCHMARK(write_csv_text)->Unit(benchmark::kMillisecond);

void make_flows(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(flows());
  count(state, 0);
}
BENCHMARK(make_flows)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netstray
