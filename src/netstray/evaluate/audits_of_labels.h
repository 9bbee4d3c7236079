#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netstray/evaluate/evaluation.h"

namespace netstray {

/// What is known of the share of anomalies among the rows that a model was fitted on. The default says nothing, as for
/// a model that learned from labels.
struct TrainingMix {
  bool known = false;     ///< from labels
  bool possible = false;  ///< not known, and all rows were used
  double share = 0;
};

/// What base-rate judges, of a test of at least one row.
struct BaseRate {
  std::uint64_t rows = 0, attacks = 0;
  TrainingMix mix;
  std::string detector = {};  ///< its kind; "" where there is none whose training is to be judged
  std::optional<double> accuracy = {};
};
Audit judge_base_rate(const BaseRate& found);

/// What polarity judges.
struct Polarity {
  double auc = 0;
  std::optional<Interval> interval = {};
  double normal_share = 0;        ///< of the test
  std::string normal_value = {};  ///< the label; "" where not known
};
Audit judge_polarity(const Polarity& found);

}  // namespace netstray
