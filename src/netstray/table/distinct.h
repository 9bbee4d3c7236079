#pragma once

#include <cstddef>
#include <span>

#include "netstray/maths/distinct_rows.h"
#include "netstray/table/table.h"

namespace netstray {

/// Which rows of a table are equal over these columns; `first` are the rows to keep where each is wanted once. Values
/// are equal as for fingerprints (table.h): numbers by value, a missing value and a missing one; rows with equal
/// fingerprints are compared value by value, so that no two rows that differ pass for one. At most 2^31 rows. O(rows *
/// columns).
DistinctRows distinct_rows(const Table& table, std::span<const std::size_t> columns);

}  // namespace netstray
