#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/metric/metric.h"
#include "netstray/report/picture.h"

namespace netstray {

// Pictures made of bars, dots and cells. All functions are thread-safe and say in the chart why there is nothing to
// draw instead of failing.

/// Rows of each class at one stage of a study ("all", "down-sampled", "train", "test").
struct ClassBalance {
  std::string stage;
  std::uint64_t normal = 0, attacks = 0;
};
/// Two bars a stage with their counts and the share of attacks; the axis is logarithmic where the largest count is over
/// 100 times the smallest that is not 0. CSV: stage, class, rows, share.
Picture class_balance_picture(const Heading& heading, std::span<const ClassBalance> stages,
                              const ClassNames& names = {});

/// Rows by truth and verdict: count, share of the class (the shade), share of all rows. CSV: actual, predicted, rows,
/// share_of_class, share_of_all.
Picture confusion_picture(const Heading& heading, const Confusion& confusion, const ClassNames& names = {});

/// One model's verdicts on a test.
struct ModelConfusion {
  std::string model;
  Confusion confusion;
};
/// Precision, recall and F1 of both classes for all models side by side, as bars with numbers. CSV: model, class,
/// precision, recall, f1, rows.
Picture class_scores_picture(const Heading& heading, std::span<const ModelConfusion> models,
                             const ClassNames& names = {});

/// How many rows of each class there are, and how many each model says there are; the part it is right about is solid.
/// The models must have judged the same rows; the first one's truth is drawn. CSV: class, model, rows, right.
Picture actual_predicted_picture(const Heading& heading, std::span<const ModelConfusion> models,
                                 const ClassNames& names = {});

/// One model's metric, with where it lies with probability .95, or over seeds.
struct ModelResult {
  std::string model;
  double value = 0;
  std::optional<Interval> interval = {};
  std::vector<double> seeds = {};  ///< single values, drawn as fine ticks
};
/// Where an axis begins and ends, where that is not for the data to say.
struct AxisEnds {
  std::optional<double> low = {}, high = {};
};
/// A dot per model with its interval, on an axis that holds all of them (or that `ends` names), and the
/// number at the right. CSV: model, value, low, high, then one column per seed (seed_1, ...).
Picture comparison_picture(const Heading& heading, std::string_view metric, std::span<const ModelResult> results,
                           const AxisEnds& ends = {});

/// What share of each family's rows every model flags.
struct FamilyTable {
  std::vector<std::string> models;
  struct Row {
    std::string family;
    std::uint64_t rows = 0;
    std::vector<double> recall;  ///< one per model, in [0, 1]; NaN where unknown
  };
  std::vector<Row> families;
};
/// A table of cells, families down, models across; the darker, the more was found; the `most` largest families. CSV:
/// family, rows, then one column per model (all families).
Picture family_picture(const Heading& heading, const FamilyTable& table, std::size_t most = 30);

/// How much a feature matters to a model, and by how much that varies (0: unknown).
struct FeatureWeight {
  std::string feature;
  double weight = 0;
  double sd = 0;
};
/// Bars by falling weight, the `most` heaviest; negative weights (the model is better without) go to the left. CSV:
/// feature, weight, sd (all features, in order of the picture).
Picture importance_picture(const Heading& heading, std::string_view axis, std::span<const FeatureWeight> features,
                           std::size_t most = 20);

}  // namespace netstray
