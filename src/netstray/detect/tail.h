#pragma once

#include "netstray/base/serial.h"
#include "netstray/detect/threshold.h"

namespace netstray {

/// How unusual a score is, as -log10 of its p-value among calibration scores, with a tail that goes on beyond the
/// greatest of them: so scores of different detectors can be compared and joined, and rows that are all beyond
/// calibration are still ranked.
///
/// Up to the calibration scores' 90 % quantile u, p = (1 + scores at least as great) / (n + 1). Above u the scores'
/// excess over u follows a generalised Pareto distribution (Pickands 1975): p = p_u (1 + xi (s - u) / sigma)^(-1 / xi),
/// where p_u = (1 + scores above u) / (n + 1), so that it goes on from where the empirical p ends. xi comes from
/// probability-weighted moments (Hosking, Wallis 1987), kept within [0, .8]: below 0 there would be a greatest possible
/// score, near 1 no mean; sigma is the mean excess times (1 - xi). At most kMostUnusual.
///
/// With fewer than 10 scores above u xi is 0 (exponential). With none above u, or no spread among them, sigma is the
/// standard deviation of all scores, and 1 where they are all equal, for want of anything better. Without a score at
/// all every p is 1.
///
/// Const members are thread-safe.
class ScoreTail {
 public:
  /// p = 1e-300.
  static constexpr double kMostUnusual = 300;

  ScoreTail() = default;
  /// O(n).
  explicit ScoreTail(ScoreSample calibration);

  /// In [0, kMostUnusual], never falls when the score rises. O(log n) up to `start()`, O(1) above.
  double minus_log10_p(double score) const noexcept;

  const ScoreSample& calibration() const noexcept { return calibration_; }
  double start() const noexcept { return start_; }  ///< u
  double shape() const noexcept { return shape_; }  ///< xi
  double scale() const noexcept { return scale_; }  ///< sigma

  /// The calibration scores, f64 xi, f64 sigma.
  void save(ByteWriter& out) const;
  /// Throws Error for damaged bytes; whatever they are, what it returns gives values within the range.
  static ScoreTail load(ByteReader& in);

 private:
  void find_start();

  ScoreSample calibration_;
  double start_ = 0;
  double at_start_ = 0;  ///< -log10 p_u
  double shape_ = 0;
  double scale_ = 1;
};

}  // namespace netstray
