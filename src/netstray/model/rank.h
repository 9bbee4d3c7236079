#pragma once

#include <cstdint>
#include <vector>

#include "netstray/model/column_roles.h"
#include "netstray/model/train.h"

namespace netstray {

/// Rows that are equal in all learned columns, as one.
struct RankedRow {
  std::size_t row;      ///< the first of them, index into the table
  std::uint64_t count;  ///< how many
  double score;
  std::vector<Reason> reasons;
};

/// What stands out in a table that nobody has trained on.
struct Ranking {
  std::vector<RankedRow> top;  ///< highest score first, equal scores by first row
  std::uint64_t distinct_rows = 0;
  double commonest_share = 0;  ///< share of the rows that the ten commonest distinct rows make up
  Encoder encoder;             ///< fitted on these rows: what is usual in each column
};

/// Fits a forest on the rows themselves and ranks them, rarest first; labels play no part. At most `top` entries, no
/// two of them equal. Deterministic in the seed. Throws Error where there are fewer than 2 rows.
Ranking rank_rows(const Table& table, const ColumnRoles& columns, const TrainSettings& settings, std::size_t top);

}  // namespace netstray
