#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// Settings of logistic regression; defaults as in scikit-learn, but for the class weights.
struct LogisticSettings {
  double c = 1;               ///< [1e-6, 1e6]: the smaller, the stronger the pull of weights towards 0
  bool balanced = true;       ///< each class weighs as much as the other: rows / (2 * rows of the class)
  std::uint32_t steps = 500;  ///< 1 to 100,000 steps at most; a few suffice on scaled columns
};

/// Logistic regression (Cox 1958) with an L2 penalty: minimises |w|^2 / 2 + C * sum of weighted log losses, the
/// intercept free, as scikit-learn does. Score = w x + b, the log of the odds of an anomaly. The supervised yardstick:
/// it needs labels, and finds only what resembles the anomalies that it was shown.
class Logistic final : public Detector {
 public:
  /// Fits on all rows and `context.labels` (1 anomaly): by Newton's method up to 64 dense columns, beyond by L-BFGS
  /// (Nocedal 1980). Where the steps run out before the minimum,
  /// a note says so. Uses threads(), same result for any number. Throws Error for no
  /// rows or columns, a value that is not finite (naming its column), absent labels or those of one class, and settings
  /// out of range. Cost: Newton about 6 passes of columns^2 / 2 flops a row; L-BFGS tens to hundreds of 4 columns
  /// flops.
  static Logistic fit(const Matrix& matrix, const LogisticSettings& settings, const FitContext& context);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static Logistic load(ByteReader& in);

  std::string_view name() const noexcept override { return "logistic"; }
  std::size_t columns() const noexcept override { return weights_.size(); }

  /// Throws Error where the matrix has other columns than the one it was fitted on. No score is beyond +-1e300.
  void score(const Matrix& matrix, std::span<double> scores) const override;

  /// weight * (value - mean of the normal rows): what each column adds to the score of an average normal row. Negative
  /// where the value is rather like a normal row's.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  const LogisticSettings& settings() const noexcept { return settings_; }
  std::span<const double> weights() const noexcept { return weights_; }
  double intercept() const noexcept { return intercept_; }
  /// Steps that it took.
  std::uint32_t steps() const noexcept { return steps_; }

 private:
  Logistic() = default;
  void expect_shape(const Matrix& matrix) const;

  LogisticSettings settings_;
  std::size_t number_columns_ = 0;
  std::vector<std::uint32_t> group_widths_;
  std::vector<double> weights_;  ///< per dense column
  std::vector<double> means_;    ///< of the normal rows, per dense column
  double intercept_ = 0;
  std::uint32_t steps_ = 0;
};

const DetectorInfo& logistic_info();

}  // namespace netstray
