#include "netstray/table/schema.h"

#include <array>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::array<std::string_view, 5> kTypeNames = {"integer", "number", "category", "time", "address"};

}  // namespace

std::string_view name_of(ColumnType type) noexcept { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<ColumnType> column_type(std::string_view name) noexcept {
  if (name == "text") return ColumnType::category;
  for (std::size_t i = 0; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i] == name) return static_cast<ColumnType>(i);
  }
  return {};
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> result;
  result.reserve(fields_.size());
  for (const auto& field : fields_) result.push_back(field.name);
  return result;
}

std::optional<std::size_t> Schema::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return i;
  }
  return {};
}

std::size_t Schema::require(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  const auto all = names();
  const auto close = nearest(name, all);
  const std::string hint = close ? fmt::format("; did you mean \"{}\"?", *close) : std::string();
  throw usage_error(
      fmt::format("no column {}{} The columns are: {}", quoted(name), hint.empty() ? "." : hint, join(all, ", ")));
}

}  // namespace netstray
