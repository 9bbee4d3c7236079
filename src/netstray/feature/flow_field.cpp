#include "netstray/feature/flow_field.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/feature/conn_v1.h"
#include "netstray/feature/further_fields.h"

namespace netstray {
namespace {

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const auto& set : feature_sets()) {
    for (const auto& field : set.fields) names.emplace_back(field.name);
  }
  for (const auto& field : further_fields()) names.emplace_back(field.name);
  for (const auto& set : feature_sets()) names.emplace_back(set.id);
  names.emplace_back("all");
  return names;
}

void add_once(std::vector<const FlowField*>& chosen, const FlowField& field) {
  if (std::ranges::find(chosen, &field) == chosen.end()) chosen.push_back(&field);
}

void add_all(std::vector<const FlowField*>& chosen, std::span<const FlowField> fields) {
  for (const auto& field : fields) add_once(chosen, field);
}

/// Adds what one word of a list names; false where it names nothing.
bool add_named(std::vector<const FlowField*>& chosen, std::string_view word) {
  if (word == "all") {
    for (const auto& set : feature_sets()) add_all(chosen, set.fields);
    add_all(chosen, further_fields());
    return true;
  }
  for (const auto& set : feature_sets()) {
    if (set.id != word) continue;
    add_all(chosen, set.fields);
    return true;
  }
  const FlowField* field = find_field(word);
  if (field != nullptr) add_once(chosen, *field);
  return field != nullptr;
}

}  // namespace

std::string_view name_of(FieldUse use) noexcept { return use == FieldUse::learned ? "learned" : "carried"; }

std::span<const FeatureSet> feature_sets() noexcept {
  static const std::array<FeatureSet, 1> sets = {
      {{"conn-v1", "what every source of flows can tell of a connection", conn_v1_fields()}}};
  return sets;
}

std::span<const FlowField> further_fields() noexcept { return meter_fields(); }

const FeatureSet& feature_set(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& set : feature_sets()) {
    if (set.id == id) return set;
    ids.emplace_back(set.id);
  }
  const auto close = nearest(id, ids);
  throw usage_error(fmt::format("there is no feature set {}{}; known: {}", quoted(id),
                                close ? fmt::format("; did you mean {}?", *close) : "", join(ids, ", ")));
}

const FlowField* find_field(std::string_view name) noexcept {
  const auto find = [name](std::span<const FlowField> fields) -> const FlowField* {
    const auto found = std::ranges::find(fields, name, &FlowField::name);
    return found == fields.end() ? nullptr : &*found;
  };
  for (const auto& set : feature_sets()) {
    if (const FlowField* field = find(set.fields)) return field;
  }
  return find(further_fields());
}

const FeatureSet* feature_set_of(const Schema& schema) noexcept {
  for (const auto& set : feature_sets()) {
    const bool whole =
        std::ranges::all_of(set.fields, [&](const FlowField& field) { return schema.find(field.name).has_value(); });
    if (whole) return &set;
  }
  return nullptr;
}

std::vector<std::string> carried_fields() {
  std::vector<std::string> names;
  for (const FlowField* field : choose_fields("all")) {
    if (field->use == FieldUse::carried) names.emplace_back(field->name);
  }
  return names;
}

std::vector<const FlowField*> choose_fields(std::string_view list) {
  std::vector<const FlowField*> chosen;
  for (const auto& part : split(list, ',')) {
    const auto word = trim(part);
    if (word.empty() || add_named(chosen, word)) continue;
    const auto close = nearest(word, known_names());
    throw usage_error(fmt::format("there is no field {}{}; `netstray flows --list-fields` prints them all",
                                  quoted(word), close ? fmt::format("; did you mean {}?", quoted(*close)) : ""));
  }
  if (chosen.empty()) throw usage_error(fmt::format("no field is named in {}", quoted(list)));
  return chosen;
}

}  // namespace netstray
