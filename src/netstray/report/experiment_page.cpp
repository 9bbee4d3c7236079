#include "netstray/report/experiment_page.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/experiment/pictures.h"
#include "netstray/report/experiment/tables.h"
#include "netstray/report/experiment/words.h"
#include "netstray/report/html.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;
using Part = PlacedPicture::Part;
constexpr std::size_t kNamesShown = 12;
constexpr std::size_t kLabelsShown = 12;

std::string subtitle(const ExperimentResult& result) {
  std::string text = fmt::format("{}: {}", result.recipe, counted(result.detectors.size(), "model", "models"));
  if (result.studies.size() > 1) text += fmt::format(" in {} studies", result.studies.size());
  if (!result.seeds.empty()) {
    std::vector<std::string> seeds;
    seeds.reserve(result.seeds.size());
    for (const auto seed : result.seeds) seeds.push_back(std::to_string(seed));
    text += fmt::format(", {} {}", result.seeds.size() == 1 ? "seed" : "seeds", join(seeds, ", "));
  }
  const ClassNames names = class_names(result);
  return text + fmt::format(". Rows are \"{}\" or \"{}\"; the positive class is \"{}\".", names.normal, names.attack,
                            positive_name(result));
}

/// Numbers are not parted from what they count, nor means from deviations.
std::string unbroken(std::string text) {
  for (const auto& [from, to] :
       {std::pair<std::string_view, std::string_view>(" %", "\u00a0%"), {" ± ", "\u00a0±\u00a0"}}) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

/// Line breaks and runs of spaces become one space.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return std::string(trim(line));
}

