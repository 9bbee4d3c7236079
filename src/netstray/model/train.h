#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "netstray/model/column_roles.h"
#include "netstray/model/model.h"
#include "netstray/model/recipe.h"

namespace netstray {

/// Settings of a training run.
struct TrainSettings {
  Recipe recipe = make_recipe("iforest");
  double calibration_share = 0.2;  ///< in [0, 1): rows kept back, drawn before anything is fitted
  ThresholdRule rule;              ///< --false-alarms 0.01
  std::uint64_t seed = 0;
};

/// Which rows of a table train, and what their labels are.
struct TrainingRows {
  std::vector<std::uint32_t> used;  ///< indices, ascending
  std::uint64_t left_out = 0;
  std::string in_words;                             ///< "rows with label \"normal\""
  std::optional<std::vector<std::uint8_t>> labels;  ///< one a row of the table, where known
};

/// Which rows to train on: those labelled `normal_value` in `label_column`, unless all_rows. Without a label all rows.
/// Throws usage Error where the label column is absent or has no such value (naming the most frequent ones).
TrainingRows choose_rows(const Table& table, const std::optional<std::string>& label_column,
                         const std::string& normal_value, bool all_rows);

/// What train leaves beside the model: which rows went where, with their scores.
struct Trained {
  Model model;
  std::vector<std::uint32_t> fitted;     ///< rows of the table that it was fitted on, ascending
  std::vector<std::uint32_t> kept_back;  ///< calibration rows, ascending
  std::vector<double> fitted_scores;
  std::vector<double> kept_back_scores;
};

/// Draws the calibration rows, fits encoders and detectors on the rest (or on its distinct rows, where the recipe says
/// so), scores both, finds the cut. A supervised detector
/// learns from all rows with their labels; its calibration rows are drawn from the normal ones, as the share of false
/// alarms is theirs. Throws Error where there are too few rows, what the detector's fit throws, and usage Error where a
/// supervised detector has no labels, several members have no calibration rows, or the cut's rule does not go with the
/// detector. Deterministic in the seed for any
/// number of threads. Memory: one encoded matrix.
Trained train(const Table& table, const TrainingRows& rows, const ColumnRoles& columns, const TrainSettings& settings);

}  // namespace netstray
