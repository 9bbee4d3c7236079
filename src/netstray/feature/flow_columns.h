#pragma once

#include <span>
#include <vector>

#include "netstray/feature/flow_field.h"
#include "netstray/table/table.h"

namespace netstray {

/// Flows as rows of a table, one column a field. Const members are thread-safe.
class FlowColumns {
 public:
  explicit FlowColumns(std::vector<const FlowField*> fields);

  const Schema& schema() const noexcept { return schema_; }
  /// Appends a row for each flow to a table of this schema. Works column by column: some hundred flows at once are
  /// quickest.
  void append(std::span<const FlowRecord> records, Table& table) const;

 private:
  std::vector<const FlowField*> fields_;
  Schema schema_;
};

}  // namespace netstray