/// The first of them and how many more there are.
std::string some_of(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = std::min(names.size(), most);
  std::string text = join(std::span(names).first(shown), ", ");
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string learned_rows(const StudyResult& study) {
  return study.train_on == "attacks" ? "attack rows" : study.train_on + " rows";
}

/// "12,893"; below a hundred with a decimal.
std::string rounded(double rows) {
  return rows < 100 ? readable(rows, 3) : grouped(static_cast<std::uint64_t>(std::min(std::round(rows), 1e18)));
}

/// What is written into the page, section by section.
class Writing {
 public:
  Writing(const ExperimentResult& result, const std::vector<PlacedPicture>& pictures)
      : result_(result),
        pictures_(pictures),
        page_(result.title.empty() ? result.recipe : result.title, subtitle(result)) {
    page_.contents();
  }

  std::string str() {
    write_answer();
    write_comparison();
    write_claims();
    write_audits();
    for (const auto& study : result_.studies) write_study(study);
    write_journeys();
    write_data();
    write_remake();
    return page_.str();
  }

 private:
  void write_answer();
  void write_best(const DetectorResult& best);
  void write_leaks();
  void write_comparison();
  void write_claims();
  void write_audits();
  void write_alike(const std::vector<const AuditResult*>& alike);
  /// "calibration-shift, Isolation forest".
  std::string headed(const AuditResult& found) const {
    const std::string about = audited(result_, found);
    return about.empty() ? found.audit.id : fmt::format("{}, {}", found.audit.id, about);
  }
  void write_study(const StudyResult& study);
  void write_rows(const StudyResult& study);
  void write_numbers(const DetectorResult& detector);
  void write_detector(const StudyResult& study, const DetectorResult& detector);
  void write_model(const StudyResult& study, const DetectorResult& detector);
  void write_journeys();
  void write_data();
  void write_table(const TableResult& table);
  void write_remake();

  void paragraph(const std::string& text) { page_.paragraph(unbroken(text)); }
  void lead(const std::string& text) { page_.lead(unbroken(text)); }
  void table(DataTable table) {
    if (table.rows.empty()) return;
    for (auto& row : table.rows) {
      for (auto& cell : row) cell = unbroken(std::move(cell));
    }
    table.note = unbroken(std::move(table.note));
    add_table(page_, table);
  }
  void folded_table(DataTable folded) {
    if (folded.rows.empty()) return;
    page_.details(folded.title);
    folded.title.clear();
    table(std::move(folded));
    page_.end_details();
  }
  std::vector<Page::Figure> figures(Part part, const std::string& study, const std::string& detector = {}) const;
  void pictures(Part part, const std::string& study, const std::string& detector = {}) {
    const auto found = figures(part, study, detector);
    if (!found.empty()) page_.figures(found);
  }

  const ExperimentResult& result_;
  const std::vector<PlacedPicture>& pictures_;
  Page page_;
};

std::vector<Page::Figure> Writing::figures(Part part, const std::string& study, const std::string& detector) const {
  std::vector<Page::Figure> found;
  for (const auto& placed : pictures_) {
    if (placed.part != part || placed.study != study || placed.detector != detector) continue;
    // A detector's own part of the page begins with its reason.
    const std::string leaky = part == Part::detector && !placed.leaky.empty() ? "for the reason above" : placed.leaky;
    found.push_back({placed.picture.svg, placed.picture.caption, leaky});
  }
  return found;
}

void Writing::write_best(const DetectorResult& best) {
  const StudyResult* study = study_of(result_, best.study);
  const Spreads found = spreads(result_, best);
  std::string seeds;
  if (best.seeds.size() > 1) {
    seeds = fmt::format("mean of {} seeds", best.seeds.size());
  } else if (best.evaluation.intervals) {
    seeds = "95 %: " + interval_text(best.evaluation.intervals->auc);
  }
  std::vector<Page::Headline> headlines = {
      {"Attacks found", percent(1 - found.missed.mean), "by " + marked_name(best), false},
      {"False alarms", percent(found.false_alarms.mean), "of normal rows", false}};
  if (study != nullptr) {
    headlines.push_back({"False alarms a day", daily_alarms(result_, *study, best), daily_assumption(*study), false});
  }
  headlines.push_back({"AUC", metric_text(found.auc.mean), seeds, false});
  for (auto& headline : headlines) headline.value = unbroken(std::move(headline.value));
  page_.headlines(headlines);
}

void Writing::write_answer() {
  page_.section("The answer");
  if (!result_.about.empty()) paragraph(one_line(result_.about));
  if (const DetectorResult* best = best_detector(result_); best != nullptr) write_best(*best);
  for (const auto& sentence : answer_words(result_)) lead(sentence);
  std::uint64_t warnings = 0;
  std::uint64_t errors = 0;
  for (const auto& found : result_.audits) {
    errors += found.audit.severity == Audit::Severity::error ? 1 : 0;
    warnings += found.audit.severity == Audit::Severity::warning ? 1 : 0;
  }
  if (errors + warnings == 0) {
    lead("The audits found nothing wrong with the study.");
  } else {
    lead(fmt::format("The audits of the study found {} and {}; they stand below.", counted(errors, "error", "errors"),
                     counted(warnings, "warning", "warnings")));
  }
}

/// Each reason once, with those that it is about.
void Writing::write_leaks() {
  std::vector<std::pair<std::string, std::string>> leaks;
  for (const auto& detector : result_.detectors) {
    if (detector.leaks.empty()) continue;
    const std::string reason = leak_words(detector);
    const auto known = std::find_if(leaks.begin(), leaks.end(), [&](const auto& leak) { return leak.first == reason; });
    if (known == leaks.end()) {
      leaks.emplace_back(reason, shown_name(detector));
    } else {
      known->second += "; " + shown_name(detector);
    }
  }
  for (const auto& [reason, names] : leaks) page_.leaky(unbroken(fmt::format("{}: {}.", names, reason)));
}

void Writing::write_comparison() {
  if (result_.detectors.empty()) return;
  page_.section("The models compared");
  DataTable compared = comparison_table(result_);
  compared.title.clear();
  table(compared);
  write_leaks();
  const auto found = figures(Part::all, "");
  if (!found.empty()) page_.figures(found);
  table(cuts_table(result_));
}

void Writing::write_claims() {
  if (result_.claims.empty()) return;
  page_.section("What was claimed, and what came out");
  DataTable claims = claims_table(result_);
  claims.title.clear();
  table(claims);
}

void Writing::write_alike(const std::vector<const AuditResult*>& alike) {
  const Audit& audit = alike.front()->audit;
  const Page::Notice kind = audit.severity == Audit::Severity::error ? Page::Notice::error : Page::Notice::warning;
  if (alike.size() <= kMostAlike) {
    for (const auto* found : alike) page_.notice(kind, headed(*found), found->audit.text);
    return;
  }
  page_.notice(kind, fmt::format("{}, {} times", audit.id, alike.size()), "Of " + audited(result_, alike) + ".");
  Facts each;
  for (const auto* found : alike) each.emplace_back(audited(result_, {found}), found->audit.text);
  page_.details(fmt::format("What {} found of each", audit.id));
  page_.facts(each);
  page_.end_details();
}

void Writing::write_audits() {
  if (result_.audits.empty()) return;
  page_.section("Audits: what a reader of these numbers must know");
  for (const auto severity : {Audit::Severity::error, Audit::Severity::warning}) {
    for (const auto& alike : alike_audits(result_, severity)) write_alike(alike);
  }
  Facts notes;
  for (const auto& found : result_.audits) {
    if (found.audit.severity == Audit::Severity::note) notes.emplace_back(headed(found), found.audit.text);
  }
  if (notes.empty()) return;
  page_.details(
      counted(notes.size(), "audit that found nothing to worry about", "audits that found nothing to worry about"));
  page_.facts(notes);
  page_.end_details();
}

void Writing::write_rows(const StudyResult& study) {
  Facts facts = {{"table", study.table}, {"split", study.split}, {"learned from", learned_rows(study)}};
  facts.emplace_back("columns learned", study.features.empty() ? "none"
                                                               : fmt::format("{}: {}", study.features.size(),
                                                                             some_of(study.features, kNamesShown)));
  if (study.daily) {
    facts.emplace_back("rows a day", fmt::format("{} normal, {} attacks ({} days)", rounded(study.daily->normal),
                                                 rounded(study.daily->attacks), readable(study.daily->days, 3)));
  }
  page_.facts(facts);
  table(balance_table(result_, study));
  pictures(Part::data, study.name);
  folded_table(selection_table(study));
  folded_table(usual_table(result_, study));
}

void Writing::write_study(const StudyResult& study) {
  page_.section(result_.studies.size() == 1
                    ? "The study"
                    : fmt::format("Study {}", study.title.empty() ? study.name : study.name + ": " + study.title));
  write_rows(study);
  const auto detectors = detectors_of(result_, study.name);
  if (detectors.empty()) return;
  page_.subsection("How its models tell the classes apart");
  pictures(Part::models, study.name);
  table(families_table(result_, study));
  folded_table(classes_table(result_, study));
  folded_table(seeds_table(result_, study));
  table(pairs_table(result_, study));
  if (const auto points = figures(Part::points, study.name); !points.empty()) {
    page_.subsection("Its test rows as points");
    page_.figures(points);
  }
  for (const auto* detector : detectors) write_detector(study, *detector);
}

void Writing::write_numbers(const DetectorResult& detector) {
  const Spreads found = spreads(result_, detector);
  const auto note = [&](const Spread& spread, bool shares) {
    if (spread.seeds < 2 || std::isnan(spread.mean)) return std::string();
    return shares ? percent_interval_text({spread.least, spread.most}) : interval_text({spread.least, spread.most});
  };
  const Spread recall{1 - found.missed.mean, found.missed.sd, 1 - found.missed.most, 1 - found.missed.least,
                      found.missed.seeds};
  page_.headlines(
      {{"Attacks found", unbroken(percent(recall.mean)), unbroken(note(recall, true)), false},
       {"False alarms", unbroken(percent(found.false_alarms.mean)), unbroken(note(found.false_alarms, true)), false},
       {"AUC", metric_text(found.auc.mean), note(found.auc, false), false},
       {"Accuracy", metric_text(found.accuracy.mean), note(found.accuracy, false), false}});
}

void Writing::write_detector(const StudyResult& study, const DetectorResult& detector) {
  page_.subsection(shown_name(detector));
  if (!detector.leaks.empty()) page_.leaky(leak_words(detector) + ".");
  write_numbers(detector);
  for (const auto& words : words_on_detector(result_, study, detector)) paragraph(words);
  write_model(study, detector);
  pictures(Part::detector, study.name, detector.name);
}

void Writing::write_model(const StudyResult& study, const DetectorResult& detector) {
  const TrainingRecord& record = detector.model.record;
  const std::string cut = std::isfinite(detector.cut) ? readable(detector.cut, 6) : "none that is finite";
  Facts facts = {{"name in the recipe", detector.name}, {"kind", detector.kind}};
  const auto& members = detector.model.members;
  const auto& settings = members.size() == 1 ? members.front().settings : record.settings;
  if (!settings.empty()) facts.emplace_back("settings", settings_words(settings));
  facts.emplace_back("encoding", fmt::format("{}, fitted on {} rows", detector.encoding, detector.encoding_from));
  facts.emplace_back("cut", fmt::format("{}, by {} from {} scores", cut, detector.rule, detector.cut_from));
  facts.emplace_back("learned from",
                     fmt::format("{} ({})", counted(record.rows_train, "row", "rows"), learned_rows(study)));
  for (const auto& member : members) {
    if (!member.learning.empty()) facts.emplace_back("learning", member.learning);
    facts.emplace_back(
        members.size() > 1 ? member.name : "width",
        fmt::format("{} in {}", counted(member.width, "matrix column", "matrix columns"), member.encoding));
  }
  const auto constant = detector.model.constant_names();
  if (!constant.empty()) {
    facts.emplace_back("constant columns", fmt::format("{}: {}", constant.size(), some_of(constant, kNamesShown)));
  }
  for (const auto& note : record.notes) facts.emplace_back("note", note);
  if (!detector.model_file.empty()) facts.emplace_back("model", detector.model_file);
  page_.facts(facts);
}

void Writing::write_journeys() {
  const auto found = figures(Part::journey, "");
  if (found.empty()) return;
  page_.section("Where they were");
  page_.small_figures(found);
}

/// "Values are missing in service (12) and count (49,402); no other column lacks any."
std::string missing_words(const TableResult& source) {
  std::vector<std::string> missing;
  for (const auto& column : source.columns) {
    if (column.missing > 0) missing.push_back(fmt::format("{} ({})", column.name, grouped(column.missing)));
  }
  if (missing.empty()) return "No value is missing in any column.";
  return fmt::format("Values are missing in {} of {}: {}.", missing.size(),
                     counted(source.columns.size(), "column", "columns"), some_of(missing, kNamesShown));
}

void Writing::write_table(const TableResult& source) {
  page_.subsection("Table " + source.name);
  paragraph(fmt::format("{} of {}. {}", counted(source.rows, "row", "rows"),
                        counted(source.columns.size(), "column", "columns"), missing_words(source)));
  Facts steps;
  for (const auto& step : source.steps) steps.emplace_back(fmt::format("step {}", steps.size() + 1), step);
  if (!steps.empty()) page_.facts(steps);
  table(head_table(source));
  if (source.labels.size() > kLabelsShown) {
    folded_table(labels_table(source));
  } else {
    table(labels_table(source));
  }
  folded_table(columns_table(source));
}

void Writing::write_data() {
  if (result_.sources.empty() && result_.tables.empty()) return;
  page_.section("The data");
  table(sources_table(result_));
  for (const auto& source : result_.tables) write_table(source);
}

void Writing::write_remake() {
  page_.section("To make it again");
  for (const auto& note : result_.notes) page_.notice(Page::Notice::note, "", note);
  page_.preformatted(result_.command);
}

std::string page_of(const ExperimentResult& result, const std::vector<PlacedPicture>& pictures) {
  return Writing(result, pictures).str();
}

}  // namespace

