#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/evaluate/study_facts.h"
#include "netstray/source/layout.h"
#include "netstray/table/stack.h"
#include "netstray/table/table.h"

namespace netstray {

/// A table that a recipe's steps made: rows that know where they came from, and what was done to them.
struct MadeTable {
  Table table;
  RowOrigins sources;                     ///< the source of each row
  std::vector<std::uint32_t> source_row;  ///< its row there, from 0
  RowOrigins parts;                       ///< the entry of the table's `from` that it came by
  const Layout* layout = nullptr;         ///< of the sources, where they all have the same; else null
  std::vector<std::string> steps;         ///< in words
  std::vector<JoinFacts> joins;
  std::vector<NumberedFacts> numbered;
  std::vector<std::string> ranked;  ///< columns that hold ranks among the rows, and lags of them
  std::vector<LagFacts> lags;
  std::vector<SamplingFacts> samplings;

  /// Makes it a table of these rows, in this order.
  void gather(std::span<const std::uint32_t> rows);
  /// Puts another table in its place, whose rows were made from these rows.
  void replace(Table made, std::span<const std::uint32_t> from_rows);
};

}  // namespace netstray
