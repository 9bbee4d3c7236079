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

/// Draws `share` of the rows (rounded) for calibration.
Split draw_calibration(const std::vector<std::uint32_t>& rows, double share, std::uint64_t seed) {
  const auto wanted = static_cast<std::uint32_t>(std::llround(share * static_cast<double>(rows.size())));
  std::vector<bool> kept(rows.size(), false);
  Rng rng = Rng::stream(seed, kCalibrationStream);
  if (wanted > 0) {
    for (const std::uint32_t index : rng.sample(static_cast<std::uint32_t>(rows.size()), wanted)) kept[index] = true;
  }
  Split split;
  for (std::size_t i = 0; i < rows.size(); ++i) (kept[i] ? split.kept_back : split.fitted).push_back(rows[i]);
  return split;
}

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::uint32_t>& rows) {
  std::vector<double> picked(rows.size());
  std::transform(rows.begin(), rows.end(), picked.begin(), [&](std::uint32_t row) { return values[row]; });
  return picked;
}

std::vector<std::uint64_t> distinct(std::vector<std::uint64_t> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<std::uint64_t> training_fingerprints(const Table& table, const ColumnRoles& columns,
                                                 const std::vector<std::uint32_t>& rows) {
  const auto all = fingerprints(table, columns.learned);
  std::vector<std::uint64_t> used(rows.size());
  std::transform(rows.begin(), rows.end(), used.begin(), [&](std::uint32_t row) { return all[row]; });
  return distinct(std::move(used));
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
  record.settings = {{"numeric", std::string(name_of(settings.numeric))},
                     {"iforest.trees", std::to_string(settings.forest.trees)},
                     {"iforest.sample", std::to_string(settings.forest.sample)},
                     {"calibration", readable(settings.calibration_share)}};
  if (rows.labels) {
    record.attacks_in_training = static_cast<std::uint64_t>(std::count_if(
        split.fitted.begin(), split.fitted.end(), [&](std::uint32_t row) { return (*rows.labels)[row] == 1; }));
  }
  return record;
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
  const Split split = draw_calibration(rows.used, settings.calibration_share, settings.seed);
  if (split.fitted.size() < 2) {
    throw Error(fmt::format("too few rows are left to fit on: {}, of at least 2", split.fitted.size()));
  }
  Encoder encoder = Encoder::fit(table, columns.learned, split.fitted, Encoding{{settings.numeric}});
  const Matrix matrix = encoder.encode(table);

  IsolationForestSettings forest = settings.forest;
  forest.seed = settings.seed;
  auto detector = std::make_unique<IsolationForest>(
      IsolationForest::fit(split.fitted.size() == table.rows() ? matrix : matrix.gather(split.fitted), forest));
  std::vector<double> scores(table.rows());
  detector->score(matrix, scores);

  Trained trained{Model(std::move(encoder), std::move(detector)), split.fitted, split.kept_back,
                  pick(scores, split.fitted), pick(scores, split.kept_back)};
  Model& model = trained.model;
  model.record = make_record(table, rows, split, settings);
  model.carried = columns.carried;
  model.training = ScoreSample(trained.fitted_scores);
  model.calibration = ScoreSample(trained.kept_back_scores);
  model.fingerprints = training_fingerprints(table, columns, split.fitted);
  model.recut(settings.rule);
  return trained;
}

}  // namespace netstray
