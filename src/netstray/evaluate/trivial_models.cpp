#include "netstray/evaluate/trivial_models.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/detect/forest/isolation_forest.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

bool is_number(const Encoder::Column& learned) noexcept { return learned.field.type != ColumnType::category; }

std::vector<double> category_scores(const Column& column, const Encoder::Column& learned, std::uint64_t training_rows) {
  const auto rarity = [&](const std::string& text) {
    const auto level = std::ranges::find(learned.levels, text);
    if (level == learned.levels.end()) return 1.0;
    const auto rows = learned.level_rows[static_cast<std::size_t>(level - learned.levels.begin())];
    return 1 - static_cast<double>(rows) / static_cast<double>(training_rows);
  };
  std::vector<double> of_level;
  of_level.reserve(column.levels().size());
  for (const auto& level : column.levels()) of_level.push_back(rarity(level));
  const double of_missing = rarity("");
  std::vector<double> scores(column.size());
  for (std::size_t row = 0; row < scores.size(); ++row)
    scores[row] = column.missing(row) ? of_missing : of_level[column.code(row)];
  return scores;
}

/// Two rows that hold the least and the greatest value of each number column in training.
Table extremes(const Encoder& encoder) {
  Table table(encoder.schema());
  for (std::size_t i = 0; i < table.columns(); ++i) {
    const auto& learned = encoder.columns()[i];
    for (const double value : {learned.min, learned.max}) {
      if (is_number(learned))
        table.column(i).append_number(value);
      else
        table.column(i).append_missing();
    }
  }
  return table;
}

/// The column that alone tells anomalies best.
TrivialModel best_column(const TrivialInput& input) {
  const auto learned = input.encoder.columns();
  std::vector<double> areas(learned.size());
  parallel_for(learned.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      areas[i] = auc(curve(input.labels, column_scores(input.table.column(input.columns[i]), learned[i],
                                                       input.encoder.training_rows())));
  });
  const auto best = static_cast<std::size_t>(std::ranges::max_element(areas) - areas.begin());
  const auto& field = learned[best].field;
  auto what = is_number(learned[best]) ? fmt::format("the distance of {} from its median", field.name)
                                       : fmt::format("the rarity of {}", field.name);
  return {"column", std::move(what), areas[best]};
}

}  // namespace

std::vector<double> row_norms(const Matrix& matrix) {
  std::vector<double> norms(matrix.rows());
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto values = matrix.numbers(column);
    for (std::size_t row = 0; row < norms.size(); ++row)
      norms[row] += static_cast<double>(values[row]) * static_cast<double>(values[row]);
  }
  return norms;
}

std::vector<double> lookup_scores(std::span<const std::uint64_t> rows, std::span<const std::uint64_t> training) {
  std::vector<double> scores(rows.size());
  std::ranges::transform(rows, scores.begin(),
                         [&](std::uint64_t row) { return std::ranges::binary_search(training, row) ? 0.0 : 1.0; });
  return scores;
}

std::vector<double> column_scores(const Column& column, const Encoder::Column& learned, std::uint64_t training_rows) {
  if (!is_number(learned)) return category_scores(column, learned, training_rows);
  auto scores = column.numbers();
  for (auto& score : scores) score = std::isnan(score) ? 0 : std::abs(score - learned.median);
  return scores;
}

std::vector<double> untrained_forest_scores(const Encoder& encoder, const Matrix& matrix, std::uint64_t seed) {
  constexpr std::size_t kNoiseRows = 1024;
  const auto ends = encoder.encode(extremes(encoder));
  Matrix noise(kNoiseRows);
  Rng rng = Rng::stream(seed, 0);
  for (std::size_t column = 0; column < ends.number_columns(); ++column) {
    const auto range = ends.numbers(column);
    std::vector<float> values(kNoiseRows);
    for (auto& value : values) value = static_cast<float>(rng.uniform(range[0], range[1]));
    noise.add_numbers(std::move(values));
  }
  for (const auto& group : ends.groups()) {
    std::vector<std::uint16_t> codes(kNoiseRows);
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(group.width));
    noise.add_group(group.width, std::move(codes));
  }
  std::vector<double> scores(matrix.rows());
  IsolationForest::fit(noise, {.seed = seed}).score(matrix, scores);
  return scores;
}

std::vector<TrivialModel> trivial_models(const TrivialInput& input) {
  const auto area = [&](const std::vector<double>& scores) { return auc(curve(input.labels, scores)); };
  const auto matrix = input.encoder.encode(input.table);
  std::vector<TrivialModel> models{{"row-norm", "the length of the encoded row", area(row_norms(matrix))}};
  if (!input.training.empty())
    models.push_back({"lookup", "asking whether the very same row was in training",
                      area(lookup_scores(input.rows, input.training))});
  models.push_back(best_column(input));
  models.push_back({"untrained-forest", "a forest of random splits that has seen no data",
                    area(untrained_forest_scores(input.encoder, matrix, input.seed))});
  return models;
}

}  // namespace netstray
