#include "netstray/model/train.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"
#include "netstray/model/truth.h"

namespace netstray {
namespace {

/// Streams of random numbers, apart from each other, out of the one seed.
constexpr std::uint64_t kCalibrationStream = 0x63616c6962ULL;

struct Split {
  std::vector<std::uint32_t> fitted;
  std::vector<std::uint32_t> kept_back;
};

/// Draws `share` (rounded) of the rows that may calibrate.
Split draw_calibration(const std::vector<std::uint32_t>& rows, const std::vector<bool>& may_calibrate, double share,
                       std::uint64_t seed) {
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (may_calibrate[i]) places.push_back(static_cast<std::uint32_t>(i));
  }
  const auto wanted = static_cast<std::uint32_t>(std::llround(share * static_cast<double>(places.size())));
  std::vector<bool> kept(rows.size(), false);
  Rng rng = Rng::stream(seed, kCalibrationStream);
  if (wanted > 0) {
    for (const std::uint32_t index : rng.sample(static_cast<std::uint32_t>(places.size()), wanted)) {
      kept[places[index]] = true;
    }
  }
  Split split;
  for (std::size_t i = 0; i < rows.size(); ++i) (kept[i] ? split.kept_back : split.fitted).push_back(rows[i]);
  return split;
}

/// A supervised detector keeps back normal rows only: what it must not flag too often is them.
Split split_rows(const TrainingRows& rows, const TrainSettings& settings) {
  std::vector<bool> may_calibrate(rows.used.size(), true);
  if (settings.recipe.supervised()) {
    for (std::size_t i = 0; i < rows.used.size(); ++i) may_calibrate[i] = (*rows.labels)[rows.used[i]] == 0;
  }
  const Split split = draw_calibration(rows.used, may_calibrate, settings.calibration_share, settings.seed);
  if (split.fitted.size() < 2) {
    throw Error(fmt::format("too few rows are left to fit on: {}, of at least 2", split.fitted.size()));
  }
  if (settings.recipe.members.size() > 1 && split.kept_back.empty()) {
    throw Error(fmt::format("{} rows are too few to keep any back for calibration, which {} needs", rows.used.size(),
                            settings.recipe.name));
  }
  return split;
}

/// Of rows with equal fingerprints the first, in order.
std::vector<std::uint32_t> first_of_each(const std::vector<std::uint64_t>& prints,
                                         const std::vector<std::uint32_t>& rows) {
  std::vector<std::uint32_t> order = rows;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return prints[a] < prints[b]; });
  const auto same = [&](std::uint32_t a, std::uint32_t b) { return prints[a] == prints[b]; };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  std::sort(order.begin(), order.end());
  return order;
}

