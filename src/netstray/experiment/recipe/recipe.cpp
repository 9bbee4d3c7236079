#include "netstray/experiment/recipe/recipe.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "netstray/base/byte_source.h"
#include "netstray/experiment/recipe/recipe_check.h"
#include "netstray/experiment/recipe/recipe_keys.h"
#include "netstray/maths/matrix.h"
#include "netstray/model/recipe.h"

namespace netstray {
namespace {

/// A setting as `--set` of other commands would give it. Lists are joined by commas.
std::string setting_text(const RecipeText& recipe, const TomlValue& value) {
  switch (value.kind) {
    case TomlValue::Kind::text:
      return recipe.text(value);
    case TomlValue::Kind::yes:
      return value.yes ? "yes" : "no";
    case TomlValue::Kind::whole:
    case TomlValue::Kind::real:
      return value.shown();
    case TomlValue::Kind::list: {
      std::vector<std::string> parts;
      for (const auto& item : value.items) {
        if (item.kind == TomlValue::Kind::list) recipe.expected(item, "a text or number");
        parts.push_back(setting_text(recipe, item));
      }
      return join(parts, ",");
    }
    case TomlValue::Kind::table:
    case TomlValue::Kind::other:
      break;
  }
  recipe.expected(value, "a text, a number, true, false or a list");
}

/// Those of an ensemble's members stand in tables: gmm.components = 16.
void add_settings(const RecipeText& recipe, const std::string& name, const TomlValue& value,
                  std::map<std::string, std::string>& settings) {
  if (value.kind != TomlValue::Kind::table) {
    settings[name] = setting_text(recipe, value);
    return;
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    add_settings(recipe, name + "." + value.keys[i], value.items[i], settings);
  }
}

/// Tells what is wrong with a detector's settings at the setting that the message names, or else at the detector.
[[noreturn]] void refuse_settings(const RecipeText& recipe, const TomlValue& table, const std::string& message) {
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    if (message.find(fmt::format(": {}: ", table.keys[i])) != std::string::npos) recipe.fail(table.items[i], message);
  }
  recipe.fail(table, message);
}

/// What is wrong with a member's settings; "" where nothing is. Detectors look at their settings before they look at
/// rows, so that fitting on no rows tells.
std::string wrong_setting(const Recipe::Member& member) {
  try {
    member.detector->fit(Matrix(), member.settings, {});
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::usage) return error.what();
  }
  return "";
}

void check_settings(const RecipeText& recipe, const TomlValue& table, const DetectorSpec& detector) {
  std::vector<std::string> settings;
  settings.reserve(detector.settings.size());
  for (const auto& [name, value] : detector.settings) {
    settings.push_back(fmt::format("{}={}", name, value));
  }
  std::vector<std::string> wrong;
  try {
    const Recipe made = make_recipe(detector.kind, settings, detector.encoding);
    std::ranges::transform(made.members, std::back_inserter(wrong), wrong_setting);
  } catch (const Error& error) {
    wrong.emplace_back(error.what());
  }
  for (const auto& message : wrong) {
    if (!message.empty()) refuse_settings(recipe, table, message);
  }
}

void read_detector(const RecipeText& recipe, const TomlValue& table, DetectorSpec& detector) {
  recipe.need_table(table);
  const TomlValue* kind = table.find("kind");
  detector.kind = kind == nullptr ? detector.name : recipe.text(*kind);
  const auto kinds = recipe_names();
  if (std::ranges::find(kinds, detector.kind) == kinds.end()) {
    recipe.unknown(kind == nullptr ? table : *kind, "detector", detector.kind, kinds);
  }
  const DetectorInfo* info = find_detector(detector.kind);
  auto names = key_names(detector_keys());
  if (info != nullptr) {
    for (const auto& setting : info->settings) names.emplace_back(setting.name);
  }
  read_keys<DetectorSpec>(recipe, table, detector_keys(), detector,
                          [&](const std::string& name, const TomlValue& value) {
                            if (info != nullptr && std::ranges::find(names, name) == names.end()) {
                              recipe.unknown(value, "key", name, names);
                            }
                            add_settings(recipe, name, value, detector.settings);
                            return true;
                          });
  check_settings(recipe, table, detector);
}

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::size_t kLongestName = 60;

/// Names become parts of file names, and stand in tables.
void check_name(const RecipeText& recipe, const TomlValue& value, const std::string& name) {
  if (name.empty() || name.size() > kLongestName || name.find_first_not_of(kNameLetters) != std::string::npos) {
    recipe.fail(value,
                fmt::format("{} is no name: one has letters, digits, _ and -, {} at most", quoted(name), kLongestName));
  }
}

