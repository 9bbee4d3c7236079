#include "netstray/experiment/recipe/recipe_key.h"

namespace netstray {

std::string RecipeText::where(const TomlValue& at) const {
  if (!at.set_by.empty()) return "--set " + at.set_by;
  return fmt::format("{}:{}", path_, at.key.line != 0 ? at.key.line : at.begin.line);
}

void RecipeText::fail(const TomlValue& at, const std::string& what) const {
  throw Error(fmt::format("{}: {}", where(at), what));
}

void RecipeText::fail(int line, const std::string& what) const {
  throw Error(line > 0 ? fmt::format("{}:{}: {}", path_, line, what) : fmt::format("{}: {}", path_, what));
}

void RecipeText::expected(const TomlValue& found, const std::string& what) const {
  fail(found, fmt::format("{}: found {}, expected {}", found.path, found.shown(), what));
}

void RecipeText::unknown(const TomlValue& at, std::string_view what, std::string_view found,
                         const std::vector<std::string>& names) const {
  const auto close = nearest(found, names);
  const std::string list = names.empty() ? " There is none" : " Known are: " + join(names, ", ");
  fail(at, fmt::format("unknown {} {}{}", what, quoted(found),
                       close ? fmt::format("; did you mean \"{}\"?", *close) : "." + list));
}

std::string RecipeText::text(const TomlValue& value) const {
  if (value.kind != TomlValue::Kind::text) expected(value, "a text");
  if (value.text.find('\0') != std::string::npos) expected(value, "a text without NUL");
  return value.text;
}

std::vector<std::string> RecipeText::texts(const TomlValue& value) const {
  if (value.kind == TomlValue::Kind::text) return {text(value)};
  if (value.kind != TomlValue::Kind::list) expected(value, "a list of texts");
  std::vector<std::string> texts;
  texts.reserve(value.items.size());
  for (const auto& item : value.items) texts.push_back(text(item));
  return texts;
}

std::uint64_t RecipeText::whole(const TomlValue& value, std::uint64_t low, std::uint64_t high) const {
  if (value.kind != TomlValue::Kind::whole || value.whole < 0 || static_cast<std::uint64_t>(value.whole) < low ||
      static_cast<std::uint64_t>(value.whole) > high) {
    expected(value, fmt::format("a whole number from {} to {}", low, high));
  }
  return static_cast<std::uint64_t>(value.whole);
}

double RecipeText::real(const TomlValue& value) const {
  const bool number = value.kind == TomlValue::Kind::whole || value.kind == TomlValue::Kind::real;
  if (!number || !std::isfinite(value.real)) expected(value, "a number");
  return value.real;
}

bool RecipeText::yes(const TomlValue& value) const {
  if (value.kind != TomlValue::Kind::yes) expected(value, "true or false");
  return value.yes;
}

void RecipeText::need_table(const TomlValue& value) const {
  if (value.kind != TomlValue::Kind::table) expected(value, "a table");
}

void RecipeText::need_list(const TomlValue& value) const {
  if (value.kind != TomlValue::Kind::list) expected(value, "a list");
}

std::string Bounds::text() const {
  return fmt::format("{}{}, {}{}", open_low ? "(" : "[", low, high, open_high ? ")" : "]");
}

}  // namespace netstray
