#include "netstray/cli/score_file.h"

#include <fstream>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/source/table_source.h"

namespace netstray {
namespace {

/// Whether the file begins with a number: one score a line, without a header.
bool begins_with_number(const std::string& path) {
  std::ifstream file(path);
  std::string first;
  std::getline(file, first);
  return parse_double(trim(first)).has_value();
}

/// The column as our own `score` names it: with the prefix where the data had such a column before.
std::optional<std::size_t> find_column(const Schema& schema, const std::string& name) {
  const auto prefixed = schema.find("netstray_" + name);
  return prefixed ? prefixed : schema.find(name);
}

}  // namespace

ScoreFile read_score_file(const std::string& path) {
  SourceOptions options;
  if (path != "-" && begins_with_number(path)) options.columns = "score";
  const LoadedTable loaded = load_table(path, options);
  const Schema& schema = loaded.table.schema();
  const auto score = find_column(schema, "score");
  if (!score)
    throw Error(fmt::format("{}: has no column score; its columns are: {}", path, join(schema.names(), ", ")));
  const ColumnType type = schema[*score].type;
  if (type != ColumnType::integer && type != ColumnType::number) {
    throw Error(fmt::format("{}: the column {} does not hold numbers", path, schema[*score].name));
  }

  ScoreFile file;
  file.scores = loaded.table.column(*score).numbers();
  const auto verdict = find_column(schema, "verdict");
  for (std::size_t row = 0; row < file.scores.size(); ++row) {
    if (loaded.table.column(*score).missing(row)) {
      throw Error(fmt::format("{}:{}: the score is missing", path, loaded.lines[row]));
    }
    if (!verdict) continue;
    const std::string text = loaded.table.column(*verdict).text(row);
    if (text != "0" && text != "1") {
      throw Error(fmt::format("{}:{}: verdict: found {}, expected 0 or 1", path, loaded.lines[row], quoted(text)));
    }
    file.verdicts.push_back(text == "1" ? 1 : 0);
  }
  return file;
}

}  // namespace netstray
