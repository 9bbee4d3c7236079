#include "netstray/report/experiment/tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Align kRight = Align::right;

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return percent(whole == 0 ? kNaN : static_cast<double>(part) / static_cast<double>(whole));
}

/// "12.5", "n/a".
std::string number_text(double value, int digits = 4) { return std::isfinite(value) ? readable(value, digits) : "n/a"; }

std::string study_table(std::string_view kind, const StudyResult& study) {
  return fmt::format("{}-{}", kind, study.name);
}

/// "0.955", with the seeds' least and most where there are several.
std::string cut_text(const DetectorResult& detector) {
  std::vector<double> cuts;
  cuts.reserve(detector.seeds.size());
  for (const auto& seed : detector.seeds) cuts.push_back(seed.cut);
  const Spread spread = spread_of(cuts);
  if (cuts.size() < 2 || spread.least == spread.most) return number_text(detector.cut, 5);
  return fmt::format("{} ({} to {})", number_text(detector.cut, 5), number_text(spread.least, 4),
                     number_text(spread.most, 4));
}

std::vector<std::string> class_row(const DetectorResult& detector, const std::string& name, const ClassScores& scores) {
  const bool absent = scores.support == 0;
  return {marked_name(detector),
          name,
          metric_text(absent ? kNaN : scores.precision),
          metric_text(absent ? kNaN : scores.recall),
          metric_text(absent ? kNaN : scores.f1),
          grouped(scores.support)};
}

std::string shown_encoding(const DetectorResult& detector) {
  if (detector.encoding_from.empty()) return detector.encoding;
  return fmt::format("{} from {} rows", detector.encoding, detector.encoding_from);
}

/// "0.012" as it is, "< 0.001": of a p-value that was computed for many pairs.
std::string p_text(double p) { return p < 0.001 ? "< 0.001" : p_value_text(p); }

/// "+0.012"; nothing has no sign.
std::string difference_text(double difference) {
  if (!std::isfinite(difference)) return "n/a";
  return difference == 0 ? "0" : fmt::format("{:+.3f}", difference);
}

/// "F1", "AUC": as a reader knows them.
std::string shown_metric(const std::string& metric) { return metric == "f1" ? "F1" : metric == "auc" ? "AUC" : metric; }

std::string comparison_note(const ExperimentResult& result, std::size_t seeds) {
  const ClassNames names = class_names(result);
  std::string note =
      fmt::format("Precision, recall and F1 are of the class \"{}\". False alarms: share of \"{}\" rows called \"{}\".",
                  positive_name(result), names.normal, names.attack);
  if (!result.attack_is_positive) note += fmt::format(" Missed: share of \"{}\" rows not called so.", names.attack);
  if (seeds > 1) note += fmt::format(" Mean ± standard deviation over {} seeds.", seeds);
  return note;
}

/// Whether an audit found that many test rows of the study equal another.
bool warned_of_copies(const ExperimentResult& result, const StudyResult& study) {
  return std::any_of(result.audits.begin(), result.audits.end(), [&](const AuditResult& found) {
    return found.audit.id == "duplicates-within" && found.audit.severity != Audit::Severity::note &&
           (found.study.empty() || found.study == study.name);
  });
}

}  // namespace

DataTable comparison_table(const ExperimentResult& result) {
  DataTable table{"comparison", "The models compared", {{"detector"}}, {}};
  const bool several = result.studies.size() > 1;
  if (several) table.columns.push_back({"study"});
  for (const auto* metric : {"accuracy", "precision", "recall", "F1", "AUC", "false alarms"}) {
    table.columns.push_back({metric, kRight});
  }
  if (!result.attack_is_positive) table.columns.push_back({"missed", kRight});  // else 1 - recall
  std::size_t most_seeds = 0;
  for (const auto& detector : result.detectors) {
    const Spreads found = spreads(result, detector);
    most_seeds = std::max(most_seeds, detector.seeds.size());
    std::vector<std::string> row = {marked_name(detector)};
    if (several) row.push_back(detector.study);
    for (const auto& spread : {found.accuracy, found.precision, found.recall, found.f1, found.auc}) {
      row.push_back(spread_text(spread));
    }
    row.push_back(percent_spread_text(found.false_alarms));
    if (!result.attack_is_positive) row.push_back(percent_spread_text(found.missed));
    table.add(std::move(row));
  }
  table.note = comparison_note(result, most_seeds);
  return table;
}

