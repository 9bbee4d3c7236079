#include "netstray/feature/flow_columns.h"

#include <string>
#include <utility>

namespace netstray {
namespace {

Schema schema_of(std::span<const FlowField* const> fields) {
  std::vector<Field> columns;
  columns.reserve(fields.size());
  for (const FlowField* field : fields) columns.push_back({std::string(field->name), field->type});
  return Schema(std::move(columns));
}

}  // namespace

FlowColumns::FlowColumns(std::vector<const FlowField*> fields)
    : fields_(std::move(fields)), schema_(schema_of(fields_)) {}

void FlowColumns::append(std::span<const FlowRecord> records, Table& table) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) fields_[i]->append(table.column(i), records);
}

}  // namespace netstray
