#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/metric/metric.h"
#include "netstray/model/model.h"
#include "netstray/model/truth.h"
#include "netstray/table/table.h"

namespace netstray {

/// Something that a reader of the numbers must know. docs/audits.md has the table of all.
struct Audit {
  enum class Severity { note, warning, error };
  std::string id;  ///< "base-rate", "duplicates-within", ...
  Severity severity = Severity::note;
  double value = 0;                  ///< the number that it is about
  std::string text;                  ///< a sentence for people
  std::vector<std::string> of = {};  ///< in a study of several detectors: those that it is about; empty = all of it
};
std::string_view name_of(Audit::Severity severity) noexcept;

struct FamilyRecall {
  std::string family;
  std::uint64_t rows = 0;
  double recall = 0;            ///< share flagged at the model's cut; NaN without verdicts
  double recall_at_fpr_01 = 0;  ///< share scored above the cut that gives 1 % (5 %) false positives on the normal rows
                                ///< of this test; NaN without normal rows
  double recall_at_fpr_05 = 0;
};

/// The share of false alarms that was asked for and the one that was measured on this test's normal rows; low and high:
/// where it should lie with probability .95 if the normal rows were like the calibration rows.
struct FalseAlarms {
  std::optional<double> asked;
  double measured = 0;  ///< NaN without verdicts or normal rows
  std::optional<double> low, high;
};

/// How well scores tell anomalies from normal rows.
struct Evaluation {
  std::uint64_t rows = 0, attacks = 0;
  std::optional<double> cut;           ///< absent where scores came without verdicts
  std::optional<Confusion> confusion;  ///< likewise
  double auc = 0, average_precision = 0;
  double recall_at_fpr_01 = 0, recall_at_fpr_05 = 0;
  std::vector<FamilyRecall> families;  ///< in order of name, without "normal"
  FalseAlarms false_alarms;
  std::optional<BootstrapIntervals> intervals;
  std::vector<CurvePoint> curve;
  std::vector<Audit> audits;
};

/// What is to be evaluated. `verdicts` may be empty (scores made elsewhere, without a cut).
struct EvaluationInput {
  const Truth* truth = nullptr;
  std::span<const double> scores = {};
  std::span<const std::uint8_t> verdicts = {};
  std::optional<double> cut = {};
  std::optional<double> asked_false_alarms = {};  ///< where the rule promises a share
  std::uint64_t calibration_rows = 0;
  std::size_t resamples = 200;  ///< bootstrap; 0 = none
  std::uint64_t seed = 0;
};

/// Metrics only, no audits. Throws Error where truth and scores differ in length, or a score is NaN. One class absent:
/// what cannot be computed is NaN.
Evaluation evaluate(const EvaluationInput& input);

/// What the audits look at. Every pointer may be null: audits that need it are left out. Without a model the learned
/// columns are taken to be all of `table` that can be learned but the label's.
struct AuditInput {
  const Truth* truth = nullptr;
  const Evaluation* evaluation = nullptr;
  const Table* table = nullptr;  ///< the test rows
  const Model* model = nullptr;
  const EncodeCounts* counts = nullptr;  ///< of the test rows
  std::uint64_t seed = 0;
  std::string digest = {};         ///< XXH3-128 of the test file; "" where not known
  bool fitted_on_attacks = false;  ///< a declared study's turn: attacks are the usual rows, normal ones the unusual
};

/// The audits of a single model on a single test set: duplicates-within, duplicates-across, base-rate, polarity,
/// ceiling, trivial-models, constant-features, unseen-categories, out-of-range, calibration-shift,
/// threshold-on-training. Each always reports (severity note where all is well), so that a reader sees that it was
/// looked at. Throws Error where a learned column is absent from the table. Costs about one sort of the rows per
/// learned column, spread over threads(); the same for any number of them.
std::vector<Audit> audit(const AuditInput& input);

}  // namespace netstray
