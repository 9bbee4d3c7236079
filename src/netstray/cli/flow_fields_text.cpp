#include "netstray/cli/flow_fields_text.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "netstray/feature/flow_field.h"
#include "netstray/report/text_table.h"

namespace netstray {
namespace {

constexpr std::size_t kWidth = 100;

std::string what(const FlowField& field) {
  const bool in_seconds = field.unit == "s";
  return fmt::format("{}{}", field.meaning, in_seconds ? ", in seconds" : "");
}

std::string listed(std::string_view title, std::span<const FlowField> fields) {
  std::string text = fmt::format("{}\n", title);
  TextTable table({{"field"}, {"type"}, {"use"}, {"what it is (docs/conn-v1.md has the formulas)"}});
  for (const auto& field : fields) {
    table.add_row(
        {std::string(field.name), std::string(name_of(field.type)), std::string(name_of(field.use)), what(field)});
  }
  return text + table.text(2, kWidth);
}

std::string markdown_table(std::span<const FlowField> fields) {
  std::string text = "| field | type | unit | use | meaning | formula |\n|---|---|---|---|---|---|\n";
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} | {} | {} |\n", field.name, name_of(field.type),
                   field.unit, name_of(field.use), field.meaning, field.formula);
  }
  return text;
}

}  // namespace

std::string flow_fields_text() {
  std::string text;
  for (const auto& set : feature_sets()) text += listed(fmt::format("{}: {}", set.id, set.summary), set.fields) + '\n';
  return text + listed("What only our own meter knows (--fields):", further_fields());
}

std::string flow_fields_markdown() {
  std::string text;
  for (const auto& set : feature_sets()) {
    text += fmt::format("## {}: {}\n\n{}\n", set.id, set.summary, markdown_table(set.fields));
  }
  return text + "## What only our own meter knows\n\n" + markdown_table(further_fields());
}

}  // namespace netstray