DataTable claims_table(const ExperimentResult& result) {
  DataTable table{"claims",
                  "What was claimed, and what came out",
                  {{"detector"}, {"metric"}, {"class"}, {"claimed", kRight}, {"found", kRight}, {"difference", kRight}},
                  {}};
  for (const auto& claim : result.claims) {
    const auto detector = std::find_if(result.detectors.begin(), result.detectors.end(),
                                       [&](const DetectorResult& one) { return one.name == claim.detector; });
    const double difference = std::round((claim.found - claim.claimed) * 1000) / 1000;
    table.add({detector == result.detectors.end() ? claim.detector : marked_name(*detector), shown_metric(claim.metric),
               claim.class_name.empty() ? "all" : claimed_class(result, claim), number_text(claim.claimed, 4),
               metric_text(claim.found), difference_text(difference)});
  }
  return table;
}

DataTable cuts_table(const ExperimentResult& result) {
  DataTable table{"cuts",
                  "Every cut, and what it was taken from",
                  {{"detector"},
                   {"rule"},
                   {"from"},
                   {"cut", kRight},
                   {"false alarms", kRight},
                   {"encoding"},
                   {"looked at test rows"}},
                  {}};
  for (const auto& detector : result.detectors) {
    table.add({marked_name(detector), detector.rule, detector.cut_from, cut_text(detector),
               percent_spread_text(spreads(result, detector).false_alarms), shown_encoding(detector),
               detector.leaks.empty() ? "nothing" : leak_words(detector)});
  }
  table.note = "A cut is in the detector's own score: rows above it stray from what was learned.";
  if (result.seeds.size() > 1) table.note += " In parentheses the least and the greatest of the seeds.";
  return table;
}

DataTable audits_table(const ExperimentResult& result) {
  DataTable table{"audits", "Audits", {{"severity"}, {"audit"}, {"about"}, {"value", kRight}, {"finding"}}, {}};
  for (const auto severity : {Audit::Severity::error, Audit::Severity::warning, Audit::Severity::note}) {
    for (const auto& found : result.audits) {
      if (found.audit.severity != severity) continue;
      const std::string about = audited(result, found);
      table.add({std::string(name_of(severity)), found.audit.id, about.empty() ? "all" : about,
                 number_text(found.audit.value), found.audit.text});
    }
  }
  return table;
}

DataTable sources_table(const ExperimentResult& result) {
  DataTable table{"sources", "Sources", {{"source"}, {"file"}, {"format"}, {"rows", kRight}, {"XXH3-128"}}, {}};
  for (const auto& source : result.sources) {
    table.add(
        {source.name, source.made_up ? "made up" : source.path, source.format, grouped(source.rows), source.digest});
    if (source.note.empty()) continue;
    table.note += fmt::format("{}{}: {}.", table.note.empty() ? "" : " ", source.name, source.note);
  }
  return table;
}

DataTable balance_table(const ExperimentResult& result, const StudyResult& study) {
  const ClassNames names = class_names(result);
  DataTable table{study_table("balance", study),
                  "Rows at each stage",
                  {{"stage"},
                   {names.normal, kRight},
                   {names.attack, kRight},
                   {"all", kRight},
                   {"share of " + names.attack, kRight}},
                  {}};
  for (const auto& stage : study.balance) {
    const std::uint64_t rows = stage.normal + stage.attacks;
    table.add(
        {stage.stage, grouped(stage.normal), grouped(stage.attacks), grouped(rows), share_text(stage.attacks, rows)});
  }
  return table;
}

