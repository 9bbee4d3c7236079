#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/encode/encoder.h"
#include "netstray/table/table.h"

namespace netstray {

/// A way to score rows that learns next to nothing: what a model must beat to have learned something.
struct TrivialModel {
  std::string id;    ///< "row-norm", "lookup", "column", "untrained-forest"
  std::string what;  ///< in words: "the distance of src_bytes from its median"
  double auc;
};

/// Squared length of each encoded row, number columns only (a one-hot group adds the same 1 to every row).
std::vector<double> row_norms(const Matrix& matrix);
/// 1 where a row equals none of the sorted `training` fingerprints, else 0.
std::vector<double> lookup_scores(std::span<const std::uint64_t> rows, std::span<const std::uint64_t> training);
/// How far each row is from the usual in a single column: |x - training median|, or 1 - the share of training rows with
/// this level. A missing number counts as the median.
std::vector<double> column_scores(const Column& column, const Encoder::Column& learned, std::uint64_t training_rows);
/// Scores of an isolation forest fitted on noise, uniform over what each encoded column could be in training.
std::vector<double> untrained_forest_scores(const Encoder& encoder, const Matrix& matrix, std::uint64_t seed);

/// The AUC of each of them: the norm, the lookup (where `training` is not empty), the best single column (chosen with
/// the labels at hand, so a little flattered) and the untrained forest. `columns`: indices in the table of the
/// encoder's columns; `rows`: fingerprints over them.
struct TrivialInput {
  const Table& table;
  const Encoder& encoder;
  std::span<const std::size_t> columns;
  std::span<const std::uint64_t> rows;
  std::span<const std::uint64_t> training;
  std::span<const std::uint8_t> labels;
  std::uint64_t seed;
};
std::vector<TrivialModel> trivial_models(const TrivialInput& input);

}  // namespace netstray
