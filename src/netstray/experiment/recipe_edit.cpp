// A recipe with other values for some keys, as a text that keeps its comments.

#include <algorithm>

#include "netstray/experiment/recipe_key.h"

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

/// Where the keys above all tables end: at the first header.
std::size_t first_header(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && !is_header(text, at)) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return at;
}

void edit(std::string& text, const std::string& path, const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos) throw usage_error(fmt::format("--set {}: expected dotted.key=value", assignment));
  const std::string key(trim(std::string_view(assignment).substr(0, equals)));
  const std::string value = toml_literal(std::string(trim(std::string_view(assignment).substr(equals + 1))));
  const TomlValue root = parse_toml(text, path);
  const TomlValue* table = &root;
  std::string rest = key;
  for (std::string part = rest.substr(0, rest.find('.')); const TomlValue* next = table->find(part);) {
    table = next;
    if (part.size() == rest.size()) {
      const std::size_t begin = offset_of(text, next->begin);
      text.replace(begin, offset_of(text, next->end) - begin, value);
      return;
    }
    rest.erase(0, part.size() + 1);
    part = rest.substr(0, rest.find('.'));
  }
  const std::string line = fmt::format("{} = {}\n", rest, value);
  if (table == &root) {
    text.insert(first_header(text), line);
    return;
  }
  const std::size_t header = offset_of(text, table->key);
  if (!is_header(text, header)) {
    throw Error(
        fmt::format("{}: {} has no header of its own, so that {} cannot be added to it", path, table->path, rest));
  }
  text.insert(std::min(text.find('\n', header), text.size() - 1) + 1, line);
}

}  // namespace

std::string edited_recipe(std::string_view text, const std::string& path, std::span<const std::string> overrides) {
  std::string edited(text);
  if (!edited.ends_with('\n')) edited += '\n';
  for (const auto& assignment : overrides) edit(edited, path, assignment);
  parse_recipe(edited, path);
  return edited;
}

}  // namespace netstray
