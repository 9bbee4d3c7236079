#include "netstray/encode/encoding.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::array<std::pair<NumericScaling, std::string_view>, 6> kScalings{
    {{NumericScaling::standardise, "standardise"},
     {NumericScaling::log, "log"},
     {NumericScaling::minmax, "minmax"},
     {NumericScaling::robust, "robust"},
     {NumericScaling::rank, "rank"},
     {NumericScaling::none, "none"}}};

constexpr std::array<std::pair<CategoryEncoding, std::string_view>, 4> kCategories{
    {{CategoryEncoding::one_hot, "one-hot"},
     {CategoryEncoding::rarity, "rarity"},
     {CategoryEncoding::none, "no-categories"},
     {CategoryEncoding::standardised_one_hot, "standardised-one-hot"}}};

std::optional<CategoryEncoding> category_encoding(std::string_view name) noexcept {
  for (const auto& [categories, known] : kCategories) {
    if (known == name) return categories;
  }
  return {};
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw usage_error(
      fmt::format("encoding {}: {}; expected scalings of number columns (standardise, log, minmax, "
                  "robust, rank, none), then one-hot, standardised-one-hot, rarity or no-categories, as "
                  "\"log+rank+one-hot\"",
                  quoted(text), why));
}

[[noreturn]] void refuse_word(std::string_view text, std::string_view word) {
  std::vector<std::string> words;
  words.reserve(kScalings.size() + kCategories.size());
  for (const auto& [scaling, name] : kScalings) words.emplace_back(name);
  for (const auto& [categories, name] : kCategories) words.emplace_back(name);
  const auto close = nearest(word, words);
  refuse(text, fmt::format("{} is not known{}", quoted(word), close ? fmt::format(", did you mean {}?", *close) : ""));
}

}  // namespace

std::string_view name_of(NumericScaling scaling) noexcept {
  for (const auto& [known, name] : kScalings) {
    if (known == scaling) return name;
  }
  return "none";
}

std::optional<NumericScaling> numeric_scaling(std::string_view name) noexcept {
  for (const auto& [scaling, known] : kScalings) {
    if (known == name) return scaling;
  }
  return {};
}

std::string_view name_of(CategoryEncoding categories) noexcept {
  for (const auto& [known, name] : kCategories) {
    if (known == categories) return name;
  }
  return "no-categories";
}

Encoding Encoding::parse(std::string_view text) {
  Encoding encoding{.numeric = {}};
  std::optional<CategoryEncoding> categories;
  for (const auto& word : split(text, '+')) {
    if (const auto scaling = numeric_scaling(word)) {
      if (encoding.has(*scaling)) refuse(text, fmt::format("{} comes twice", word));
      encoding.numeric.push_back(*scaling);
    } else if (const auto found = category_encoding(word)) {
      if (categories) refuse(text, "it says twice what becomes of categories");
      categories = found;
    } else {
      refuse_word(text, word);
    }
  }
  if (encoding.numeric.empty()) refuse(text, "it has no scaling of number columns");
  encoding.categories = categories.value_or(CategoryEncoding::one_hot);
  return encoding;
}

std::string Encoding::text() const {
  std::string text;
  for (const auto scaling : numeric) text += fmt::format("{}+", name_of(scaling));
  return text += name_of(categories);
}

bool Encoding::has(NumericScaling scaling) const noexcept {
  return std::ranges::find(numeric, scaling) != numeric.end();
}

}  // namespace netstray
