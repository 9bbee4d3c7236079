#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/encode/encoder.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// A file of a published layout.
inline LoadedTable load_layout(const std::string& path, const std::string& layout) {
  SourceOptions options;
  options.layout = layout;
  return load_table(path, options);
}

/// All columns that are learned: not the label, nor what the layout leaves out.
inline std::vector<std::size_t> learned_columns(const LoadedTable& loaded) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < loaded.table.columns(); ++column) {
    const std::string& name = loaded.table.schema()[column].name;
    const auto& left_out = loaded.layout->not_features;
    if (name != loaded.layout->label_column && std::ranges::find(left_out, name) == left_out.end()) {
      columns.push_back(column);
    }
  }
  return columns;
}

/// Fitted on all rows, numbers standardised.
inline Encoder fit_standardised(const LoadedTable& loaded) {
  std::vector<std::uint32_t> rows(loaded.table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return Encoder::fit(loaded.table, learned_columns(loaded), rows, Encoding::parse("standardise"));
}

/// Row numbers in an order that has nothing to do with the file's.
inline std::vector<std::uint32_t> shuffled_rows(std::size_t count) {
  return Rng(1).sample(static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count));
}

}  // namespace netstray
