#include "netstray/report/model_text.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/model/reasons.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kUsualWidth = 56;

std::string rows_words(const TrainingRecord& record) {
  std::string text = fmt::format("{} read", counted(record.rows_read, "row", "rows"));
  if (record.rows_left_out > 0) text += fmt::format(", {} left out", grouped(record.rows_left_out));
  text += fmt::format("; {} to learn from, {} kept for calibration", grouped(record.rows_train),
                      record.rows_calibration == 0 ? "none" : grouped(record.rows_calibration));
  return record.rows_used.empty() ? text : text + " (" + printable(record.rows_used) + ")";
}

std::string cut_words(const ModelSummary& model) {
  return fmt::format("{}: a row is flagged where its score is above it", cut_text(model));
}

std::string columns_words(const ModelSummary& model) {
  const auto constant = model.constant_names();
  std::string text = fmt::format("{} learned", counted(model.columns.size(), "column", "columns"));
  if (model.members.size() == 1) {
    text += fmt::format(" (as {})", counted(model.members.front().width, "matrix column", "matrix columns"));
  }
  if (!constant.empty()) text += fmt::format("; {} of them constant: {}", constant.size(), join(constant, ", "));
  return printable(text);
}

std::string columns_table(const ModelSummary& model) {
  TextTable table({{"column"}, {"type"}, {"usual"}, {"least", Align::right}, {"most", Align::right}});
  for (const auto& column : model.columns) {
    const std::string type(name_of(column.field.type));
    const bool category = column.field.type == ColumnType::category;
    table.add_row({printable(column.field.name), type, shortened(printable(usual_words(column)), kUsualWidth),
                   category ? "" : readable(column.min, 6), category ? "" : readable(column.max, 6)});
  }
  return table.text(2);
}

std::string members_table(const ModelSummary& model) {
  TextTable table({{"member"}, {"encoding"}, {"columns", Align::right}, {"settings"}});
  for (const auto& member : model.members) {
    const std::string settings = settings_words(member.settings);
    table.add_row({printable(member.name), member.encoding, std::to_string(member.width),
                   printable(member.learning.empty() ? settings : settings + "; " + member.learning)});
  }
  return table.text(2);
}

std::string quantiles_table(const ModelSummary& model) {
  TextTable table({{"share of rows at or below", Align::right},
                   {"training score", Align::right},
                   {"calibration score", Align::right}});
  for (std::size_t i = 0; i < std::max(model.training.size(), model.calibration.size()); ++i) {
    const double share = i < model.training.size() ? model.training[i].share : model.calibration[i].share;
    const auto score = [&](const std::vector<ScoreQuantile>& quantiles) {
      return i < quantiles.size() ? fmt::format("{:.4f}", quantiles[i].score) : std::string();
    };
    table.add_row({chosen_percent(share), score(model.training), score(model.calibration)});
  }
  return table.text(2);
}

}  // namespace

std::string trained_text(const ModelSummary& model, bool colour) {
  const Ink ink(colour);
  TextTable table({{""}, {""}});
  table.add_row({"rows", rows_words(model.record)});
  table.add_row({"columns", columns_words(model)});
  table.add_row({"not learned", printable(carried_words(model.carried))});
  table.add_row({"detector", fmt::format("{}; seed {}", printable(detector_words(model)), model.record.seed)});
  table.add_row({"cut", cut_words(model)});
  const std::string head = model.path.empty() ? "Trained." : "Trained " + printable(model.path);
  return ink.strong(head) + '\n' + table.text(2);
}

std::string model_text(const ModelSummary& model, bool colour) {
  const Ink ink(colour);
  const auto& record = model.record;
  TextTable table({{""}, {""}});
  table.add_row({"trained on", printable(record.source)});
  table.add_row({"file digest", record.digest});
  if (!record.layout.empty()) table.add_row({"layout", printable(record.layout)});
  if (!record.feature_set.empty()) table.add_row({"feature set", printable(record.feature_set)});
  table.add_row({"rows", rows_words(record)});
  table.add_row({"distinct rows", grouped(model.distinct_rows)});
  table.add_row({"columns", columns_words(model)});
  table.add_row({"not learned", printable(carried_words(model.carried))});
  table.add_row({"detector", printable(detector_words(model))});
  if (model.members.size() == 1) {
    table.add_row({"settings", printable(settings_words(model.members.front().settings))});
    if (!model.members.front().learning.empty()) table.add_row({"learning", model.members.front().learning});
  } else {
    table.add_row({"distinct only", record.settings.contains("unique") ? record.settings.at("unique") : "no"});
  }
  table.add_row({"seed", std::to_string(record.seed)});
  table.add_row({"cut", cut_words(model)});
  for (const auto& note : record.notes) table.add_row({"note", printable(note)});
  table.add_row({"made by", "netstray " + printable(record.version)});
  std::string text = ink.strong("Model " + printable(model.path)) + '\n' + table.text(2);
  if (model.members.size() > 1) text += '\n' + ink.strong("Members") + '\n' + members_table(model);
  text += '\n' + ink.strong("Scores") + '\n' + quantiles_table(model);
  return text + '\n' + ink.strong("Learned columns, and what is usual in them") + '\n' + columns_table(model);
}

std::string verified_text(const ModelCheck& check, bool colour) {
  const Ink ink(colour);
  if (!check.ok)
    return fmt::format("{}: {}: {}\n", printable(check.path), ink.alarm("damaged"), printable(check.error));
  return fmt::format("{}: {} ({} bytes, written by netstray {})\n", printable(check.path), ink.good("ok"),
                     grouped(check.bytes), printable(check.version));
}

}  // namespace netstray
