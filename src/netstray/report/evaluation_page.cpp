#include "netstray/report/evaluation_page.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/model/reasons.h"
#include "netstray/report/charts/bars.h"
#include "netstray/report/charts/curves.h"
#include "netstray/report/classification_report.h"
#include "netstray/report/html.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kZoomedFpr = 0.1;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string page_title(const EvaluationPage& page) {
  std::string data;
  for (const auto& input : page.inputs) data += (data.empty() ? "" : ", ") + file_name(input.path);
  if (data.empty()) data = "scores";
  return page.model == nullptr || page.model->path.empty()
             ? "How well the scores of " + data + " do"
             : "How well " + file_name(page.model->path) + " does on " + data;
}

std::string page_subtitle(const EvaluationPage& page) {
  const Evaluation& evaluation = *page.evaluation;
  const std::uint64_t normal = evaluation.rows - std::min(evaluation.rows, evaluation.attacks);
  std::string text = fmt::format("{}: {} normal, {}.", counted(evaluation.rows, "row", "rows"), grouped(normal),
                                 counted(evaluation.attacks, "attack", "attacks"));
  if (page.model == nullptr) return text + " The scores were made elsewhere.";
  const TrainingRecord& record = page.model->record;
  return text + fmt::format(" The model ({}) learned from {} of {} ({}); its cut is {}.", page.model->record.detector,
                            counted(record.rows_train, "row", "rows"), file_name(record.source), record.rows_used,
                            page.model->rule);
}

std::string interval_note(const std::optional<Interval>& interval) {
  return interval ? "95 %: " + interval_text(*interval) : std::string();
}

std::optional<Interval> interval_of(const Evaluation& evaluation, Interval BootstrapIntervals::* member) {
  return evaluation.intervals ? std::optional<Interval>((*evaluation.intervals).*member) : std::nullopt;
}

Page::Headline false_alarm_headline(const FalseAlarms& alarms) {
  Page::Headline headline{"False alarms", percent(alarms.measured), "of normal rows", false};
  headline.alarm = promise_of(alarms) == Promise::too_many;
  if (alarms.asked) headline.note += "; " + chosen_percent(*alarms.asked) + " asked for";
  return headline;
}

/// What came of the cut: four numbers, those that a person who runs the model feels.
void add_cut_headlines(std::vector<Page::Headline>& result, const Evaluation& evaluation) {
  const Confusion& confusion = *evaluation.confusion;
  const auto recall = interval_of(evaluation, &BootstrapIntervals::recall);
  const bool flagged = confusion.fp + confusion.tp > 0;
  result.push_back({"Attacks found at the cut", percent(evaluation.attacks > 0 ? confusion.recall() : kNaN),
                    recall ? "95 %: " + percent_interval_text(*recall) : "", false});
  result.push_back(false_alarm_headline(evaluation.false_alarms));
  result.push_back({"Attacks among flagged rows", percent(flagged ? confusion.precision() : kNaN), "precision", false});
  result.push_back({"Accuracy", metric_text(confusion.accuracy()),
                    interval_note(interval_of(evaluation, &BootstrapIntervals::accuracy)), false});
}

std::vector<Page::Headline> headlines(const Evaluation& evaluation) {
  std::vector<Page::Headline> result;
  if (evaluation.confusion) add_cut_headlines(result, evaluation);
  result.push_back({"Area under the ROC curve", metric_text(evaluation.auc),
                    interval_note(interval_of(evaluation, &BootstrapIntervals::auc)), false});
  result.push_back({"Average precision", metric_text(evaluation.average_precision),
                    interval_note(interval_of(evaluation, &BootstrapIntervals::average_precision)), false});
  for (const auto& [share, recall] :
       {std::pair("1 %", evaluation.recall_at_fpr_01), {"5 %", evaluation.recall_at_fpr_05}}) {
    result.push_back(
        {fmt::format("Found at {} false positives", share), percent(recall), "by a cut made for this test", false});
  }
  return result;
}