std::vector<Picture> experiment_pictures(const ExperimentResult& result) {
  std::vector<Picture> pictures;
  for (auto& placed : placed_pictures(result)) pictures.push_back(std::move(placed.picture));
  return pictures;
}

std::vector<DataTable> experiment_tables(const ExperimentResult& result) {
  std::vector<DataTable> tables = {comparison_table(result), claims_table(result), cuts_table(result),
                                   audits_table(result), sources_table(result)};
  for (const auto& study : result.studies) {
    for (auto* make : {balance_table, classes_table, seeds_table, families_table, pairs_table, usual_table,
                       importance_table, settings_table}) {
      tables.push_back(make(result, study));
    }
    tables.push_back(selection_table(study));
  }
  for (const auto& source : result.tables) {
    for (auto* make : {columns_table, head_table, labels_table}) tables.push_back(make(source));
  }
  std::erase_if(tables, [](const DataTable& table) { return table.rows.empty(); });
  return tables;
}

ExperimentReport experiment_report(const ExperimentResult& result) {
  auto placed = placed_pictures(result);
  ExperimentReport report{{}, experiment_tables(result), page_of(result, placed)};
  for (auto& one : placed) report.pictures.push_back(std::move(one.picture));
  return report;
}

std::string experiment_page(const ExperimentResult& result) { return page_of(result, placed_pictures(result)); }

}  // namespace netstray
