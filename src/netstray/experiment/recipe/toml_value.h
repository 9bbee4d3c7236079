#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// What stands in a TOML file, in the order in which it stands there, each part with its place: what a recipe is read
/// from. A plain value, so that toml++ stays behind one .cpp.
struct TomlValue {
  enum class Kind { text, whole, real, yes, list, table, other };  ///< other: dates and times, which no recipe needs
  /// Counted from 1; the column in Unicode characters. 0 where the value is not in the file.
  struct Place {
    std::uint32_t line = 0, column = 0;
  };

  Kind kind = Kind::table;
  std::string path;               ///< dotted, from the root: "detectors.gmm.threshold"
  std::string text;               ///< of a text
  std::int64_t whole = 0;         ///< of a whole number
  double real = 0;                ///< of a number, whole ones included; may be infinite or NaN
  bool yes = false;               ///< of true and false
  Place key, begin, end;          ///< of its key (an item of a list: as begin), and of the value; end is behind it
  std::string set_by;             ///< the override that gave it, "detectors.gmm.nu=0.1"; "" = the file
  std::vector<std::string> keys;  ///< of a table, one for each of `items`
  std::vector<TomlValue> items;   ///< of lists and tables

  /// The value of this key, or null.
  const TomlValue* find(std::string_view name) const noexcept;
  TomlValue* find(std::string_view name) noexcept;
  /// As a message shows it: `0.5`, `"text"`, `a list`, `a table`.
  std::string shown() const;
};

/// Reads TOML 1.0. `name` stands in messages. Throws Error `name:LINE: ...` for what is no TOML, for more than 256 KiB,
/// and for tables nested deeper than 16. Takes memory in proportion to the text.
TomlValue parse_toml(std::string_view text, const std::string& name);

/// A text as it stands in TOML, in quotes.
std::string toml_text(const std::string& text);

/// A value that a person typed, as TOML: as it stands where it is that already, `.5` as `0.5`, all else in quotes, so
/// that a bare word needs none. Throws usage Error for what begins as a list, a table or a text in quotes and is none.
std::string toml_literal(const std::string& typed);

/// Carries out "dotted.key=value" on a table, where the value is read as toml_literal makes it. A number in the key
/// counts the items of a list, from 0. Tables that are not there are made. Throws usage Error `--set dotted.key=value:
/// ...` for a text without '=', an empty key, and a way through what is no table.
void set_toml(TomlValue& root, const std::string& assignment);

}  // namespace netstray
