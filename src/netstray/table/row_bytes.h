#pragma once

#include "netstray/table/table.h"

namespace netstray {

/// Bytes of memory that the table holds for each of its rows (about); 0 without rows. What a table made from it would
/// hold can so be told before it is made.
double bytes_per_row(const Table& table) noexcept;

}  // namespace netstray
