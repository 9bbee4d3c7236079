#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/experiment/experiment.h"

namespace netstray {

/// A key of a recipe, as people read it: `netstray experiment --keys` and docs/experiments.md are printed from these,
/// and a recipe is checked against the same list.
struct KeyInfo {
  std::string path;    ///< "sources.NAME.files", "tables.NAME.steps.join.on"; NAME = a name of the user's
  std::string type;    ///< "text", "list of texts", "whole number", "number", "true or false", "word", "table"
  std::string preset;  ///< default as it would stand in a recipe; "required" where there is none, "" where it is absent
  std::string range;   ///< "(0, 1)", the words that may stand there; "" = any
  std::string meaning;  ///< one sentence
};

/// Every key that a recipe may have, in the order in which a recipe has them.
std::vector<KeyInfo> experiment_keys();

/// Reads a recipe and checks all that can be known without data: every key and its type and range, names of detectors,
/// their settings, encodings, rules, layouts, sources, tables and studies, that each threshold's rows exist, and that
/// no table is made from itself. Tables come in an order in which they can be made; all else as it stands in the file.
///
/// `overrides` are "dotted.key=value", carried out in turn before anything is checked (set_toml in
/// experiment/recipe/toml_value.h).
///
/// Throws Error `FILE:LINE: unknown key "treshold"; did you mean "threshold"?`, or `--set K=V: ...` where an override
/// brought it in; usage Error for an override that is none. Any bytes are safe to read.
Experiment read_recipe(const std::string& path, std::span<const std::string> overrides = {});
/// The same of a text; `path` stands in messages and in the result.
Experiment parse_recipe(std::string_view text, const std::string& path, std::span<const std::string> overrides = {});

/// The bytes of a recipe. Throws Error where the file cannot be read, or is over 1 MiB long.
std::string recipe_text(const std::string& path);

/// The text of a recipe with other values for some keys, each "dotted.key=value": a value that is there is replaced,
/// one that is not gets a line below its table's header, comments stay. What comes out reads as `text` with the same
/// overrides would. Throws as parse_recipe, and Error where the text cannot be edited so: a table in braces gets no
/// lines.
std::string edited_recipe(std::string_view text, const std::string& path, std::span<const std::string> overrides);

}  // namespace netstray