/// `[SECTION.NAME]`, each read by `read`.
template <typename Spec, typename Read>
void read_section(const RecipeText& recipe, const TomlValue& section, std::vector<Spec>& specs, const Read& read) {
  recipe.need_table(section);
  for (std::size_t i = 0; i < section.items.size(); ++i) {
    check_name(recipe, section.items[i], section.keys[i]);
    Spec& spec = specs.emplace_back();
    spec.name = section.keys[i];
    if constexpr (requires { spec.line; }) spec.line = static_cast<int>(section.items[i].key.line);
    read(section.items[i], spec);
  }
}

void read_claims(const RecipeText& recipe, const TomlValue& list, std::vector<ClaimSpec>& claims) {
  recipe.need_list(list);
  for (const auto& claim : list.items) read_keys(recipe, claim, claim_keys(), claims.emplace_back());
}

/// A table of the recipe that has tables of its own, or keys that no list above has.
struct Section {
  std::string_view name;
  bool required;
  std::string_view meaning;
  void (*read)(const RecipeText& recipe, const TomlValue& value, Experiment& experiment);
};

constexpr std::array kSections = {
    Section{"sources", true, "where rows come from",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_section(recipe, value, experiment.sources,
                           [&](const auto& table, auto& spec) { read_keys(recipe, table, source_keys(), spec); });
            }},
    Section{"tables", true, "what is made of them",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_section(recipe, value, experiment.tables,
                           [&](const auto& table, auto& spec) { read_keys(recipe, table, table_keys(), spec); });
            }},
    Section{"label", true, "which rows are attacks",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_keys(recipe, value, label_keys(), experiment.label);
            }},
    Section{"studies", true, "what is learned, and which rows test",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_section(recipe, value, experiment.studies,
                           [&](const auto& table, auto& spec) { read_keys(recipe, table, study_keys(), spec); });
            }},
    Section{"detectors", true, "what judges",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_section(recipe, value, experiment.detectors,
                           [&](const auto& table, auto& spec) { read_detector(recipe, table, spec); });
            }},
    Section{"report", false, "",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_keys(recipe, value, report_keys(), experiment.report);
            }},
    Section{"claims", false, "",
            [](const RecipeText& recipe, const TomlValue& value, Experiment& experiment) {
              read_claims(recipe, value, experiment.claims);
            }},
};

Experiment experiment_of(const RecipeText& recipe, const TomlValue& root) {
  Experiment experiment;
  experiment.path = recipe.path();
  auto names = key_names(experiment_table_keys());
  for (const auto& section : kSections) names.emplace_back(section.name);
  read_keys<Experiment>(recipe, root, experiment_table_keys(), experiment,
                        [&](const std::string& name, const TomlValue& value) {
                          const auto section = std::ranges::find(kSections, name, &Section::name);
                          if (section == kSections.end()) recipe.unknown(value, "key", name, names);
                          section->read(recipe, value, experiment);
                          return true;
                        });
  for (const auto& section : kSections) {
    const TomlValue* found = root.find(section.name);
    if (section.required && (found == nullptr || (found->items.empty() && section.name != "label"))) {
      recipe.fail(0, fmt::format("the table [{}] is missing: it says {}", section.name, section.meaning));
    }
  }
  check_recipe(recipe, root, experiment);
  return experiment;
}

}  // namespace

std::vector<KeyInfo> experiment_keys() {
  std::vector<KeyInfo> all = key_infos(experiment_table_keys(), "");
  const auto add = [&all](std::vector<KeyInfo> infos) { all.insert(all.end(), infos.begin(), infos.end()); };
  add(key_infos(source_keys(), "sources.NAME."));
  add(key_infos(table_keys(), "tables.NAME."));
  for (const auto& step : step_words()) {
    all.push_back({fmt::format("tables.NAME.steps[{}]", step.name), "table", "", "", step.meaning});
    add(key_infos(step.keys, fmt::format("tables.NAME.steps[{}].", step.name)));
  }
  add(key_infos(label_keys(), "label."));
  add(key_infos(study_keys(), "studies.NAME."));
  add(key_infos(detector_keys(), "detectors.NAME."));
  add(key_infos(report_keys(), "report."));
  add(key_infos(claim_keys(), "claims."));
  return all;
}

Experiment parse_recipe(std::string_view text, const std::string& path, std::span<const std::string> overrides) {
  TomlValue root = parse_toml(text, path);
  for (const auto& assignment : overrides) set_toml(root, assignment);
  return experiment_of(RecipeText(path), root);
}

std::string recipe_text(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{1024} * 1024;
  const auto source = open_bytes(path);
  std::string text;
  std::array<char, 65536> piece{};
  while (const std::size_t count = source->read(piece)) {
    text.append(piece.data(), count);
    if (text.size() > kMost) throw Error(fmt::format("{}: is too long for a recipe", path));
  }
  return text;
}

Experiment read_recipe(const std::string& path, std::span<const std::string> overrides) {
  return parse_recipe(recipe_text(path), path, overrides);
}

}  // namespace netstray
