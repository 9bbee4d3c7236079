#include "netstray/cli/models.h"

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

std::string layout_hint(const Model& model, const SourceOptions& options) {
  if (model.record.layout.empty() || options.layout) return {};
  return fmt::format(" (the model was trained with --layout {})", model.record.layout);
}

void check_columns(const Schema& schema, const std::string& path, const SourceOptions& options, const Model& model) {
  const auto names = schema.names();
  for (const auto& column : model.encoder().columns()) {
    if (schema.find(column.field.name)) continue;
    const auto close = nearest(column.field.name, names);
    throw Error(fmt::format("{}: has no column {}, which the model needs{}{}", path, quoted(column.field.name),
                            close ? fmt::format("; is it {}?", quoted(*close)) : "", layout_hint(model, options)));
  }
}

/// Runs `open`, adding the layout hint to the Error that it throws.
template <typename Open>
auto with_hint(const Model& model, const SourceOptions& options, Open open) {
  try {
    return open();
  } catch (const Error& error) {
    const std::string hint = layout_hint(model, options);
    if (hint.empty() || error.kind() == Error::Kind::interrupted) throw;
    throw Error(error.what() + hint, error.kind());
  }
}

}  // namespace

TableSource open_for_model(const std::string& path, const SourceOptions& options, const Model& model,
                           const Schema& expected) {
  auto source = with_hint(model, options, [&] { return TableSource::open(path, options, true, &expected); });
  check_columns(source.schema(), path, options, model);
  return source;
}

LoadedTable load_for_model(const std::string& path, const SourceOptions& options, const Model& model) {
  const Schema expected = model.encoder().schema();
  auto loaded = with_hint(model, options, [&] { return load_table(path, options, &expected); });
  check_columns(loaded.table.schema(), path, options, model);
  return loaded;
}

std::vector<NamedValue> carried_values(const Table& table, const std::vector<CarriedColumn>& carried, std::size_t row) {
  std::vector<NamedValue> values;
  for (const auto& column : carried) {
    if (const auto index = table.schema().find(column.name))
      values.emplace_back(column.name, table.column(*index).text(row));
  }
  return values;
}

}  // namespace netstray