DataTable classes_table(const ExperimentResult& result, const StudyResult& study) {
  DataTable table{
      study_table("classes", study),
      "Precision, recall and F1 of each class (first seed)",
      {{"detector"}, {"class"}, {"precision", kRight}, {"recall", kRight}, {"F1", kRight}, {"rows", kRight}},
      {}};
  const ClassNames names = class_names(result);
  const std::array<std::string, 2> ordered =
      result.attack_is_positive ? std::array{names.normal, names.attack} : std::array{names.attack, names.normal};
  for (const auto* detector : detectors_of(result, study.name)) {
    table.add(class_row(*detector, ordered[0], detector->classes[0]));
    table.add(class_row(*detector, ordered[1], detector->classes[1]));
    table.add(class_row(*detector, "macro average", detector->classes[2]));
    table.add(class_row(*detector, "weighted average", detector->classes[3]));
  }
  return table;
}

DataTable seeds_table(const ExperimentResult& result, const StudyResult& study) {
  DataTable table{study_table("seeds", study), "Each seed", {{"detector"}}, {}};
  for (const auto* column : {"seed", "cut", "accuracy", "precision", "recall", "F1", "AUC", "false alarms",
                             "average precision", "recall at 1 % false positives", "at 5 %"}) {
    table.columns.push_back({column, kRight});
  }
  for (const auto* detector : detectors_of(result, study.name)) {
    if (detector->seeds.size() < 2) continue;
    for (const auto& seed : detector->seeds) {
      DetectorResult one;
      one.seeds = {seed};
      const Spreads found = spreads(result, one);
      table.add({marked_name(*detector), std::to_string(seed.seed), number_text(seed.cut, 5),
                 spread_text(found.accuracy), spread_text(found.precision), spread_text(found.recall),
                 spread_text(found.f1), spread_text(found.auc), percent(found.false_alarms.mean),
                 metric_text(seed.average_precision), percent(seed.recall_at_fpr_01), percent(seed.recall_at_fpr_05)});
    }
  }
  return table;
}

DataTable families_table(const ExperimentResult& result, const StudyResult& study) {
  const ClassNames names = class_names(result);
  DataTable table{study_table("families", study),
                  fmt::format("Share of each family's rows called \"{}\" (first seed)", names.attack),
                  {{"family"}, {"rows", kRight}},
                  {}};
  for (const auto* detector : detectors_of(result, study.name)) {
    table.columns.push_back({marked_name(*detector), kRight});
    const auto shares = family_shares(result, study, *detector);
    if (table.rows.empty()) {
      for (const auto& family : shares) table.add({family.family, grouped(family.rows)});
    }
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      table.rows[i].push_back(i < shares.size() ? percent(shares[i].share()) : "n/a");
    }
  }
  return table;
}

DataTable pairs_table(const ExperimentResult& result, const StudyResult& study) {
  DataTable table{study_table("pairs", study),
                  "Pairs of models on the same rows",
                  {{"first"},
                   {"second"},
                   {"AUC, first - second", kRight},
                   {"95 %"},
                   {"p (DeLong, Holm)", kRight},
                   {"only first right", kRight},
                   {"only second right", kRight},
                   {"p (McNemar, Holm)", kRight}},
                  {}};
  const auto name_of_detector = [&](const std::string& name) {
    for (const auto* detector : detectors_of(result, study.name)) {
      if (detector->name == name) return marked_name(*detector);
    }
    return name;
  };
  for (const auto& pair : result.pairs) {
    if (pair.study != study.name) continue;
    const bool known = std::isfinite(pair.auc_difference);
    table.add({name_of_detector(pair.first), name_of_detector(pair.second),
               known ? difference_text(std::round(pair.auc_difference * 1000) / 1000) : "n/a",
               known ? fmt::format("{:+.3f} to {:+.3f}", pair.auc_interval.low, pair.auc_interval.high) : "n/a",
               p_text(pair.delong_holm_p), grouped(pair.only_first_right), grouped(pair.only_second_right),
               p_text(pair.mcnemar_holm_p)});
  }
  table.note =
      "p-values after Holm's correction for all pairs of the study; a small one says that chance alone would hardly "
      "make such a difference on these rows. It does not say that the difference matters. They and the intervals take "
      "the test rows as independent of each other";
  table.note += warned_of_copies(result, study)
                    ? ": here many rows equal another (duplicates-within), so chance may do more than they say."
                    : ".";
  return table;
}

