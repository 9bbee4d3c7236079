#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "netstray/model/ensemble.h"
#include "netstray/table/table.h"

namespace netstray {

/// How much a model leans on one learned column.
struct ColumnImportance {
  std::string column;
  double drop = 0;    ///< AUC lost where the column's values are shuffled, mean of the repeats; below 0: it misleads
  double spread = 0;  ///< standard deviation over the repeats (population), 0 for one
};

struct ImportanceSettings {
  /// Rows that are looked at, half of them attacks where there are enough of each class; 4 at least.
  std::size_t most_rows = 20'000;
  std::size_t repeats = 3;  ///< shuffles of each column, 1 to 100
  std::uint64_t seed = 0;
};

/// Permutation importance (Breiman 2001): the AUC on labelled rows (1 anomaly) less that where one column's cells stand
/// in other rows, for each column that the model learned, most important first. What two columns both tell counts for
/// neither. Rows that the model was fitted on would flatter what it learned by heart: give others. Throws Error where
/// lengths differ, a class is absent, a learned column is absent from the table, or a setting is out of range. Costs
/// (1 + columns * repeats) times encoding and scoring the rows; the same for any number of threads().
std::vector<ColumnImportance> column_importance(const Ensemble& ensemble, const Table& table,
                                                std::span<const std::uint8_t> labels,
                                                const ImportanceSettings& settings = {});

/// The same for anything that scores a table's rows: `columns` are those to shuffle.
using TableScorer = std::function<std::vector<double>(const Table& rows)>;
std::vector<ColumnImportance> column_importance(const TableScorer& scorer, std::span<const std::string> columns,
                                                const Table& table, std::span<const std::uint8_t> labels,
                                                const ImportanceSettings& settings = {});

}  // namespace netstray
