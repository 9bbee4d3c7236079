#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/experiment/recipe/recipe.h"
#include "netstray/experiment/recipe/toml_value.h"

namespace netstray {

// How a table of a recipe becomes a struct: a list of keys, each of which knows its words for people and how its value
// is read. What is checked and what is documented is this one list.

/// Tells what is wrong at a place of a recipe, and reads values of a type.
class RecipeText {
 public:
  explicit RecipeText(std::string path) : path_(std::move(path)) {}

  const std::string& path() const noexcept { return path_; }
  /// Throws Error `FILE:LINE: what`, or `--set K=V: what`.
  [[noreturn]] void fail(const TomlValue& at, const std::string& what) const;
  /// The same of a line of the file.
  [[noreturn]] void fail(int line, const std::string& what) const;
  /// Throws Error `FILE:LINE: KEY: found ..., expected ...`.
  [[noreturn]] void expected(const TomlValue& found, const std::string& what) const;
  /// Throws Error `FILE:LINE: unknown ...` with the nearest of `names`.
  [[noreturn]] void unknown(const TomlValue& at, std::string_view what, std::string_view found,
                            const std::vector<std::string>& names) const;
  /// Where it stands: "FILE:LINE", "--set K=V".
  std::string where(const TomlValue& at) const;

  std::string text(const TomlValue& value) const;
  /// A text alone is a list of one.
  std::vector<std::string> texts(const TomlValue& value) const;
  std::uint64_t whole(const TomlValue& value, std::uint64_t low, std::uint64_t high) const;
  double real(const TomlValue& value) const;
  bool yes(const TomlValue& value) const;
  void need_table(const TomlValue& value) const;
  void need_list(const TomlValue& value) const;

 private:
  std::string path_;
};

/// One key of the table that a Spec is read from.
template <typename Spec>
struct RecipeKey {
  KeyInfo info;  ///< the path is the key alone
  std::function<void(const RecipeText& recipe, const TomlValue& value, Spec& spec)> read;
  std::vector<KeyInfo> inner = {};  ///< of a key whose value is a table: the keys in it

  RecipeKey required() && {
    info.preset = "required";
    return std::move(*this);
  }
  /// Without a default: it is there, or it is not.
  RecipeKey absent() && {
    info.preset.clear();
    return std::move(*this);
  }
};

template <typename Spec>
using RecipeKeys = std::vector<RecipeKey<Spec>>;

/// Their words for people, each path behind `prefix`.
template <typename Spec>
std::vector<KeyInfo> key_infos(const RecipeKeys<Spec>& keys, const std::string& prefix) {
  std::vector<KeyInfo> infos;
  for (const auto& key : keys) {
    infos.push_back(key.info);
    infos.back().path = prefix + key.info.path;
    for (const auto& inner : key.inner) {
      infos.push_back(inner);
      infos.back().path = prefix + key.info.path + "." + inner.path;
    }
  }
  return infos;
}

template <typename Spec>
std::vector<std::string> key_names(const RecipeKeys<Spec>& keys) {
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.info.path);
  return names;
}

/// Reads the keys of a table into `spec`. A key that is not in the list goes to `other`, where there is one (it returns
/// false for a key that it does not know either), else it is an Error with the nearest one of `names`.
template <typename Spec>
void read_keys(const RecipeText& recipe, const TomlValue& table, const RecipeKeys<Spec>& keys, Spec& spec,
               const std::function<bool(const std::string& name, const TomlValue& value)>& other = {}) {
  recipe.need_table(table);
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    const TomlValue& value = table.items[i];
    const std::string& name = table.keys[i];
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.info.path == name; });
    if (key != keys.end()) {
      key->read(recipe, value, spec);
    } else if (!other || !other(name, value)) {
      recipe.unknown(value, "key", name, key_names(keys));
    }
  }
  for (const auto& key : keys) {
    if (key.info.preset == "required" && table.find(key.info.path) == nullptr) {
      recipe.fail(table, fmt::format("{}{}the key \"{}\" is missing: {}", table.path, table.path.empty() ? "" : ": ",
                                     key.info.path, key.info.meaning));
    }
  }
}

/// Limits of a number; open ends do not belong to it.
struct Bounds {
  double low = 0, high = 0;
  bool open_low = false, open_high = false;

  bool has(double value) const noexcept {
    return (open_low ? value > low : value >= low) && (open_high ? value < high : value <= high);
  }
  std::string text() const;
};

/// A word that a recipe may say, and what it stands for.
template <typename Value>
struct Word {
  std::string name;
  Value value;
};
template <typename Value>
using Words = std::vector<Word<Value>>;

