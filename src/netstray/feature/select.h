#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/table/table.h"

namespace netstray {

/// How much a column tells of the labels.
struct ColumnInformation {
  std::size_t column = 0;  ///< its place in the table
  double nats = 0;         ///< mutual information, from 0 to the entropy of the labels
};

/// The mutual information of a column's values with the labels (1 = attack) over some rows, in nats, of the counts as
/// they are (what scikit-learn's mutual_info_score gives for the same bins). Categories and addresses count by value;
/// integers, numbers and times in bins between their quantiles 1/bins, 2/bins, ... over the same rows, where a value
/// equal to a quantile is in the bin below it, so that equal values are never parted. Missing values are a bin of their
/// own. Columns with many levels and few rows look more telling than they are: each level adds about 1/(2n) nats.
/// `labels`: per row of the table; `rows` at least one; `bins` >= 2. O(n log n).
double mutual_information(const Column& column, std::span<const std::uint8_t> labels,
                          std::span<const std::uint32_t> rows, unsigned bins = 32);

/// The same of these columns, the most telling first; columns that tell as much in the order given. Throws Error
/// (usage) where there is not a label for each row, or no row. Columns are worked on by all threads.
std::vector<ColumnInformation> rank_by_information(const Table& table, std::span<const std::size_t> columns,
                                                   std::span<const std::uint8_t> labels,
                                                   std::span<const std::uint32_t> rows, unsigned bins = 32);

}  // namespace netstray
