#include "netstray/detect/setting.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

Error wrong(const std::string& detector, std::string_view name, std::string_view found, const std::string& expected) {
  return usage_error(fmt::format("{}: {}: found {}, expected {}", detector, name, quoted(found), expected));
}

std::string list_of(std::span<const std::string_view> choices) {
  return fmt::format("one of {}", join(std::vector<std::string>(choices.begin(), choices.end()), ", "));
}

std::uint64_t parse_whole(const std::string& detector, std::string_view name, std::string_view text, std::uint64_t low,
                          std::uint64_t high) {
  const auto value = parse_integer(trim(text));
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < low || static_cast<std::uint64_t>(*value) > high) {
    throw wrong(detector, name, text, fmt::format("a whole number from {} to {}", low, high));
  }
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

SettingValues::SettingValues(std::string_view detector, std::span<const SettingInfo> infos,
                             std::span<const std::string> given)
    : detector_(detector) {
  std::vector<std::string> names;
  for (const auto& info : infos) {
    names.emplace_back(info.name);
    values_.emplace(info.name, info.preset);
  }
  for (const auto& text : given) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
      throw usage_error(fmt::format("{}: found {}, expected a setting as key=value", detector_, quoted(text)));
    }
    const std::string key = text.substr(0, equals);
    const auto known = values_.find(key);
    if (known == values_.end()) {
      const auto close = nearest(key, names);
      throw usage_error(fmt::format("{}: has no setting {}{} Its settings are: {}", detector_, quoted(key),
                                    close ? fmt::format("; did you mean \"{}\"?", *close) : ".", join(names, ", ")));
    }
    known->second = text.substr(equals + 1);
  }
}

const std::string& SettingValues::text(std::string_view name) const { return values_.find(name)->second; }

std::uint64_t SettingValues::whole(std::string_view name, std::uint64_t low, std::uint64_t high) const {
  return parse_whole(detector_, name, text(name), low, high);
}

double SettingValues::real(std::string_view name, double low, double high) const {
  const auto value = parse_double(text(name));
  if (!value || !(*value >= low && *value <= high)) {
    throw wrong(detector_, name, text(name), fmt::format("a number from {} to {}", low, high));
  }
  return *value;
}

bool SettingValues::yes(std::string_view name) const {
  const std::string value = lower(text(name));
  if (value == "yes" || value == "true" || value == "1") return true;
  if (value == "no" || value == "false" || value == "0") return false;
  throw wrong(detector_, name, text(name), "yes or no");
}

std::string SettingValues::choice(std::string_view name, std::span<const std::string_view> choices) const {
  const std::string& value = text(name);
  if (std::find(choices.begin(), choices.end(), value) == choices.end())
    throw wrong(detector_, name, value, list_of(choices));
  return value;
}

std::vector<std::uint64_t> SettingValues::wholes(std::string_view name, std::uint64_t low, std::uint64_t high) const {
  std::vector<std::uint64_t> values;
  if (text(name).empty()) return values;
  for (const auto& part : split(text(name), ',')) values.push_back(parse_whole(detector_, name, part, low, high));
  return values;
}

std::vector<std::string> SettingValues::words(std::string_view name, std::span<const std::string_view> choices) const {
  std::vector<std::string> values;
  if (text(name).empty()) return values;
  for (const auto& part : split(text(name), ',')) {
    const std::string word(trim(part));
    if (std::find(choices.begin(), choices.end(), word) == choices.end())
      throw wrong(detector_, name, word, list_of(choices));
    values.push_back(word);
  }
  return values;
}

}  // namespace netstray
