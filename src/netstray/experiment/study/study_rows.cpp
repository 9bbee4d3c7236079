#include "netstray/experiment/study/study_rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/steps.h"
#include "netstray/feature/select.h"
#include "netstray/source/layout.h"

namespace netstray {
namespace {

constexpr std::uint64_t kOrderStream = 0x6f72646572ULL;
constexpr std::uint64_t kSampleStream = 0x73616d706cULL;

SplitSettings settings_of(const StudySpec& spec, std::uint64_t seed) {
  SplitSettings settings;
  settings.by = spec.split.by;
  settings.test = spec.split.test;
  settings.calibration = spec.split.calibration;
  settings.validation = spec.split.validation;
  settings.test_normal = spec.split.test_normal;
  settings.test_attack = spec.split.test_attack;
  settings.test_normal_per_attack = spec.split.test_normal_per_attack;
  if (spec.split.by == SplitSpec::By::share && spec.split.stratified) {
    settings.by = SplitSettings::By::label;
    settings.test_normal = settings.test_attack = spec.split.test;
    settings.test_normal_per_attack.reset();
  }
  settings.column = spec.split.column;
  settings.test_files = spec.split.files;
  settings.train_on = spec.train_on;
  settings.seed = seed;
  return settings;
}

Truth find_truth(const Experiment& experiment, const Table& table) {
  const LabelSpec& label = experiment.label;
  std::function<std::string(std::string_view)> family;
  if (!label.families.empty()) {
    family = [&known = layout(label.families)](std::string_view text) { return known.family(text); };
  }
  Truth truth = make_truth(table, label.column, label.normal, family);
  if (std::ranges::find(truth.labels, 1) == truth.labels.end()) {
    throw Error(fmt::format("no row is an attack: all {} have {} {}", grouped(table.rows()), label.column,
                            quoted(label.normal)));
  }
  return truth;
}

/// Files of a split may be named as sources, too.
const RowOrigins& origins_for(const StudyTable& study) {
  const auto& files = study.spec->split.files;
  const auto is_part = [&](const std::string& file) {
    return std::ranges::find(study.made->parts.names, file) != study.made->parts.names.end();
  };
  return std::ranges::all_of(files, is_part) ? study.made->parts : study.made->sources;
}

void require_values(const StudyRows& rows) {
  const Table& table = rows.study->table();
  bool all_constant = true;
  for (const std::size_t index : rows.columns) {
    const Column& column = table.column(index);
    const auto there = std::ranges::find_if(rows.fitted, [&](std::uint32_t row) { return !column.missing(row); });
    if (there == rows.fitted.end() && column.type() != ColumnType::category) {
      throw Error(
          fmt::format("column {} has no value in any of the {} training rows, so that it would be NaN once "
                      "encoded: drop it, or fill it",
                      quoted(table.schema()[index].name), grouped(rows.fitted.size())));
    }
    if (!all_constant) continue;
    const std::string first = column.text(rows.fitted.front());
    all_constant = std::ranges::all_of(rows.fitted, [&](std::uint32_t row) { return column.text(row) == first; });
  }
  if (all_constant) {
    throw Error(
        fmt::format("each of the {} learned columns has one and the same value in all {} training rows: there "
                    "is nothing to learn from",
                    rows.columns.size(), grouped(rows.fitted.size())));
  }
}

void require_both_classes(const StudyRows& rows) {
  const auto labels = labels_of(*rows.study, rows.split.test);
  const auto& label = rows.study->experiment->label;
  const auto attacks = std::ranges::count(labels, 1);
  if (attacks == 0) throw Error(fmt::format("the test has no {} row: nothing can be measured", label.attack_name));
  if (attacks == static_cast<std::ptrdiff_t>(labels.size())) {
    throw Error(fmt::format("the test has no {} row: nothing can be measured", label.normal_name));
  }
}

StageBalance balance_of(const StudyTable& study, std::string stage, std::span<const std::uint32_t> rows) {
  StageBalance balance{std::move(stage)};
  for (const std::uint32_t row : rows) ++(study.truth.labels[row] == 1 ? balance.attacks : balance.normal);
  return balance;
}

std::vector<StageBalance> stages_of(const StudyRows& rows) {
  const StudyTable& study = *rows.study;
  std::vector<StageBalance> stages;
  StageBalance all{"all"};
  all.attacks = static_cast<std::uint64_t>(std::ranges::count(study.truth.labels, 1));
  all.normal = study.truth.labels.size() - all.attacks;
  stages.push_back(all);
  stages.push_back(balance_of(study, "train", rows.split.train));
  if (study.spec->sample) stages.push_back(balance_of(study, "train, sampled", rows.fitted));
  if (!rows.split.calibration.empty()) stages.push_back(balance_of(study, "calibration", rows.split.calibration));
  if (!rows.split.validation.empty()) stages.push_back(balance_of(study, "validation", rows.split.validation));
  stages.push_back(balance_of(study, "test", rows.split.test));
  return stages;
}

void choose_fitted(StudyRows& rows) {
  const StudySpec& spec = *rows.study->spec;
  rows.fitted = rows.split.train;
  if (spec.sample) {
    const auto labels = labels_of(*rows.study, rows.fitted);
    const std::uint64_t most_rows = rows_that_fit(rows.study->table());
    std::vector<std::uint32_t> drawn;
    for (const std::uint32_t place :
         sampled_rows(*spec.sample, labels, Rng::stream(rows.seed, kSampleStream).next(), most_rows)) {
      drawn.push_back(rows.fitted[place]);
    }
    rows.fitted = std::move(drawn);
  }
  const bool drawn = spec.split.by == SplitSpec::By::share || spec.split.by == SplitSpec::By::label;
  if (drawn) {
    Rng rng = Rng::stream(rows.seed, kOrderStream);
    rng.shuffle(rows.fitted);
  }
}

/// All columns that can be learned, or those that tell most of the training rows' labels, in the table's order.
void choose_columns_of(StudyRows& rows) {
  const StudyTable& study = *rows.study;
  rows.columns = study.roles.learned;
  const std::uint64_t wanted = study.spec->select;
  if (wanted == 0) return;
  const auto balance = balance_of(study, "train", rows.split.train);
  if (balance.normal == 0 || balance.attacks == 0) {
    throw Error(
        "select measures what columns tell of the labels, and the training rows have one class only: set train_on = "
        "\"all\", or name the columns in features");
  }
  const auto ranked = rank_by_information(study.table(), study.roles.learned, study.truth.labels, rows.split.train);
  rows.columns.clear();
  for (const auto& [column, nats] : ranked) {
    rows.selection.emplace_back(study.table().schema()[column].name, nats);
    if (rows.columns.size() < wanted) rows.columns.push_back(column);
  }
  std::ranges::sort(rows.columns);
}

std::string percent(double share) { return readable(100 * share) + " %"; }

}  // namespace

std::vector<std::uint8_t> labels_of(const StudyTable& study, std::span<const std::uint32_t> rows) {
  std::vector<std::uint8_t> labels(rows.size());
  std::ranges::transform(rows, labels.begin(), [&](std::uint32_t row) { return study.truth.labels[row]; });
  return labels;
}

StudyTable prepare_study(const Experiment& experiment, const StudySpec& spec, const MadeTable& made) {
  StudyTable study(experiment, spec, made);
  study.truth = find_truth(experiment, made.table);
  ColumnChoice choice;
  choice.label = experiment.label.column;
  choice.drop = spec.drop;
  choice.learn = spec.features;
  if (made.layout != nullptr) {
    choice.known_layout = true;
    for (const auto& name : made.layout->not_features) {
      if (made.table.schema().find(name)) choice.not_features.push_back(name);
    }
  }
  study.roles = choose_columns(made.table, choice);
  return study;
}

StudyRows part_rows(const StudyTable& study, std::uint64_t seed) {
  StudyRows rows(study, seed);
  rows.split = split_rows(study.table(), study.truth.labels, origins_for(study), settings_of(*study.spec, seed));
  choose_fitted(rows);
  require_both_classes(rows);
  choose_columns_of(rows);
  require_values(rows);
  rows.balance = stages_of(rows);
  return rows;
}

std::string split_words(const SplitSpec& split) {
  std::string words;
  switch (split.by) {
    case SplitSpec::By::none:
      words = "no split: the rows that are fitted on are tested";
      break;
    case SplitSpec::By::share:
      words = fmt::format("{} of {} test, drawn", percent(split.test),
                          split.stratified ? "the rows of each class" : "the rows");
      break;
    case SplitSpec::By::time:
      words = fmt::format("the latest {} of the rows by {} test", percent(split.test), split.column);
      break;
    case SplitSpec::By::label:
      words = split.test_normal_per_attack
                  ? fmt::format("{} of the attacks test, and {} normal rows for each of them, drawn",
                                percent(split.test_attack), readable(*split.test_normal_per_attack))
                  : fmt::format("{} of the normal rows and {} of the attacks test, drawn", percent(split.test_normal),
                                percent(split.test_attack));
      break;
    case SplitSpec::By::entity:
      words = fmt::format("{} of the values of {} test with all their rows, drawn", percent(split.test), split.column);
      break;
    case SplitSpec::By::file:
      words = fmt::format("the rows of {} test", join(split.files, ", "));
      break;
  }
  if (split.calibration > 0) words += fmt::format("; {} of the others calibrate", percent(split.calibration));
  if (split.validation > 0) words += fmt::format("; {} of the others validate", percent(split.validation));
  return words;
}

}  // namespace netstray