DataTable selection_table(const StudyResult& study) {
  DataTable table{study_table("selection", study),
                  "Mutual information of each column with the label (training rows)",
                  {{"column"}, {"nats", kRight}, {"learned"}},
                  {}};
  const std::set<std::string> learned(study.features.begin(), study.features.end());
  for (const auto& [column, nats] : study.selection) {
    table.add({column, metric_text(nats), learned.contains(column) ? "yes" : "no"});
  }
  return table;
}

DataTable usual_table(const ExperimentResult& result, const StudyResult& study) {
  const ClassNames names = class_names(result);
  DataTable table{study_table("usual", study), "What is usual in each number column (test rows)", {{"column"}}, {}};
  for (const auto& name : {names.normal, names.attack}) {
    for (const auto* quantile : {"5 %", "median", "95 %"}) {
      table.columns.push_back({fmt::format("{}, {}", name, quantile), kRight});
    }
  }
  for (const auto& range : study.usual) {
    table.add({range.feature, number_text(range.low), number_text(range.median), number_text(range.high),
               number_text(range.attack_low), number_text(range.attack_median), number_text(range.attack_high)});
  }
  return table;
}

DataTable importance_table(const ExperimentResult& result, const StudyResult& study) {
  DataTable table{study_table("importance", study),
                  "AUC lost where a column is shuffled",
                  {{"detector"}, {"column"}, {"AUC lost", kRight}},
                  {}};
  for (const auto* detector : detectors_of(result, study.name)) {
    for (const auto& [column, lost] : detector->importance) {
      table.add({marked_name(*detector), column, std::isfinite(lost) ? fmt::format("{:.4f}", lost) : "n/a"});
    }
  }
  return table;
}

DataTable settings_table(const ExperimentResult& result, const StudyResult& study) {
  DataTable table{study_table("settings", study), "Settings in force", {{"detector"}, {"setting"}, {"value"}}, {}};
  for (const auto* detector : detectors_of(result, study.name)) {
    for (const auto& [setting, value] : detector->model.record.settings) {
      table.add({marked_name(*detector), setting, value});
    }
  }
  return table;
}

DataTable columns_table(const TableResult& source) {
  DataTable table{"columns-" + source.name,
                  fmt::format("Columns of \"{}\"", source.name),
                  {{"column"}, {"type"}, {"missing", kRight}, {"share missing", kRight}, {"distinct values", kRight}},
                  {}};
  for (const auto& column : source.columns) {
    table.add({column.name, column.type, grouped(column.missing), share_text(column.missing, source.rows),
               grouped(column.distinct)});
  }
  return table;
}

DataTable head_table(const TableResult& source) {
  DataTable table{"head-" + source.name, fmt::format("First rows of \"{}\"", source.name), {}, source.head};
  for (const auto& column : source.columns) {
    const bool number = column.type == "integer" || column.type == "number";
    table.columns.push_back({column.name, number ? kRight : Align::left});
  }
  return table;
}

DataTable labels_table(const TableResult& source) {
  DataTable table{"labels-" + source.name,
                  fmt::format("Labels of \"{}\"", source.name),
                  {{"label"}, {"rows", kRight}, {"share", kRight}},
                  {}};
  for (const auto& [label, rows] : source.labels) table.add({label, grouped(rows), share_text(rows, source.rows)});
  return table;
}

}  // namespace netstray
