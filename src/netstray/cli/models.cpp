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

std::string feature_set_hint(const Model& model) {
  if (!model.record.layout.empty() || model.record.feature_set.empty()) return {};
  return fmt::format(" (the model was trained on {}, which `netstray flows` makes of captures)",
                     model.record.feature_set);
}

void check_columns(const Schema& schema, const std::string& path, const SourceOptions& options, const Model& model) {
  const auto names = schema.names();
  for (const auto& column : model.encoder().columns()) {
    if (schema.find(column.field.name)) continue;
    const auto close = nearest(column.field.name, names);
    throw Error(fmt::format("{}: has no column {}, which the model needs{}{}{}", path, quoted(column.field.name),
                            close ? fmt::format("; is it {}?", quoted(*close)) : "", layout_hint(model, options),
                            feature_set_hint(model)));
  }
}

/// Refuses rows that are made of other features than those that the model learned.
void check_features(const std::string& path, std::string_view features, const Model& model) {
  const std::string& learned = model.record.feature_set;
  if (features.empty() || learned.empty() || features == learned) return;
  throw Error(fmt::format("{}: has the features {}, but the model was trained on {}", path, features, learned));
}

std::string_view features_of(const Layout* layout, const FeatureSet* set) noexcept {
  if (layout != nullptr) return layout->feature_set;
  return set == nullptr ? std::string_view() : set->id;
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
  check_features(path, features_of(source.layout(), source.feature_set()), model);
  check_columns(source.schema(), path, options, model);
  return source;
}

LoadedTable load_for_model(const std::string& path, const SourceOptions& options, const Model& model) {
  const Schema expected = model.encoder().schema();
  auto loaded = with_hint(model, options, [&] { return load_table(path, options, &expected); });
  check_features(path, features_of(loaded.layout, loaded.feature_set), model);
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
