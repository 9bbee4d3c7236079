#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/metric/metric.h"
#include "netstray/report/chart.h"
#include "netstray/report/picture.h"

namespace netstray {

// Pictures of what every cut would give, of one model or of many. All functions are thread-safe, take time linear in
// the points given, and say in the chart why there is nothing to draw instead of failing.

/// One model's curve (metric.h, `curve`; at least one class may be absent, then it is named in the key without a line).
struct ModelCurve {
  std::string model;
  std::vector<CurvePoint> curve;
  std::optional<OperatingPoint> point = {};  ///< what its cut gives
  /// These are the scores turned round (`mirrored`) of the model before it in the list: drawn fine and dotted, in the
  /// same colour.
  bool mirrored = false;
};

/// The curve of the negated scores, without scoring again: what a model gives whose polarity is turned round.
std::vector<CurvePoint> mirrored(std::span<const CurvePoint> curve);

/// True-positive rate against false-positive rate up to `fpr_limit` in (0, 1], all models, the diagonal of guessing,
/// each model's area under its whole curve in the key, and its point where it lies within. Up to 10 models are told
/// apart by colour and dashes; beyond that these repeat. CSV: model, threshold, false_positive_rate,
/// true_positive_rate (at most 400 points a model).
Picture roc_picture(const Heading& heading, std::span<const ModelCurve> models, double fpr_limit = 1);

/// Precision against recall of all models, with the base rate (what flagging at random gives). CSV: model, threshold,
/// recall, precision (at most 400 points a model).
Picture precision_recall_picture(const Heading& heading, std::span<const ModelCurve> models);

/// False alarms (share of normal rows) against misses (share of attack rows) as the cut moves over the scores, with the
/// cut in use marked and what it gives. The range of cuts is where either share changes; logarithmic where positive
/// scores span more than three decades. CSV: threshold, false_alarms, misses (at most 400 points).
Picture threshold_sweep_picture(const Heading& heading, std::span<const CurvePoint> curve, std::optional<double> cut);

}  // namespace netstray
