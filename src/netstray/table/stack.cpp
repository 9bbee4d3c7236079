#include "netstray/table/stack.h"

#include <limits>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

/// The type that holds values of both, or nothing.
std::optional<ColumnType> common_type(ColumnType a, ColumnType b) noexcept {
  const auto both = [&](ColumnType x, ColumnType y) { return (a == x && b == y) || (a == y && b == x); };
  if (a == b) return a;
  if (both(ColumnType::integer, ColumnType::number)) return ColumnType::number;
  if (both(ColumnType::category, ColumnType::address)) return ColumnType::category;
  return std::nullopt;
}

void check_names(const NamedTable& first, const NamedTable& other) {
  for (const auto& field : first.table->schema().fields()) {
    if (!other.table->schema().find(field.name)) {
      throw Error(fmt::format("{} has no column {}, which {} has", other.name, quoted(field.name), first.name));
    }
  }
  for (const auto& field : other.table->schema().fields()) {
    if (!first.table->schema().find(field.name)) {
      throw Error(fmt::format("{} has a column {}, which {} has not", other.name, quoted(field.name), first.name));
    }
  }
}

Field common_field(std::span<const NamedTable> tables, Field field) {
  for (const auto& [name, table] : tables) {
    const ColumnType other = table->column(field.name).type();
    const auto type = common_type(field.type, other);
    if (!type) {
      throw Error(fmt::format("column {} is {} in {}, but {} in {}", quoted(field.name), name_of(field.type),
                              tables.front().name, name_of(other), name));
    }
    field.type = *type;
  }
  return field;
}

RowOrigins origins_of(std::span<const NamedTable> tables) {
  RowOrigins origins;
  for (const auto& [name, table] : tables) {
    const auto origin = static_cast<std::uint32_t>(origins.names.size());
    origins.names.push_back(name);
    origins.of_row.insert(origins.of_row.end(), table->rows(), origin);
  }
  return origins;
}

}  // namespace

RowOrigins RowOrigins::gather(std::span<const std::uint32_t> rows) const {
  RowOrigins picked{names, {}};
  picked.of_row.reserve(rows.size());
  for (const std::uint32_t row : rows) picked.of_row.push_back(of_row[row]);
  return picked;
}

Stacked stack(std::span<const NamedTable> tables) {
  if (tables.empty()) throw Error("there is no table to put under another");
  std::uint64_t rows = 0;
  for (const auto& named : tables) {
    check_names(tables.front(), named);
    rows += named.table->rows();
  }
  if (rows >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(fmt::format("{} rows are too many for one table", grouped(rows)));
  }
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (const auto& field : tables.front().table->schema().fields()) {
    fields.push_back(common_field(tables, field));
    columns.emplace_back(fields.back().type);
  }
  parallel_for(fields.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (const auto& named : tables) {
        columns[i].append_rows(named.table->column(fields[i].name), 0, named.table->rows());
      }
    }
  });
  return {Table(Schema(std::move(fields)), std::move(columns)), origins_of(tables)};
}

}  // namespace netstray
