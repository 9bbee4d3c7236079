#include "netstray/table/row_reader.h"

#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/base/time.h"
#include "netstray/table/number_text.h"
#include "netstray/table/type_finder.h"

namespace netstray {
namespace {

Schema schema_of(const std::vector<ColumnPlan>& plans) {
  std::vector<Field> fields;
  fields.reserve(plans.size());
  for (const auto& plan : plans) fields.push_back(plan.field);
  return Schema(std::move(fields));
}

}  // namespace

RowReader::RowReader(const std::vector<ColumnPlan>& plans, MissingMarkers markers)
    : schema_(schema_of(plans)), markers_(std::move(markers)) {
  states_.reserve(plans.size());
  for (const auto& plan : plans) {
    const bool undecided = plan.certainty == TypeCertainty::undecided;
    states_.push_back(
        {undecided ? Kind::undecided : kind_of(plan.field.type), plan.certainty == TypeCertainty::given, {}});
  }
}

RowReader::Kind RowReader::kind_of(ColumnType type) noexcept {
  switch (type) {
    case ColumnType::integer:
      return Kind::integer;
    case ColumnType::number:
      return Kind::number;
    case ColumnType::time:
      return Kind::time;
    case ColumnType::category:
    case ColumnType::address:
      break;
  }
  return Kind::text;
}

void RowReader::settle() {
  for (auto& state : states_) {
    if (state.kind == Kind::undecided) state.kind = Kind::number;
  }
}

void RowReader::set_type(std::size_t index, ColumnType type) {
  auto fields = schema_.fields();
  fields[index].type = type;
  schema_ = Schema(std::move(fields));
  states_[index].kind = kind_of(type);
}

std::optional<CellProblem> RowReader::append(CsvScanner& row, Table& table) {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    if (!append_cell(index, row.cell(index), table)) return take_back(index, table);
  }
  return {};
}

std::optional<CellProblem> RowReader::append(std::span<const std::optional<std::string_view>> cells, Table& table) {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    if (!cells[index]) {
      table.column(index).append_missing();
    } else if (!append_cell(index, *cells[index], table)) {
      return take_back(index, table);
    }
  }
  return {};
}

/// The problem of the cell behind the first `cells` of a row, which are taken back.
CellProblem RowReader::take_back(std::size_t cells, Table& table) {
  for (std::size_t index = 0; index < cells; ++index) table.column(index).pop_back();
  auto problem = *std::move(problem_);
  problem_.reset();
  return problem;
}

bool RowReader::append_cell(std::size_t index, std::string_view cell, Table& table) {
  const Kind kind = states_[index].kind;
  switch (kind) {
    case Kind::integer:
    case Kind::number: {
      if (markers_.has_numbers() && markers_.contains(cell)) break;
      const auto number = parse_number(cell);
      const bool usual = number.kind == NumberText::Kind::integer ||
                         (number.kind == NumberText::Kind::decimal && kind == Kind::number);
      if (!usual) return append_unusual_number(index, cell, table);
      table.column(index).append_decimal(number.mantissa, number.scale);
      return true;
    }
    case Kind::text:
      if (markers_.contains(cell)) break;
      table.column(index).append_text(cell);
      return true;
    case Kind::time:
      return append_time(index, cell, table);
    case Kind::undecided:
      return append_undecided(index, cell, table);
  }
  table.column(index).append_missing();
  return true;
}

/// Missing values, numbers with spaces around them or of a kind that widens the column, and what is no number.
bool RowReader::append_unusual_number(std::size_t index, std::string_view cell, Table& table) {
  using Number = NumberText::Kind;
  ColumnState& state = states_[index];
  const std::string& name = schema_[index].name;
  if (markers_.contains(cell)) {
    table.column(index).append_missing();
    return true;
  }
  const auto number = parse_number(trim(cell));
  const bool integer = state.kind == Kind::integer;
  if (number.kind == Number::none) {
    const std::string_view wanted = !integer ? "a number" : state.fixed ? "an integer" : "an integer or a number";
    return refuse(index, "not a number", cell,
                  fmt::format("{} (if it is text, say --type {}=category; if it stands for a missing value, --missing)",
                              wanted, name));
  }
  if (number.kind == Number::too_large) {
    return refuse(index, "number too large", cell, "a number below 1.8e308 in size");
  }
  if (integer && number.kind != Number::integer) {
    if (state.fixed) {
      return refuse(index, "not an integer", cell,
                    fmt::format("an integer of 64 bits (for other numbers say --type {}=number)", name));
    }
    table.become_number(index);
    set_type(index, ColumnType::number);
  }
  if (number.kind == Number::floating) {
    table.column(index).append_number(number.value);
  } else {
    table.column(index).append_decimal(number.mantissa, number.scale);
  }
  return true;
}

bool RowReader::append_time(std::size_t index, std::string_view cell, Table& table) {
  if (markers_.contains(cell)) {
    table.column(index).append_missing();
    return true;
  }
  const std::string_view text = trim(cell);
  auto time = parse_time(text);
  if (!time) {
    const auto number = parse_number(text);
    if (!number.is_number()) {
      return refuse(index, "not a time", cell, "a time (2026-11-21T21:45:10Z, or a number that counts since 1970)");
    }
    auto& unit = states_[index].unit;
    if (!unit) unit = plausible_epoch_unit(value_of(number)).value_or(EpochUnit::seconds);
    time = epoch_time(number, *unit);
    if (!time) return refuse(index, "number too large", cell, "a time between the years 1678 and 2262");
  }
  table.column(index).append_time(*time);
  return true;
}

bool RowReader::append_undecided(std::size_t index, std::string_view cell, Table& table) {
  if (markers_.contains(cell)) {
    table.column(index).append_missing();
    return true;
  }
  TypeFinder finder;
  finder.add(cell);
  const auto type = finder.type(schema_[index].name).value_or(ColumnType::category);
  Column column(type);
  for (std::size_t row = 0; row < table.column(index).size(); ++row) column.append_missing();
  table.replace_column(index, std::move(column));
  set_type(index, type);
  return append_cell(index, cell, table);
}

bool RowReader::refuse(std::size_t index, std::string_view reason, std::string_view cell, std::string expected) {
  problem_ = CellProblem{reason, index, quoted(cell), std::move(expected)};
  return false;
}

}  // namespace netstray
