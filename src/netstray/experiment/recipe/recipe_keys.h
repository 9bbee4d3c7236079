#pragma once

#include <span>
#include <string>
#include <vector>

#include "netstray/experiment/recipe/recipe_key.h"

namespace netstray {

// The keys of each table of a recipe.

const RecipeKeys<Experiment>& experiment_table_keys();  ///< those above all tables
const RecipeKeys<SourceSpec>& source_keys();
const RecipeKeys<TableSpec>& table_keys();
const RecipeKeys<LabelSpec>& label_keys();
const RecipeKeys<StudySpec>& study_keys();
const RecipeKeys<DetectorSpec>& detector_keys();  ///< beside the detector's settings
const RecipeKeys<ReportSpec>& report_keys();
const RecipeKeys<ClaimSpec>& claim_keys();

/// A step of a table: `{ do = "join", ... }`.
struct StepWords {
  std::string name;  ///< "join"
  StepSpec preset;   ///< its kind and its defaults
  std::string meaning;
  RecipeKeys<StepSpec> keys;
};
std::span<const StepWords> step_words();
/// The step of that name. Throws std::logic_error where there is none.
const StepWords& step_named(std::string_view name);
/// Reads one of a table's steps, or, with `words`, a step of that kind without `do`.
StepSpec read_step(const RecipeText& recipe, const TomlValue& value, const StepWords* words = nullptr);

/// Carries out `read`, and says where it stands if it throws Error.
template <typename Read>
auto at_place(const RecipeText& recipe, const TomlValue& value, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    recipe.fail(value, fmt::format("{}: {}", value.path, error.what()));
  }
}

}  // namespace netstray
