#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netstray/base/memory.h"
#include "netstray/table/table.h"

namespace netstray {

/// Which earlier values stand beside each event.
struct LagSettings {
  std::vector<std::string> columns = {};  ///< whose earlier values are wanted, at least one
  unsigned events = 4;                    ///< how many earlier events, 1 to 1,000
  std::string entity = {};  ///< events follow each other for equal values of this column; "" = all are of one entity
  std::string time = {};    ///< the order of an entity's events; "" = that of the table
  /// A fault that some studies have, to be shown and audited: the earlier events are those of the rows above, whoever's
  /// they are.
  bool ignore_entities = false;
};

struct LagCounts {
  std::uint64_t entities = 0;
  std::uint64_t dropped = 0;  ///< rows with fewer earlier events than asked for
  std::uint64_t crossing =
      0;  ///< rows of the result with an earlier event of another entity (0 but for ignore_entities)

  bool operator==(const LagCounts&) const = default;
};

struct Lagged {
  Table table;
  std::vector<std::uint32_t> source_row;  ///< per row of the result: the row that it was
  LagCounts counts;
};

/// The table with columns prev_1_a, prev_1_b, ..., prev_2_a, ... behind its own: the values of the named columns at the
/// entity's previous event, the one before that, and so on; of the same types, missing where they were missing. A row
/// with fewer earlier events is dropped. Entities follow each other in the order of first appearance, each with its
/// rows together (rows without an entity are one), as polars' partition_by and concat in notebook 001; with
/// ignore_entities the rows stay in the order of the table (or of `time`). Rows of the same time stay in the order of
/// the table.
///
/// Throws Error (usage) for a column that is absent or named twice, a name that is taken already, a number of events
/// out of its range, a time column that holds no times or numbers or has no value somewhere, ignore_entities without an
/// entity; Error, before the columns take any memory, where the result would hold more than `most_bytes` (by the bytes
/// that the columns hold a row). O(rows * columns * events).
Lagged lag(const Table& table, const LagSettings& settings, std::uint64_t most_bytes = memory_allowed() / 2);

}  // namespace netstray
