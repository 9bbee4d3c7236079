#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netstray/model/model.h"

namespace netstray {

/// A column's name and a row's value in it, as a person writes it.
using NamedValue = std::pair<std::string, std::string>;

/// One line of what `scan` ranks: a row, or several equal ones.
struct Finding {
  std::uint64_t rank = 0;     ///< from 1
  std::uint64_t row = 0;      ///< of the table, from 1: of the first of the equal rows
  std::uint64_t line = 0;     ///< of the file, from 1
  std::uint64_t count = 1;    ///< equal rows that it stands for
  std::uint64_t similar = 0;  ///< further rows that stand out in the same way, less than it
  double score = 0;
  std::vector<NamedValue> carried;  ///< what says which row it is: addresses, times, ids, and a label for the reader
  std::vector<Reason> reasons;
};

/// The answer of `scan`.
struct ScanResult {
  std::uint64_t rows = 0;
  std::uint64_t distinct_rows = 0;  ///< over the learned columns; 0 = not counted
  bool labels_used = false;         ///< always false: in the JSON so that a reader need not guess
  std::vector<Finding> top;         ///< in order of rank
};

/// One row that `explain` was asked about.
struct ExplainedRow {
  std::uint64_t row = 0;   ///< of the table, from 1
  std::uint64_t line = 0;  ///< of the file, from 1
  double score = 0;
  double p_value = 0;  ///< NaN without calibration rows
  bool flagged = false;
  std::vector<NamedValue> carried;
  std::vector<Reason> reasons;
  std::vector<MemberShare> members = {};  ///< each member's part in the score
};

/// The answer of `explain`.
struct Explanation {
  double cut = 0;
  std::uint64_t calibration_rows = 0;
  std::vector<ExplainedRow> rows;
};

/// A learned column and in how many rows something about it was so.
struct ColumnCount {
  std::string column;
  std::uint64_t rows = 0;
};

/// What `score` says at its end.
struct ScoreSummary {
  std::uint64_t rows = 0;
  std::uint64_t flagged = 0;
  std::optional<double> asked_share;      ///< of false alarms, where the rule promises one
  std::vector<ColumnCount> unseen;        ///< columns with categories that training never saw
  std::vector<ColumnCount> out_of_range;  ///< columns with numbers beyond what training saw
};

/// The columns that `counts` has something to say of, most rows first. `counts` as Encoder::encode fills it.
std::vector<ColumnCount> unseen_columns(const EncodeCounts& counts, std::span<const Encoder::Column> columns);
std::vector<ColumnCount> out_of_range_columns(const EncodeCounts& counts, std::span<const Encoder::Column> columns);

}  // namespace netstray
