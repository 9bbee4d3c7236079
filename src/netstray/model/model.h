#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/detect/threshold.h"
#include "netstray/model/ensemble.h"
#include "netstray/model/reasons.h"
#include "netstray/model/usual.h"
#include "netstray/table/table.h"

namespace netstray {

/// What a model says of rows.
struct Verdicts {
  std::vector<double> scores;
  std::vector<double> p_values;              ///< NaN each where the model has no calibration rows
  std::vector<std::uint8_t> verdicts;        ///< 1 where score > cut
  std::vector<std::vector<Reason>> reasons;  ///< empty for rows that were not asked for
};

/// A member's part in a verdict.
struct MemberShare {
  std::string name;
  double share = 0;  ///< in the sum of the members' -log10 p, [0, 1]
};

/// Why a row has its score.
struct RowReasons {
  std::vector<Reason> reasons;
  std::vector<MemberShare> members;  ///< in the model's order; one with share 1 where there is one
};

/// Which rows Model::judge explains.
enum class Explain { none, flagged, all };

/// How and on what a model was trained; shown by `models show`.
struct TrainingRecord {
  std::string version;       ///< of netstray
  std::string source;        ///< path of the file, as it was named
  std::string digest;        ///< XXH3-128 of the file
  std::string layout;        ///< id, or ""
  std::string feature_set;   ///< "kdd41-v1", or "" for a table of one's own
  std::string detector;      ///< as it was asked for: "auto", "gmm"
  std::string rows_used;     ///< in words: "rows with label \"normal\"", "all rows"
  std::string label_column;  ///< where labels were known, else ""
  std::string normal_value;  ///< the label of normal rows, likewise
  std::uint64_t rows_read = 0, rows_left_out = 0, rows_train = 0, rows_calibration = 0;
  std::optional<std::uint64_t> attacks_in_training;  ///< rows labelled other than normal among those it was fitted on
  std::uint64_t seed = 0;
  /// As they were in force: "calibration"; of each member "NAME.encoding" and "NAME.KEY" for each of its settings; of
  /// several members "join" and "unique" too.
  std::map<std::string, std::string> settings;
  std::vector<std::string> notes;  ///< what a user must know of the fit: columns left out, a fallback, ...
};

/// A column that is in the data but not learned, and why ("address", "row number", "label", "dropped", ...).
struct CarriedColumn {
  std::string name;
  std::string why;

  bool operator==(const CarriedColumn&) const = default;
};

/// Throws usage Error for a rule whose cut is in the unit of another detector's scores than the record names:
/// contamination:auto is the isolation forest's own, cluster-mean that of k-means with scale=cluster-mean or all-mean.
void require_rule_fits(const ThresholdRule& rule, const TrainingRecord& record);

/// What training leaves behind, in one file: encoders and detectors, calibration scores, cut. Const members are
/// thread-safe.
class Model {
 public:
  Model(Ensemble ensemble, UsualByCategory usual);

  /// Scores, p-values and verdicts of all rows, in order. Throws Error where a learned column is absent or of another
  /// type.
  Verdicts judge(const Table& table, Explain explain, EncodeCounts* counts = nullptr) const;
  /// The reasons of the named rows, at most `limit` each. Encodes the whole table once.
  std::vector<RowReasons> explain(const Table& table, std::span<const std::size_t> rows, std::size_t limit) const;
  /// Finds the cut anew by another rule, from the scores kept. Throws Error where the model does not have what the rule
  /// needs, and usage Error where the rule does not go with the detector.
  void recut(const ThresholdRule& rule);

  const Ensemble& ensemble() const noexcept { return ensemble_; }
  /// Of the first member. What it says of the learned columns holds for all.
  const Encoder& encoder() const noexcept { return ensemble_.encoders().front(); }
  /// Whether it learned from labels, so that attacks among the rows it was fitted on are as they should be.
  bool supervised() const noexcept;

  TrainingRecord record;
  std::vector<CarriedColumn> carried;
  ScoreSample training;     ///< scores of the rows it was fitted on
  ScoreSample calibration;  ///< scores of the rows kept back, empty with --calibration 0
  ThresholdRule rule;
  double cut = 0;  ///< flagged where score > cut
  bool cut_from_training = false;
  /// Sorted fingerprints of the distinct rows that it was fitted on, over the encoder's columns: for the audits.
  std::vector<std::uint64_t> fingerprints;

  /// docs/model-format.md has the bytes. load throws Error for anything damaged, truncated, newer or hostile.
  void save(const std::string& path) const;
  static Model load(const std::string& path);

 private:
  /// A table encoded and scored by each member.
  struct Judged {
    std::vector<Matrix> matrices;
    Ensemble::OwnScores own;
  };
  RowReasons reasons_of(const Judged& judged, const Table& table, std::size_t row, std::size_t limit) const;

  Ensemble ensemble_;
  UsualByCategory usual_;
};

}  // namespace netstray