void add_audit_summary(Page& out, const Evaluation& evaluation) {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const auto& audit : evaluation.audits) {
    errors += audit.severity == Audit::Severity::error ? 1 : 0;
    warnings += audit.severity == Audit::Severity::warning ? 1 : 0;
  }
  if (errors + warnings == 0) return;
  for (const auto& audit : by_severity(evaluation.audits)) {
    if (audit.severity == Audit::Severity::error) out.notice(Page::Notice::error, audit.id, audit.text);
  }
  if (warnings > 0) {
    out.paragraph(fmt::format("{} on these numbers: see the audits below.", counted(warnings, "warning", "warnings")));
  }
}

void add_answer(Page& out, const Evaluation& evaluation) {
  out.section("What it means");
  out.headlines(headlines(evaluation));
  for (const auto& sentence : plain_words(evaluation)) out.lead(sentence);
  add_audit_summary(out, evaluation);
}

void add_charts(Page& out, const EvaluationPage& page) {
  const Evaluation& evaluation = *page.evaluation;
  const auto point = evaluation.confusion ? operating_point(*evaluation.confusion) : std::nullopt;
  const std::vector<ModelCurve> models = {{"the model", evaluation.curve, point}};
  out.section("How it tells attacks from normal traffic");
  std::vector<Page::Figure> figures;
  figures.push_back({histogram_chart(page.histogram, evaluation.cut),
                     "Each row's score: higher is more unusual. What lies right of the cut is flagged."});
  if (evaluation.confusion) {
    figures.push_back({confusion_picture({}, *evaluation.confusion).svg, "What became of the rows at the cut."});
  }
  figures.push_back({roc_picture({}, models).svg, "What any other cut would find, and at what price."});
  figures.push_back({roc_picture({}, models, kZoomedFpr).svg,
                     "The left end of the same curve: the only part that can be run day by day."});
  figures.push_back(
      {precision_recall_picture({}, models).svg,
       "How many of the flagged rows are attacks. This depends on how many attacks there are in the test."});
  if (evaluation.confusion && !evaluation.families.empty()) {
    figures.push_back({family_chart(evaluation.families), "Which kinds of attack are seen, and which are not."});
  }
  out.figures(figures);
}

void add_confusion(Page& out, const Evaluation& evaluation) {
  if (!evaluation.confusion) return;
  const Confusion& confusion = *evaluation.confusion;
  out.section("At the cut");
  out.table({{"", Page::Align::left},
             {"not flagged", Page::Align::right},
             {"flagged", Page::Align::right},
             {"all", Page::Align::right}},
            {{"normal rows", grouped(confusion.tn), grouped(confusion.fp), grouped(confusion.tn + confusion.fp)},
             {"attack rows", grouped(confusion.fn), grouped(confusion.tp), grouped(confusion.fn + confusion.tp)}});
  const FalseAlarms& alarms = evaluation.false_alarms;
  std::vector<std::pair<std::string, std::string>> facts;
  if (evaluation.cut) facts.emplace_back("cut", "score above " + readable(*evaluation.cut, 6));
  facts.emplace_back("false alarms asked for", alarms.asked ? chosen_percent(*alarms.asked) : "no promise was made");
  facts.emplace_back("false alarms measured", percent(alarms.measured));
  if (alarms.low && alarms.high) {
    facts.emplace_back("expected, if normal stayed the same",
                       percent_interval_text({*alarms.low, *alarms.high}) + " (95 %)");
  }
  out.facts(facts);
  out.paragraph("The same as scikit-learn's classification_report (0 normal, 1 attack):");
  out.preformatted(classification_report(confusion));
}

