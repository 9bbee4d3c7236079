#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "netstray/encode/encoder.h"
#include "netstray/synth/flow_table.h"

namespace netstray {

/// The made-up flows that the benchmarks measure on, and how they are encoded.
inline constexpr std::size_t kBenchRows = 100'000;

inline Table bench_flows() { return make_flow_table({.rows = kBenchRows, .anomaly_share = 0.02}); }

/// Every number and category column but the label.
inline std::vector<std::size_t> learned_columns(const Table& table) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c + 1 < table.columns(); ++c) {
    const ColumnType type = table.schema()[c].type;
    if (type != ColumnType::time && type != ColumnType::address) columns.push_back(c);
  }
  return columns;
}

inline Encoder fit_encoder(const Table& table) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return Encoder::fit(table, learned_columns(table), rows, Encoding{});
}

}  // namespace netstray
