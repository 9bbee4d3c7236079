#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "netstray/base/memory.h"
#include "netstray/table/table.h"

namespace netstray {

/// What becomes of a row of the left table whose key the right one does not have: an inner join drops it, a left join
/// keeps it once, with missing values in the right table's columns.
enum class JoinKind : std::uint8_t { inner, left };

/// What a join did to the number of rows. Always: rows = left_rows - dropped + added (inner), left_rows + added (left).
struct JoinCounts {
  std::uint64_t left_rows = 0;
  std::uint64_t right_rows = 0;
  std::uint64_t rows = 0;        ///< of the result
  std::uint64_t dropped = 0;     ///< left rows without a match (a left join keeps them all the same)
  std::uint64_t multiplied = 0;  ///< left rows with several matches
  std::uint64_t added = 0;       ///< result rows beyond one for each matched left row

  bool operator==(const JoinCounts&) const = default;
};

struct Joined {
  Table table;
  std::vector<std::uint32_t> left_row;  ///< per row of the result: the row of `left` that it came from
  JoinCounts counts;
};

/// Many-to-many: each pair of a left and a right row with equal keys becomes a row, in the order of the left rows, and
/// for each of them in the order of the right ones. The columns are those of `left`, then those of `right` but its key.
///
/// Numbers are equal by value (1 and 1.0), categories and addresses by text, times by time. A missing key matches
/// nothing, also no other missing key (as in SQL and polars).
///
/// Throws Error where a column is absent, where the keys' types cannot be compared, where both tables have a column of
/// the same name, and, before any memory is taken, where the result would have over 2^32 - 2 rows or hold more than
/// `most_bytes` (by the bytes that the two tables hold a row). O(rows of left, right and result), by hashes; the
/// columns of the result are made on all threads.
Joined join(const Table& left, const Table& right, std::string_view left_key, std::string_view right_key, JoinKind kind,
            std::uint64_t most_bytes = memory_allowed() / 2);

}  // namespace netstray