void add_families(Page& out, const Evaluation& evaluation) {
  if (evaluation.families.empty()) return;
  out.section("Attacks by family");
  std::vector<std::vector<std::string>> rows;
  rows.reserve(evaluation.families.size());
  for (const auto& family : evaluation.families) {
    rows.push_back({family.family, grouped(family.rows), evaluation.confusion ? percent(family.recall) : "n/a",
                    percent(family.recall_at_fpr_01), percent(family.recall_at_fpr_05)});
  }
  out.table({{"family", Page::Align::left},
             {"rows", Page::Align::right},
             {"found at the cut", Page::Align::right},
             {"at 1 % false positives", Page::Align::right},
             {"at 5 % false positives", Page::Align::right}},
            rows);
}

void add_audits(Page& out, const Evaluation& evaluation) {
  if (evaluation.audits.empty()) return;
  out.section("Audits: what a reader of these numbers must know");
  for (const auto& audit : by_severity(evaluation.audits)) {
    const auto kind = audit.severity == Audit::Severity::error     ? Page::Notice::error
                      : audit.severity == Audit::Severity::warning ? Page::Notice::warning
                                                                   : Page::Notice::note;
    out.notice(kind, audit.id, audit.text);
  }
}

void add_columns(Page& out, const ModelSummary& model) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& column : model.columns) {
    const bool category = column.field.type == ColumnType::category;
    rows.push_back({column.field.name, std::string(name_of(column.field.type)), usual_words(column),
                    category ? "" : readable(column.min, 6), category ? "" : readable(column.max, 6)});
  }
  out.details(fmt::format("The {} and what is usual in them",
                          counted(model.columns.size(), "learned column", "learned columns")));
  out.table({{"column", Page::Align::left},
             {"type", Page::Align::left},
             {"usual in training", Page::Align::left},
             {"least", Page::Align::right},
             {"most", Page::Align::right}},
            rows);
  out.end_details();
}

void add_model(Page& out, const ModelSummary& model) {
  const TrainingRecord& record = model.record;
  out.section("The model");
  std::vector<std::pair<std::string, std::string>> facts = {
      {"trained on", fmt::format("{} ({}): {} to learn from, {} for calibration", record.source, record.rows_used,
                                 counted(record.rows_train, "row", "rows"), grouped(record.rows_calibration))},
      {"detector", fmt::format("{}; seed {}", detector_words(model), record.seed)},
      {"settings", settings_words(record.settings)},
      {"cut", cut_text(model)},
      {"columns", fmt::format("{} learned", counted(model.columns.size(), "column", "columns"))},
      {"constant", model.constant_names().empty() ? "none" : join(model.constant_names(), ", ")},
      {"not learned", carried_words(model.carried)},
      {"made by", "netstray " + record.version}};
  out.facts(facts);
  add_columns(out, model);
}

void add_data(Page& out, const EvaluationPage& page) {
  out.section("What was evaluated");
  std::vector<std::vector<std::string>> rows;
  for (const auto& input : page.inputs) {
    std::string skipped;
    for (const auto& [reason, count] : input.skipped) {
      skipped += (skipped.empty() ? "" : ", ") + grouped(count) + " " + reason;
    }
    rows.push_back({input.path, input.format, grouped(input.rows.value_or(0)), skipped.empty() ? "none" : skipped});
  }
  out.table({{"file", Page::Align::left},
             {"format", Page::Align::left},
             {"rows", Page::Align::right},
             {"left out", Page::Align::left}},
            rows);
  if (page.command.empty()) return;
  out.paragraph("To make this page again:");
  out.preformatted(page.command);
}

}  // namespace

std::string evaluation_page(const EvaluationPage& page) {
  const Evaluation& evaluation = *page.evaluation;
  Page out(page_title(page), page_subtitle(page));
  add_answer(out, evaluation);
  add_charts(out, page);
  add_families(out, evaluation);
  add_confusion(out, evaluation);
  add_audits(out, evaluation);
  if (page.model != nullptr) add_model(out, *page.model);
  add_data(out, page);
  return out.str();
}

}  // namespace netstray
