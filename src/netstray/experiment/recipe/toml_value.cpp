// The only file that sees toml++.

#include "netstray/experiment/recipe/toml_value.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>
#include <toml++/toml.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} * 1024;
constexpr std::size_t kDeepest = 16;
/// toml++ makes a table for each part of a dotted key and frees them one inside the other, so the length of a key is
/// bounded before it sees the text.
constexpr std::ptrdiff_t kMostDotsInLine = 50;

TomlValue::Place place(const toml::source_position& position) { return {position.line, position.column}; }

void read_scalar(const toml::node& node, TomlValue& value) {
  if (const auto* text = node.as_string()) {
    value.kind = TomlValue::Kind::text;
    value.text = text->get();
  } else if (const auto* whole = node.as_integer()) {
    value.kind = TomlValue::Kind::whole;
    value.whole = whole->get();
    value.real = static_cast<double>(value.whole);
  } else if (const auto* real = node.as_floating_point()) {
    value.kind = TomlValue::Kind::real;
    value.real = real->get();
  } else if (const auto* yes = node.as_boolean()) {
    value.kind = TomlValue::Kind::yes;
    value.yes = yes->get();
  } else {
    value.kind = TomlValue::Kind::other;
  }
}

class Converter {
 public:
  explicit Converter(const std::string& name) : name_(name) {}

  TomlValue convert(const toml::node& node, const std::string& path, std::size_t depth) const {
    TomlValue value;
    value.path = path;
    value.begin = value.key = place(node.source().begin);
    value.end = place(node.source().end);
    if (depth > kDeepest) {
      throw Error(
          fmt::format("{}:{}: {}: tables are nested deeper than {}", name_, value.begin.line, quoted(path), kDeepest));
    }
    if (const auto* table = node.as_table()) {
      read_table(*table, value, depth);
    } else if (const auto* list = node.as_array()) {
      value.kind = TomlValue::Kind::list;
      for (const auto& item : *list) {
        value.items.push_back(convert(item, fmt::format("{}.{}", path, value.items.size()), depth + 1));
      }
    } else {
      read_scalar(node, value);
    }
    return value;
  }

 private:
  /// toml++ sorts keys by name; here they come as they stand.
  void read_table(const toml::table& table, TomlValue& value, std::size_t depth) const {
    struct Entry {
      const toml::key* key;
      const toml::node* node;
    };
    std::vector<Entry> entries;
    for (auto&& [key, node] : table) entries.push_back({&key, &node});
    std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
      const auto& first = a.key->source().begin;
      const auto& second = b.key->source().begin;
      return std::pair(first.line, first.column) < std::pair(second.line, second.column);
    });
    for (const auto& [key, node] : entries) {
      const std::string name(key->str());
      value.keys.push_back(name);
      value.items.push_back(convert(*node, value.path.empty() ? name : value.path + "." + name, depth + 1));
      value.items.back().key = place(key->source().begin);
    }
  }

  const std::string& name_;
};

void refuse_hostile(std::string_view text, const std::string& name) {
  if (text.size() > kMostBytes) {
    throw Error(
        fmt::format("{}: is {} bytes long; a recipe has at most {}", name, grouped(text.size()), grouped(kMostBytes)));
  }
  std::size_t line = 1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '.') > kMostDotsInLine) {
      throw Error(fmt::format("{}:{}: a line with more than {} dots; break it", name, line, kMostDotsInLine));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
}

bool is_toml_value(const std::string& text) {
  if (text.find_first_of("\n\r") != std::string::npos) return false;
  try {
    return parse_toml("value = " + text, "").items.size() == 1;
  } catch (const Error&) {
    return false;
  }
}

void mark(TomlValue& value, const std::string& path, const std::string& set_by) {
  value.path = path;
  value.set_by = set_by;
  value.key = value.begin = value.end = {};
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const std::string part = value.kind == TomlValue::Kind::table ? value.keys[i] : std::to_string(i);
    mark(value.items[i], fmt::format("{}.{}", path, part), set_by);
  }
}

/// The part of `value` that `key` names, made where `value` is a table that has none.
TomlValue& step_into(TomlValue& value, const std::string& key, const std::string& assignment) {
  if (value.kind == TomlValue::Kind::list) {
    const auto index = parse_integer(key);
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= value.items.size()) {
      throw usage_error(fmt::format("--set {}: {} is a list of {}; say which of them, counted from 0", assignment,
                                    value.path, value.items.size()));
    }
    return value.items[static_cast<std::size_t>(*index)];
  }
  if (value.kind != TomlValue::Kind::table) {
    throw usage_error(fmt::format("--set {}: {} is {}, and has no keys", assignment, value.path, value.shown()));
  }
  if (TomlValue* found = value.find(key)) return *found;
  value.keys.push_back(key);
  auto& made = value.items.emplace_back();
  made.path = value.path.empty() ? key : value.path + "." + key;
  made.set_by = assignment;
  return made;
}

}  // namespace

const TomlValue* TomlValue::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(keys, name);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

TomlValue* TomlValue::find(std::string_view name) noexcept {
  const auto found = std::ranges::find(keys, name);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

std::string TomlValue::shown() const {
  switch (kind) {
    case Kind::text:
      return quoted(text);
    case Kind::whole:
      return std::to_string(whole);
    case Kind::real:
      return fmt::format("{}", real);
    case Kind::yes:
      return yes ? "true" : "false";
    case Kind::list:
      return "a list";
    case Kind::table:
      return "a table";
    case Kind::other:
      break;
  }
  return "a date or time";
}

TomlValue parse_toml(std::string_view text, const std::string& name) {
  refuse_hostile(text, name);
  try {
    const toml::table table = toml::parse(text, name);
    return Converter(name).convert(table, "", 0);
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

std::string toml_text(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string toml_literal(const std::string& typed) {
  if (is_toml_value(typed)) return typed;
  if (typed.starts_with('.') && parse_double(typed)) return "0" + typed;
  if (typed.find_first_of("[{\"'") == 0) {
    throw usage_error(fmt::format("{} is no value of TOML; words in a list or table need quotes", quoted(typed)));
  }
  return toml_text(typed);
}

void set_toml(TomlValue& root, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string path(trim(std::string_view(assignment).substr(0, equals)));
  if (equals == std::string::npos || path.empty()) {
    throw usage_error(fmt::format("--set {}: expected dotted.key=value", assignment));
  }
  const auto keys = split(path, '.');
  if (keys.size() > kDeepest || std::ranges::find(keys, std::string()) != keys.end()) {
    throw usage_error(fmt::format("--set {}: {} is no dotted key", assignment, quoted(path)));
  }
  TomlValue* value = &root;
  for (const auto& key : keys) value = &step_into(*value, key, assignment);
  const auto place = value->key;
  const std::string typed(trim(std::string_view(assignment).substr(equals + 1)));
  try {
    *value = parse_toml("value = " + toml_literal(typed), "").items.front();
  } catch (const Error& error) {
    throw usage_error(fmt::format("--set {}: {}", assignment, error.what()));
  }
  mark(*value, path, assignment);
  value->key = place;
}

}  // namespace netstray
