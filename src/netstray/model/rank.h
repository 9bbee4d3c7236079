#pragma once

#include <cstdint>
#include <vector>

#include "netstray/model/column_roles.h"
#include "netstray/model/train.h"

namespace netstray {

/// Rows that are equal in all learned columns, as one; and, with them, others that stand out in the same way.
struct RankedRow {
  std::size_t row = 0;        ///< the first of the equal rows, index into the table
  std::uint64_t count = 0;    ///< how many are equal
  std::uint64_t similar = 0;  ///< further rows that stand out in the same way and are no entry of their own
  double score = 0;
  std::vector<Reason> reasons;
};

/// What stands out in a table that nobody has trained on.
struct Ranking {
  std::vector<RankedRow> top;  ///< highest score first, equal scores by first row
  std::uint64_t distinct_rows = 0;
  double commonest_share = 0;      ///< share of the rows that the ten commonest distinct rows make up
  std::vector<std::string> notes;  ///< what a user must know of the fit
  std::vector<double> scores;      ///< one a row of the table
};

/// Which rows become entries of their own.
enum class Alike {
  together,  ///< of rows that stand out in the same way the three highest, as long as there are others to show
  apart      ///< every distinct row
};

/// Fits the detector on the rows themselves and ranks them, rarest first; labels play no part. Gives min(top, distinct
/// rows) entries, no two of them equal. Two rows stand out in the same way where their first three reasons name the
/// same columns with the same category, or a number on the same side of what is usual; looked at are the 1,000 (or 50 x
/// top) highest distinct rows. Deterministic in the seed. Throws Error where there are fewer than 2 rows,
/// and usage Error for a detector that learns from labels.
Ranking rank_rows(const Table& table, const ColumnRoles& columns, const TrainSettings& settings, std::size_t top,
                  Alike alike);

}  // namespace netstray
