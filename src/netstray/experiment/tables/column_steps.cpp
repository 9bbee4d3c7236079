#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/steps.h"
#include "netstray/feature/asn_columns.h"
#include "netstray/feature/asn_table.h"
#include "netstray/feature/country_rank.h"
#include "netstray/feature/derive.h"
#include "netstray/feature/port_class.h"

namespace netstray {
namespace {

/// The table with these of its columns, in this order, under these names.
Table with_columns(Table& table, const std::vector<std::pair<std::size_t, std::string>>& chosen) {
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (const auto& [index, name] : chosen) {
    fields.push_back({name, table.schema()[index].type});
    columns.push_back(std::move(table.column(index)));
  }
  return Table(Schema(std::move(fields)), std::move(columns));
}

void keep(const StepSpec& step, MadeTable& made, bool negated) {
  const Schema& schema = made.table.schema();
  for (const auto& name : step.columns) static_cast<void>(schema.require(name));
  std::vector<std::pair<std::size_t, std::string>> chosen;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const bool named = std::ranges::find(step.columns, schema[i].name) != step.columns.end();
    if (named != negated) chosen.emplace_back(i, schema[i].name);
  }
  if (chosen.empty()) throw Error("no column is left");
  made.table = with_columns(made.table, chosen);
  made.steps.push_back(fmt::format("{}: {}", negated ? "drop" : "keep", join(step.columns, ", ")));
}

void rename(const StepSpec& step, MadeTable& made) {
  const Schema& schema = made.table.schema();
  const std::size_t renamed = schema.require(step.column);
  if (schema.find(step.as)) throw Error(fmt::format("there is a column {} already", quoted(step.as)));
  std::vector<std::pair<std::size_t, std::string>> chosen;
  chosen.reserve(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) chosen.emplace_back(i, i == renamed ? step.as : schema[i].name);
  made.table = with_columns(made.table, chosen);
  for (NumberedFacts& fact : made.numbered) {
    if (fact.column == step.column) fact.column = step.as;
  }
  std::ranges::replace(made.ranked, step.column, step.as);
  made.steps.push_back(fmt::format("rename: {} is called {}", step.column, step.as));
}

/// Puts a derived column in the place of another, or behind all where it has a name of its own.
void place(const StepSpec& step, MadeTable& made, Column column) {
  const std::string& name = step.as.empty() ? step.column : step.as;
  const auto there = made.table.schema().find(name);
  std::vector<Field> fields = made.table.schema().fields();
  std::vector<Column> columns;
  columns.reserve(made.table.columns() + 1);
  for (std::size_t i = 0; i < made.table.columns(); ++i) columns.push_back(std::move(made.table.column(i)));
  const Field field{name, column.type()};
  if (there) {
    fields[*there] = field;
    columns[*there] = std::move(column);
  } else {
    fields.push_back(field);
    columns.push_back(std::move(column));
  }
  made.table = Table(Schema(std::move(fields)), std::move(columns));
}

std::string made_of(const StepSpec& step) {
  return step.as.empty() || step.as == step.column ? step.column : fmt::format("{} of {}", step.as, step.column);
}

void derive_present(const StepSpec& step, MadeTable& made) {
  place(step, made, is_present(made.table.column(step.column)));
  made.steps.push_back(fmt::format("is-present: {} is 1 where there is a value, else 0", made_of(step)));
}

void derive_number(const StepSpec& step, MadeTable& made) {
  Column numbers = first_seen_number(made.table.column(step.column));
  std::uint64_t values = 0;
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (!numbers.missing(row)) values = std::max(values, static_cast<std::uint64_t>(numbers.number(row)) + 1);
  }
  place(step, made, std::move(numbers));
  made.numbered.push_back({step.as.empty() ? step.column : step.as, values, true});
  made.steps.push_back(fmt::format("first-seen-number: {}, {} values numbered from 0 in order of first appearance",
                                   made_of(step), grouped(values)));
}

void derive_mapped(const StepSpec& step, MadeTable& made, ValueMap map, std::string_view words) {
  if (step.otherwise) map.fallback = step.otherwise;
  place(step, made, mapped(made.table.column(step.column), map));
  const std::string rest = map.fallback ? fmt::format(", {} for all else", readable(*map.fallback)) : std::string();
  made.steps.push_back(fmt::format("{}: {} by {} values{}", words, made_of(step), grouped(map.numbers.size()), rest));
}

void derive_rank(const StepSpec& step, MadeTable& made) {
  place(step, made, ranks(made.table.column(step.column)));
  made.ranked.push_back(step.as.empty() ? step.column : step.as);
  made.steps.push_back(fmt::format("rank: {}, from 1, equal values share the mean of theirs", made_of(step)));
}

void add_places(const StepSpec& step, MadeTable& made, const StepContext& context) {
  LocatedRows located = locate(made.table, step.column, read_asn_table(context.file_of(step.with)), step.as);
  made.table = std::move(located.table);
  made.steps.push_back(fmt::format("places: whose the addresses of {} are, by {}; {} rows have none that is known",
                                   step.column, step.with, grouped(located.unknown)));
}

ValueMap map_of(const StepSpec& step) {
  ValueMap map;
  map.numbers.insert(step.mapped.begin(), step.mapped.end());
  return map;
}

}  // namespace

void apply_column_step(const StepSpec& step, MadeTable& made, const StepContext& context) {
  switch (step.kind) {
    case StepSpec::Kind::drop:
      return keep(step, made, true);
    case StepSpec::Kind::keep:
      return keep(step, made, false);
    case StepSpec::Kind::rename:
      return rename(step, made);
    case StepSpec::Kind::is_present:
      return derive_present(step, made);
    case StepSpec::Kind::first_seen_number:
      return derive_number(step, made);
    case StepSpec::Kind::map:
      return derive_mapped(step, made, map_of(step), "map");
    case StepSpec::Kind::rank:
      return derive_rank(step, made);
    case StepSpec::Kind::port_class:
      return derive_mapped(step, made, port_classes(), "port-class");
    case StepSpec::Kind::country_rank:
      return derive_mapped(step, made, country_ranks(countries_of(context.table_named(step.with)), step.start),
                           fmt::format("country-rank from {}", step.start));
    default:
      return add_places(step, made, context);
  }
}

}  // namespace netstray
