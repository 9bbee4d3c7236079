#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/serial.h"

namespace netstray {

/// Scores kept sorted, equal ones once with their count: what a model remembers of its training and calibration rows.
/// Scores are finite. Const members are thread-safe.
class ScoreSample {
 public:
  ScoreSample() = default;
  explicit ScoreSample(std::vector<double> scores);

  std::size_t size() const noexcept { return below_.empty() ? 0 : below_.back(); }
  bool empty() const noexcept { return size() == 0; }
  /// How many are >= score. O(log n).
  std::size_t at_least(double score) const noexcept;
  /// The score of this rank, from 0 (the least) to size() - 1. O(log n).
  double nth(std::size_t rank) const noexcept;
  /// Linear quantile, the same as sorted_quantile of all of them. NaN if empty. O(log n).
  double quantile(double q) const noexcept;
  double mean() const noexcept;
  double sd() const noexcept;  ///< population
  /// Median of |score - median|, not scaled. NaN if empty.
  double median_absolute_deviation() const;
  /// All of them again, ascending.
  std::vector<double> sorted() const;

  void save(ByteWriter& out) const;
  /// Throws Error unless the scores are finite, ascending and counted.
  static ScoreSample load(ByteReader& in);

 private:
  void add(double score, std::size_t count);
  std::size_t count(std::size_t index) const noexcept { return below_[index] - (index == 0 ? 0 : below_[index - 1]); }

  std::vector<double> values_;      ///< distinct, ascending
  std::vector<std::size_t> below_;  ///< how many scores are <= values_[i]
};

/// How a cut is found. As text: "false-alarms:0.01", "quantile:0.99", "contamination:0.1", "contamination:auto",
/// "mean-sd:2", "mad:3.5", "tail:0.0001", "alerts-per-day:20/1000000", "cluster-mean:3", "score:0.7", "best-f1".
struct ThresholdRule {
  enum class Kind {
    false_alarms,   ///< share of normal rows that may be flagged, in (0, 1): flagged when p <= share, so that at most
                    ///< this share of rows like the calibration rows is flagged, whatever their distribution
    quantile,       ///< the calibration scores' quantile, in (0, 1)
    contamination,  ///< scikit-learn's: the training scores' quantile 1 - share, share in (0, .5]
    contamination_auto,  ///< scikit-learn's "auto": .5 for the isolation forest (the paper's own cut)
    mean_sd,             ///< mean + k sd (population) of the calibration scores, k in [0, 1000]
    mad,   ///< median + k MAD / .6745 of the calibration scores (a modified z-score over k), k in [0, 1000]
    tail,  ///< share of normal rows that may be flagged, in (0, .1], by a generalised Pareto distribution fitted to the
           ///< upper tenth of the calibration scores (ScoreTail; Siffer and others 2017): goes on where false_alarms
           ///< has too few rows, and promises only as much as the fit holds
    alerts_per_day,  ///< as tail: `value` alerts on a day of `rows_per_day` rows like the calibration rows
    cluster_mean,    ///< k times the mean distance of the row's cluster: for scores in that unit (k-means with
                     ///< scale=cluster-mean or all-mean)
    score,           ///< this very score, whatever its unit
    best_f1          ///< the highest F1 on labelled calibration rows (best_f1_cut): made to fit those attacks
  };
  Kind kind = Kind::false_alarms;
  double value = 0.01;
  double rows_per_day = 0;  ///< of alerts_per_day

  /// Throws usage Error for an unknown rule (with the list) or a value out of range.
  static ThresholdRule parse(std::string_view text);
  std::string text() const;
  /// Which rows the cut is taken from: training scores for contamination, else calibration scores.
  bool uses_training() const noexcept;
  /// Whether it reads no scores at all: contamination_auto, cluster_mean, score.
  bool uses_no_scores() const noexcept;
  /// The share of rows like the calibration rows that may be flagged, where the rule promises one: false_alarms, tail,
  /// alerts_per_day.
  std::optional<double> asked_share() const noexcept;
  /// How many calibration rows it takes before any row can be flagged: with false_alarms ceil(1 / share) - 1, as p is
  /// never less than 1 / (n + 1); 1 with the other rules that read scores, 0 with those that read none. With fewer rows
  /// the cut of false_alarms is +infinity: nothing is flagged, and the caller ought to say so.
  std::size_t rows_needed() const noexcept;

  /// The cut: a row is flagged where score > cut. Where a rule wants calibration scores and there are none, training
  /// scores serve (`from_training` of the result tells; it is true for contamination too). Throws Error where there is
  /// nothing to take it from, and for best_f1, which needs labels. With false_alarms "score > cut" is exactly "p_value
  /// <= share".
  struct Cut {
    double value;
    bool from_training;
  };
  Cut cut(const ScoreSample& training, const ScoreSample& calibration) const;

  bool operator==(const ThresholdRule&) const = default;
};

/// The cut with the highest F1 among these labelled scores (1 anomaly), midway between two of them; of equally good
/// cuts the highest. Throws Error where a class is absent. O(n log n).
struct BestF1 {
  double cut;
  double f1;
};
BestF1 best_f1_cut(std::span<const std::uint8_t> labels, std::span<const double> scores);

/// (1 + calibration rows at least as unusual) / (n + 1). 1 without calibration rows would say nothing: returns NaN
/// then.
double p_value(const ScoreSample& calibration, double score) noexcept;

}  // namespace netstray
