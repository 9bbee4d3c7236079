#include "netstray/cli/scored_rows.h"

#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/json.h"
#include "netstray/report/words.h"
#include "netstray/table/csv_writer.h"
#include "netstray/table/json_writer.h"

namespace netstray {

ScoredRows::ScoredRows(const TableSource& source, const std::string& out)
    : source_(source), from_json_(source.reader().format() == "jsonl"), to_json_(from_json_) {
  const std::string path = lower(out);
  if (path.ends_with(".jsonl") || path.ends_with(".ndjson")) to_json_ = true;
  if (path.ends_with(".csv") || path.ends_with(".tsv")) to_json_ = false;
  if (source.csv() != nullptr) {
    delimiter_ = source.csv()->delimiter();
  } else if (path.ends_with(".tsv")) {
    delimiter_ = '\t';
  }
}

/// The name of a column that is added; one that is taken already gets a prefix.
std::string ScoredRows::name(const char* added) const {
  return source_.schema().find(added) ? fmt::format("netstray_{}", added) : std::string(added);
}

std::string ScoredRows::header() const {
  if (to_json_) return {};
  std::string line;
  if (source_.csv() != nullptr && source_.csv()->header_text()) {
    line = *source_.csv()->header_text();
  } else {
    for (const auto& column : source_.schema().names()) {
      if (!line.empty()) line += delimiter_;
      append_csv_cell(line, column, delimiter_);
    }
  }
  for (const char* added : {"score", "p_value", "verdict", "reasons"}) line += delimiter_ + name(added);
  return line + "\n";
}

void ScoredRows::append(const RowBatch& batch, const Verdicts& verdicts, std::size_t row, std::string& text) const {
  if (to_json_) {
    append_json(batch, verdicts, row, text);
  } else {
    append_csv(batch, verdicts, row, text);
  }
}

void ScoredRows::append_csv(const RowBatch& batch, const Verdicts& verdicts, std::size_t row, std::string& line) const {
  if (source_.csv() != nullptr) {
    line += batch.texts[row];
  } else {
    for (std::size_t i = 0; i < batch.table.columns(); ++i) {
      if (i > 0) line += delimiter_;
      append_csv_cell(line, batch.table.column(i).text(row), delimiter_);
    }
  }
  const double p = verdicts.p_values[row];
  fmt::format_to(std::back_inserter(line), "{0}{1:.9g}{0}", delimiter_, verdicts.scores[row]);
  if (!std::isnan(p)) fmt::format_to(std::back_inserter(line), "{:.6g}", p);
  fmt::format_to(std::back_inserter(line), "{0}{1}{0}", delimiter_, verdicts.verdicts[row]);
  if (verdicts.verdicts[row] == 1) append_csv_cell(line, reasons_cell(verdicts.reasons[row]), delimiter_);
  line += '\n';
}

/// A row that came as JSON stays as it was; only the closing brace moves.
void ScoredRows::append_json(const RowBatch& batch, const Verdicts& verdicts, std::size_t row,
                             std::string& line) const {
  if (from_json_) {
    std::string_view came = trim(batch.texts[row]);
    came.remove_suffix(1);
    line += came.substr(0, came.find_last_not_of(" \t\r") + 1);
  } else {
    line += '{';
    append_json_members(line, batch.table, row);
  }
  if (!line.ends_with('{')) line += ',';
  const double p = verdicts.p_values[row];
  fmt::format_to(std::back_inserter(line), R"("{}":{:.9g},"{}":)", name("score"), verdicts.scores[row],
                 name("p_value"));
  line += std::isnan(p) ? "null" : fmt::format("{:.6g}", p);
  fmt::format_to(std::back_inserter(line), R"(,"{}":{})", name("verdict"), verdicts.verdicts[row]);
  if (verdicts.verdicts[row] == 1) {
    fmt::format_to(std::back_inserter(line), R"(,"{}":{})", name("reasons"), reasons_json(verdicts.reasons[row]));
  }
  line += "}\n";
}

}  // namespace netstray
