#include "netstray/model/train.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"

namespace netstray {
namespace {

/// Streams of random numbers, apart from each other, out of the one seed.
constexpr std::uint64_t kCalibrationStream = 0x63616c6962ULL;

/// The most frequent values of a column, for a message.
std::string most_frequent(const Column& column) {
  std::map<std::string, std::size_t> counts;
  for (std::size_t row = 0; row < column.size(); ++row) ++counts[column.text(row)];
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [value, count] : counts) order.emplace_back(count, value);
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::string> names;
  for (const auto& [count, value] : order) {
    if (names.size() == 5) break;
    names.push_back(fmt::format("{} ({} rows)", quoted(value), grouped(count)));
  }
  return join(names, ", ");
}

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
  if (label_column) {
    const Column& column = table.column(*label_column);
    std::vector<std::uint8_t> labels(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) labels[row] = column.text(row) == normal_value ? 0 : 1;
    if (std::find(labels.begin(), labels.end(), std::uint8_t{0}) == labels.end() && !all_rows) {
      throw usage_error(fmt::format("no row has the label {} in column {}; its most frequent values are {}",
                                    quoted(normal_value), quoted(*label_column), most_frequent(column)));
    }
    rows.labels = std::move(labels);
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (all_rows || !rows.labels || (*rows.labels)[row] == 0) rows.used.push_back(static_cast<std::uint32_t>(row));
  }
  rows.left_out = table.rows() - rows.used.size();
  rows.in_words = rows.labels && !all_rows ? fmt::format("rows with {} {}", *label_column, quoted(normal_value))
                  : rows.labels            ? "all rows, whatever their label"
                                           : "all rows (no label is known)";
  return rows;
}

Trained train(const Table& table, const TrainingRows& rows, const ColumnRoles& columns, const TrainSettings& settings) {
  const Split split = draw_calibration(rows.used, settings.calibration_share, settings.seed);
  if (split.fitted.size() < 2) {
    throw Error(fmt::format("{} rows are left to fit on; at least 2 are needed", split.fitted.size()));
  }
  Encoder encoder = Encoder::fit(table, columns.learned, split.fitted, settings.numeric);
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
