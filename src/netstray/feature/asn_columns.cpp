#include "netstray/feature/asn_columns.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using OwnerOfRow = std::vector<const AsnOwner*>;  // null where unknown

OwnerOfRow owners_of(const Column& addresses, const AsnTable& owners) {
  std::vector<const AsnOwner*> of_level;
  of_level.reserve(addresses.levels().size());
  for (const auto& text : addresses.levels()) {
    const auto address = parse_address(text);
    of_level.push_back(address ? owners.find(*address) : nullptr);
  }
  OwnerOfRow of_row;
  of_row.reserve(addresses.size());
  for (std::size_t row = 0; row < addresses.size(); ++row) {
    of_row.push_back(addresses.missing(row) ? nullptr : of_level[addresses.code(row)]);
  }
  return of_row;
}

Column asn_column(const OwnerOfRow& owners) {
  Column column(ColumnType::integer);
  for (const AsnOwner* owner : owners) {
    if (owner == nullptr || owner->asn == 0) {
      column.append_missing();
    } else {
      column.append_decimal(owner->asn, 0);
    }
  }
  return column;
}

Column text_column(const OwnerOfRow& owners, std::string AsnOwner::* text) {
  Column column(ColumnType::category);
  for (const AsnOwner* owner : owners) {
    if (owner == nullptr || (owner->*text).empty()) {
      column.append_missing();
    } else {
      column.append_text(owner->*text);
    }
  }
  return column;
}

}  // namespace

LocatedRows locate(const Table& table, std::string_view address_column, const AsnTable& owners,
                   std::string_view prefix) {
  const Column& addresses = table.column(address_column);
  if (addresses.type() != ColumnType::address && addresses.type() != ColumnType::category) {
    throw usage_error(fmt::format("column {} holds no addresses: it is of type {}", quoted(address_column),
                                  name_of(addresses.type())));
  }
  const OwnerOfRow of_row = owners_of(addresses, owners);
  auto fields = table.schema().fields();
  std::vector<Column> columns;
  columns.reserve(table.columns());
  for (std::size_t i = 0; i < table.columns(); ++i) columns.push_back(table.column(i));
  const auto add = [&](std::string_view name, Column column) {
    fields.push_back({fmt::format("{}{}", prefix, name), column.type()});
    if (table.schema().find(fields.back().name)) {
      throw usage_error(
          fmt::format("there is a column {} already; give the new ones a prefix", quoted(fields.back().name)));
    }
    columns.push_back(std::move(column));
  };
  if (owners.has_asn()) add("asn", asn_column(of_row));
  if (owners.has_asn()) add("organisation", text_column(of_row, &AsnOwner::organisation));
  if (owners.has_country()) add("country", text_column(of_row, &AsnOwner::country));
  LocatedRows located{Table(Schema(std::move(fields)), std::move(columns)), 0};
  for (const AsnOwner* owner : of_row) located.unknown += owner == nullptr ? 1U : 0U;
  return located;
}

}  // namespace netstray
