#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "netstray/experiment/tables/made_table.h"
#include "netstray/experiment/tables/read_sources.h"

namespace netstray {

/// The sources and tables of an experiment, each read or made once, when it is first asked for.
class TableStore {
 public:
  /// Reads nothing yet. The experiment must outlive it.
  TableStore(const Experiment& experiment, std::string data) : experiment_(experiment), data_(std::move(data)) {}

  /// A table of the recipe, or a source as it was read. Throws Error naming the table and step for what cannot be done.
  const MadeTable& table(const std::string& name);
  /// What was read so far, in the recipe's order.
  std::vector<SourceResult> sources() const;

 private:
  const MadeTable& remember(const std::string& name, MadeTable made);
  MadeTable of_source(const SourceSpec& spec);
  MadeTable make(const TableSpec& spec);
  MadeTable put_together(const TableSpec& spec);

  const Experiment& experiment_;
  std::string data_;
  std::map<std::string, SourceResult, std::less<>> read_;
  std::map<std::string, MadeTable, std::less<>> made_;
};

/// What a reader is shown of a table: types, missing and distinct values, the first rows, the labels. `label`: the
/// label's column, "" = none. O(rows log rows) for each column, spread over threads().
TableResult describe_table(const std::string& name, const MadeTable& made, const std::string& label);

}  // namespace netstray