template <typename Value>
std::vector<std::string> word_names(const Words<Value>& words) {
  std::vector<std::string> names;
  for (const auto& word : words) names.push_back(word.name);
  return names;
}

/// The value that `found` names. Throws Error with the nearest word.
template <typename Value>
Value word_value(const RecipeText& recipe, const TomlValue& found, const Words<Value>& words) {
  const std::string name = recipe.text(found);
  for (const auto& word : words) {
    if (word.name == name) return word.value;
  }
  recipe.unknown(found, found.path + ":", name, word_names(words));
}

template <typename Value>
std::string word_of(const Value& value, const Words<Value>& words) {
  for (const auto& word : words) {
    if (word.value == value) return word.name;
  }
  return "";
}

template <typename Spec>
RecipeKey<Spec> text_key(std::string name, std::string Spec::* member, std::string meaning, std::string range = "") {
  const std::string preset = Spec().*member;
  return {
      {std::move(name), "text", preset.empty() ? "" : toml_text(preset), std::move(range), std::move(meaning)},
      [member](const RecipeText& recipe, const TomlValue& value, Spec& spec) { spec.*member = recipe.text(value); }};
}

template <typename Spec>
RecipeKey<Spec> texts_key(std::string name, std::vector<std::string> Spec::* member, std::string meaning) {
  return {
      {std::move(name), "list of texts", "[]", "", std::move(meaning)},
      [member](const RecipeText& recipe, const TomlValue& value, Spec& spec) { spec.*member = recipe.texts(value); }};
}

template <typename Spec>
RecipeKey<Spec> whole_key(std::string name, std::uint64_t Spec::* member, std::uint64_t low, std::uint64_t high,
                          std::string meaning) {
  return {{std::move(name), "whole number", std::to_string(Spec().*member), fmt::format("{} to {}", low, high),
           std::move(meaning)},
          [=](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            spec.*member = recipe.whole(value, low, high);
          }};
}

template <typename Spec>
RecipeKey<Spec> yes_key(std::string name, bool Spec::* member, std::string meaning) {
  return {{std::move(name), "true or false", Spec().*member ? "true" : "false", "", std::move(meaning)},
          [member](const RecipeText& recipe, const TomlValue& value, Spec& spec) { spec.*member = recipe.yes(value); }};
}

inline std::string preset_text(double value) { return fmt::format("{}", value); }
inline std::string preset_text(std::optional<double> value) { return value ? fmt::format("{}", *value) : ""; }

/// Of a double or an optional one.
template <typename Spec, typename Value>
RecipeKey<Spec> real_key(std::string name, Value Spec::* member, Bounds bounds, std::string meaning) {
  return {{std::move(name), "number", preset_text(Spec().*member), bounds.text(), std::move(meaning)},
          [=](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            const double number = recipe.real(value);
            if (!bounds.has(number)) recipe.expected(value, "a number in " + bounds.text());
            spec.*member = number;
          }};
}

/// Of an enum, a bool, or an optional one; the default is the word of what Spec holds.
template <typename Spec, typename Member, typename Value>
RecipeKey<Spec> word_key(std::string name, Member Spec::* member, Words<Value> words, std::string meaning) {
  std::string preset;
  if constexpr (std::is_same_v<Member, Value>) preset = toml_text(word_of(Spec().*member, words));
  const std::string range = join(word_names(words), ", ");
  return {{std::move(name), "word", preset, range, std::move(meaning)},
          [member, words = std::move(words)](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            spec.*member = word_value(recipe, value, words);
          }};
}

/// Of a table that a struct of its own is read from, which may be an optional one.
template <typename Spec, typename Member, typename Inner>
RecipeKey<Spec> table_key(std::string name, Member Spec::* member, const RecipeKeys<Inner>& keys, std::string meaning) {
  return {{std::move(name), "table", "", "", std::move(meaning)},
          [member, &keys](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            Inner inner;
            read_keys(recipe, value, keys, inner);
            spec.*member = std::move(inner);
          },
          key_infos(keys, "")};
}

/// Of a list of such tables. `keys` stay where they are.
template <typename Spec, typename Inner>
RecipeKey<Spec> tables_key(std::string name, std::vector<Inner> Spec::* member, const RecipeKeys<Inner>& keys,
                           std::string meaning) {
  return {{std::move(name), "list of tables", "[]", "", std::move(meaning)},
          [member, &keys](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            recipe.need_list(value);
            for (const auto& item : value.items) read_keys(recipe, item, keys, (spec.*member).emplace_back());
          },
          key_infos(keys, "")};
}

}  // namespace netstray
