// A recipe with other values for some keys, as a text that keeps its comments.

#include <algorithm>

#include "netstray/experiment/recipe/recipe_key.h"

namespace netstray {
namespace {

/// Where a place is in the text, in bytes. Columns count characters, of which UTF-8 has further bytes 10xxxxxx.
std::size_t offset_of(std::string_view text, TomlValue::Place place) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line && at < text.size(); ++line) {
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  const auto continues = [&] { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  for (std::uint32_t column = 1; column < place.column && at < text.size(); ++column) {
    ++at;
    while (continues()) ++at;
  }
  return at;
}

std::size_t line_start(std::string_view text, std::size_t at) {
  const auto before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

bool is_header(std::string_view text, std::size_t at) {
  return trim(text.substr(line_start(text, at))).starts_with('[');
}

std::size_t next_line(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size() - 1) + 1;
}

/// What `key` names in a table, or counts in a list; null where there is nothing.
const TomlValue* part_of(const TomlValue& value, const std::string& key) {
  if (value.kind != TomlValue::Kind::list) return value.find(key);
  const auto index = parse_integer(key);
  const bool there = index && *index >= 0 && static_cast<std::size_t>(*index) < value.items.size();
  return there ? &value.items[static_cast<std::size_t>(*index)] : nullptr;
}

/// A key that is not there gets a line: in a table below its header, above all tables below the title.
void add_line(std::string& text, const std::string& path, const TomlValue& root, const TomlValue& table,
              const std::string& line) {
  if (&table == &root) {
    const TomlValue* title = root.find("title");
    text.insert(title == nullptr ? 0 : next_line(text, offset_of(text, title->end)), line);
    return;
  }
  const std::size_t header = offset_of(text, table.key);
  if (!is_header(text, header)) {
    throw Error(fmt::format("{}: {} has no header of its own, so that nothing can be added to it: {}", path, table.path,
                            trim(line)));
  }
  text.insert(next_line(text, header), line);
}

void edit(std::string& text, const std::string& path, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string value = toml_literal(std::string(trim(std::string_view(assignment).substr(equals + 1))));
  const TomlValue root = parse_toml(text, path);
  const TomlValue* table = &root;
  auto keys = split(trim(std::string_view(assignment).substr(0, equals)), '.');
  while (const TomlValue* next = part_of(*table, keys.front())) {
    keys.erase(keys.begin());
    table = next;
    if (keys.empty()) break;
  }
  if (!keys.empty()) return add_line(text, path, root, *table, fmt::format("{} = {}\n", join(keys, "."), value));
  const std::size_t begin = offset_of(text, table->begin);
  text.replace(begin, offset_of(text, table->end) - begin, value);
}

/// Whether two tables say the same, wherever it stands.
bool same(const TomlValue& a, const TomlValue& b) {
  if (a.kind != b.kind || a.text != b.text || a.whole != b.whole || a.yes != b.yes) return false;
  if (a.kind == TomlValue::Kind::real && a.shown() != b.shown()) return false;
  if (a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const TomlValue* other = a.kind == TomlValue::Kind::table ? b.find(a.keys[i]) : &b.items[i];
    if (other == nullptr || !same(a.items[i], *other)) return false;
  }
  return true;
}

}  // namespace

std::string edited_recipe(std::string_view text, const std::string& path, std::span<const std::string> overrides) {
  parse_recipe(text, path, overrides);
  std::string edited(text);
  if (!edited.ends_with('\n')) edited += '\n';
  TomlValue wanted = parse_toml(text, path);
  for (const auto& assignment : overrides) {
    edit(edited, path, assignment);
    set_toml(wanted, assignment);
  }
  if (!same(wanted, parse_toml(edited, path))) {
    throw Error(fmt::format("{}: its text cannot be edited; write {} yourself", path, join(overrides, ", ")));
  }
  return edited;
}

}  // namespace netstray
