#include "netstray/experiment/recipe/keys_text.h"

#include <array>

#include <fmt/core.h>

#include "netstray/report/text_table.h"

namespace netstray {
namespace {

/// Keys of one table, by how their paths begin.
struct Part {
  std::string_view prefix;
  std::string_view title;
  std::string_view about;
};

constexpr std::array kParts = {
    Part{"", "Above all tables", "What the study is."},
    Part{"sources.NAME.", "[sources.NAME]", "Where rows come from."},
    Part{"tables.NAME.", "[tables.NAME]", "What is made of sources and other tables, in any order."},
    Part{"label.", "[label]", "Which rows are attacks."},
    Part{"studies.NAME.", "[studies.NAME]", "What is learned, and which rows test."},
    Part{
        "detectors.NAME.", "[detectors.NAME]",
        "What judges. Beside these keys stand the detector's settings, which `netstray detectors KIND` lists; those of "
        "an ensemble's members behind their names, as in gmm.components = 16."},
    Part{"report.", "[report]", "Pictures beyond those that every report has."},
    Part{"claims.", "[[claims]]", "What a study that is reproduced says of its results."},
};

/// "lag" of "tables.NAME.steps[lag].events"; "" of a key that is of no step.
std::string_view step_of(std::string_view path) {
  const auto open = path.find('[');
  return open == std::string_view::npos ? "" : path.substr(open + 1, path.find(']') - open - 1);
}

const Part& part_of(const KeyInfo& key) {
  for (const auto& part : kParts) {
    if (!part.prefix.empty() && key.path.starts_with(part.prefix)) return part;
  }
  return kParts.front();
}

std::string_view name_in(const Part& part, const KeyInfo& key) {
  if (!step_of(key.path).empty()) return std::string_view(key.path).substr(key.path.rfind('.') + 1);
  return std::string_view(key.path).substr(part.prefix.size());
}

bool is_step(const KeyInfo& key) { return key.path.ends_with(']'); }

std::string preset_words(const KeyInfo& key) {
  if (key.preset.empty()) return "none";
  return key.preset == "required" ? key.preset : "`" + key.preset + "`";
}

constexpr std::size_t kWidth = 100;

}  // namespace

std::string keys_text(std::span<const KeyInfo> keys) {
  std::string text;
  const Part* current = nullptr;
  for (const auto& key : keys) {
    const Part& part = part_of(key);
    if (&part != current)
      text +=
          fmt::format("{}{}\n{}", text.empty() ? "" : "\n", part.title, wrapped(std::string(part.about), kWidth, 2));
    current = &part;
    if (is_step(key)) {
      text += fmt::format("  steps: {{ do = \"{}\", ... }}\n{}", step_of(key.path), wrapped(key.meaning, kWidth, 6));
      continue;
    }
    std::string facts = key.type;
    if (!key.preset.empty()) facts += key.preset == "required" ? ", required" : ", default " + key.preset;
    if (!key.range.empty()) facts += ": " + key.range;
    const std::size_t indent = step_of(key.path).empty() ? 2 : 6;
    text += fmt::format("{}{} ({})\n{}", std::string(indent, ' '), name_in(part, key), facts,
                        wrapped(key.meaning, kWidth, indent + 4));
  }
  return text;
}

std::string keys_markdown(std::span<const KeyInfo> keys) {
  constexpr std::string_view kHead = "\n| key | type | default | range | what it says |\n|---|---|---|---|---|\n";
  std::string text;
  const Part* current = nullptr;
  for (const auto& key : keys) {
    const Part& part = part_of(key);
    if (&part != current) {
      const std::string_view mark = part.prefix.empty() ? "" : "`";
      text +=
          fmt::format("{0}### {1}{2}{1}\n\n{3}\n{4}", text.empty() ? "" : "\n", mark, part.title, part.about, kHead);
    }
    current = &part;
    if (is_step(key)) {
      text += fmt::format("\nA step `{{ do = \"{}\" }}`: {}\n{}", step_of(key.path), key.meaning, kHead);
      continue;
    }
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", name_in(part, key), key.type, preset_words(key), key.range,
                        key.meaning);
  }
  return text;
}

}  // namespace netstray
