#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace netstray {

/// Labels are 1 anomaly, 0 normal; verdicts 1 flagged, 0 not; scores higher = more unusual. All functions are
/// thread-safe.

struct Confusion {
  std::uint64_t tn = 0, fp = 0, fn = 0, tp = 0;

  std::uint64_t rows() const noexcept { return tn + fp + fn + tp; }
  double accuracy() const noexcept;   ///< NaN without rows
  double precision() const noexcept;  ///< of class 1; 0 where nothing was flagged (scikit-learn's zero_division=0)
  double recall() const noexcept;
  double f1() const noexcept;
  double false_positive_rate() const noexcept;  ///< NaN without normal rows
};
Confusion confusion(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> verdicts);

/// One row of scikit-learn's classification_report.
struct ClassScores {
  double precision, recall, f1;
  std::uint64_t support;
};
/// Class 0, class 1, macro average, weighted average.
std::array<ClassScores, 4> class_scores(const Confusion& confusion);

/// A point of the ROC or precision-recall curve: flagged where score >= threshold.
struct CurvePoint {
  double threshold;
  std::uint64_t tp, fp;
};
/// One point per distinct score, descending, after a first {+inf, 0, 0}. Scores that are NaN are an Error.
/// All other curves and areas are functions of this one. One sort, O(n log n).
std::vector<CurvePoint> curve(std::span<const std::uint8_t> labels, std::span<const double> scores);

/// Area under the ROC curve, ties counted half. NaN where one class is absent.
double auc(std::span<const CurvePoint> curve) noexcept;
/// sum (R_n - R_{n-1}) P_n, as scikit-learn. NaN without anomalies.
double average_precision(std::span<const CurvePoint> curve) noexcept;
/// The largest recall whose false-positive rate is <= fpr. NaN where one class is absent.
double recall_at_fpr(std::span<const CurvePoint> curve, double fpr) noexcept;

/// At most `limit` (>= 2) points of the curve that keep its shape, ends included: for pictures. The points go first
/// whose absence changes the ROC and the precision-recall picture least (Visvalingam, Whyatt 1993). O(n log n).
std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, std::size_t limit);

struct Interval {
  double low, high;
};
/// Percentile bootstrap, stratified by class: the metrics of `resamples` resamples of the rows with replacement; the 95
/// % interval each; NaN where the metric cannot be computed (a class is absent, `verdicts` is empty, no resamples).
/// Sorts once, then costs resamples x n, spread over threads(); the same for any number of them.
struct BootstrapIntervals {
  Interval auc, average_precision, accuracy, recall, false_positive_rate;
};
BootstrapIntervals bootstrap(std::span<const std::uint8_t> labels, std::span<const double> scores,
                             std::span<const std::uint8_t> verdicts, std::size_t resamples, std::uint64_t seed);

/// 95 % interval of a share k of n: Wilson's (1927), without continuity correction. {0, 1} where n is 0.
Interval wilson(std::uint64_t k, std::uint64_t n) noexcept;

/// Where a realised count of false alarms among m rows should lie with probability .95, when the cut promises `share`
/// and was taken from n calibration rows: a row is flagged above the k-th largest of their scores, k = floor(share (n +
/// 1)), so the true share is Beta(k, n + 1 - k) and the count BetaBinomial(m, k, n + 1 - k), whatever the distribution
/// of the scores. Equal tails, as shares of m. A share below 1 / (n + 1) puts the cut beyond all calibration scores:
/// the interval is then from 0 to where k = 1 ends. Where many scores are equal the true share can be less, never more.
/// {0, 1} where n or m is 0. m beyond ten million is taken as ten million: the calibration sample dominates there.
Interval false_alarm_interval(double share, std::uint64_t calibration_rows, std::uint64_t rows);

}  // namespace netstray