Ensemble::OwnScores part_of(const Ensemble::OwnScores& scores, std::size_t begin, std::size_t end) {
  Ensemble::OwnScores part;
  for (const auto& own : scores) {
    part.emplace_back(own.begin() + static_cast<std::ptrdiff_t>(begin), own.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return part;
}

std::vector<std::uint8_t> pick_labels(const TrainingRows& rows, const std::vector<std::uint32_t>& picked) {
  std::vector<std::uint8_t> labels;
  if (!rows.labels) return labels;
  for (const std::uint32_t row : picked) labels.push_back((*rows.labels)[row]);
  return labels;
}

std::vector<std::uint64_t> distinct(std::vector<std::uint64_t> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<std::uint64_t> pick(const std::vector<std::uint64_t>& values, const std::vector<std::uint32_t>& rows) {
  std::vector<std::uint64_t> picked(rows.size());
  std::transform(rows.begin(), rows.end(), picked.begin(), [&](std::uint32_t row) { return values[row]; });
  return picked;
}

void record_settings(TrainingRecord& record, const TrainSettings& settings) {
  record.detector = settings.recipe.name;
  record.settings = settings.recipe.settings_in_force();
  record.settings["calibration"] = readable(settings.calibration_share);
}

TrainingRecord make_record(const Table& table, const TrainingRows& rows, const Split& split,
                           const TrainSettings& settings) {
  TrainingRecord record;
  record.version = version();
  record.rows_used = rows.in_words;
  record.rows_read = table.rows();
  record.rows_left_out = rows.left_out;
  record.rows_train = split.fitted.size();
  record.rows_calibration = split.kept_back.size();
  record.seed = settings.seed;
  record_settings(record, settings);
  if (rows.labels) {
    record.attacks_in_training = static_cast<std::uint64_t>(std::count_if(
        split.fitted.begin(), split.fitted.end(), [&](std::uint32_t row) { return (*rows.labels)[row] == 1; }));
  }
  return record;
}

void check_best_f1(const TrainingRows& rows, const TrainSettings& settings) {
  if (!rows.labels) {
    throw usage_error("the rule best-f1 needs labels: say --layout NAME, or --label COLUMN and --normal VALUE");
  }
  if (settings.recipe.supervised()) {
    throw usage_error(fmt::format("the rule best-f1 would judge {} by attacks that it learned from: give another rule",
                                  settings.recipe.name));
  }
  if (!(settings.calibration_share > 0)) {
    throw usage_error("the rule best-f1 needs calibration rows, and --calibration 0 keeps none");
  }
}

void check_settings(const TrainingRows& rows, const TrainSettings& settings) {
  TrainingRecord wanted;
  record_settings(wanted, settings);
  require_rule_fits(settings.rule, wanted);
  if (settings.rule.kind == ThresholdRule::Kind::best_f1) check_best_f1(rows, settings);
  if (settings.recipe.members.size() > 1 && !(settings.calibration_share > 0)) {
    throw usage_error(
        fmt::format("{} joins its members by p-values from the rows kept back, and --calibration 0 keeps none: give a "
                    "share above 0, or one detector by --detector",
                    settings.recipe.name));
  }
  if (settings.recipe.supervised() && !rows.labels) {
    throw usage_error(fmt::format("{} learns from labels: say --layout NAME, or --label COLUMN and --normal VALUE",
                                  settings.recipe.name));
  }
}

/// Of the attacks that nothing is fitted on, as large a share as of the normal rows is kept back.
std::vector<std::uint32_t> draw_attacks(const TrainingRows& rows, const TrainSettings& settings) {
  std::vector<bool> used(rows.labels->size(), false);
  for (const std::uint32_t row : rows.used) used[row] = true;
  std::vector<std::uint32_t> attacks;
  for (std::size_t row = 0; row < used.size(); ++row) {
    if (!used[row] && (*rows.labels)[row] == 1) attacks.push_back(static_cast<std::uint32_t>(row));
  }
  const std::vector<bool> all(attacks.size(), true);
  return draw_calibration(attacks, all, settings.calibration_share, settings.seed).kept_back;
}

/// Finds the cut by best-f1, and says what it is worth.
void cut_by_labels(Model& model, const std::vector<std::uint8_t>& labels, const std::vector<double>& scores) {
  const BestF1 best = best_f1_cut(labels, scores);
  model.rule = {ThresholdRule::Kind::best_f1, 0};
  model.cut = best.cut;
  model.cut_from_training = false;
  const auto attacks = static_cast<std::uint64_t>(std::ranges::count(labels, 1));
  model.record.notes.push_back(fmt::format(
      "the cut was chosen with the labels of {} attacks among {} rows, to have the highest F1 there ({:.3f}): it "
      "fits these attacks, others will be found more or less often, and no share of false alarms is promised",
      grouped(attacks), grouped(labels.size()), best.f1));
}

}  // namespace

TrainingRows choose_rows(const Table& table, const std::optional<std::string>& label_column,
                         const std::string& normal_value, bool all_rows) {
  TrainingRows rows;
  if (label_column) rows.labels = make_truth(table, *label_column, normal_value).labels;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (all_rows || !rows.labels || (*rows.labels)[row] == 0) rows.used.push_back(static_cast<std::uint32_t>(row));
  }
  rows.left_out = table.rows() - rows.used.size();
  if (!rows.labels) {
    rows.in_words = "all rows (no label is known)";
  } else {
    rows.in_words = all_rows ? "all rows, whatever their label"
                             : fmt::format("rows with {} {}", *label_column, quoted(normal_value));
  }
  return rows;
}

Trained train(const Table& table, const TrainingRows& rows, const ColumnRoles& columns, const TrainSettings& settings) {
  check_settings(rows, settings);
  const Split split = split_rows(rows, settings);
  const bool labelled = settings.rule.kind == ThresholdRule::Kind::best_f1;
  const auto attacks = labelled ? draw_attacks(rows, settings) : std::vector<std::uint32_t>();
  const auto prints = fingerprints(table, columns.learned);
  const auto learned = settings.recipe.unique ? first_of_each(prints, split.fitted) : split.fitted;
  auto scored = split.fitted;
  scored.insert(scored.end(), split.kept_back.begin(), split.kept_back.end());
  const std::size_t calibrated = scored.size();
  scored.insert(scored.end(), attacks.begin(), attacks.end());
  const auto labels = settings.recipe.supervised() ? pick_labels(rows, learned) : std::vector<std::uint8_t>();
  auto fit = Ensemble::fit(table, columns.learned, {learned, labels, scored}, settings.recipe, settings.seed);
  fit.ensemble.calibrate(part_of(fit.scores, split.fitted.size(), calibrated));
  const auto scores = fit.ensemble.joined(fit.scores);
  const auto kept_back = scores.begin() + static_cast<std::ptrdiff_t>(split.fitted.size());
  const auto of_attacks = scores.begin() + static_cast<std::ptrdiff_t>(calibrated);
  auto usual = UsualByCategory::fit(table, fit.ensemble.encoders().front(), split.fitted);

  Trained trained{Model(std::move(fit.ensemble), std::move(usual)), split.fitted, split.kept_back,
                  std::vector<double>(scores.begin(), kept_back), std::vector<double>(kept_back, of_attacks)};
  Model& model = trained.model;
  model.record = make_record(table, rows, split, settings);
  model.record.notes = std::move(fit.notes);
  model.carried = columns.carried;
  model.training = ScoreSample(trained.fitted_scores);
  model.calibration = ScoreSample(trained.kept_back_scores);
  model.fingerprints = distinct(pick(prints, split.fitted));
  if (labelled) {
    scored.erase(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(split.fitted.size()));
    cut_by_labels(model, pick_labels(rows, scored), std::vector<double>(kept_back, scores.end()));
  } else {
    model.recut(settings.rule);
  }
  return trained;
}

}  // namespace netstray
