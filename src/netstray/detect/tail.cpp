#include "netstray/detect/tail.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace netstray {
namespace {

constexpr double kTailQuantile = 0.9;
constexpr double kMostShape = 0.8;
constexpr std::size_t kLeastForShape = 10;

/// Shape of a generalised Pareto distribution from excesses in ascending order, of which the mean is `mean` > 0:
/// xi = 2 - a0 / (a0 - 2 a1), a0 the mean, a1 the mean of x (1 - F(x)).
double pareto_shape(const std::vector<double>& excesses, double mean) {
  if (excesses.size() < kLeastForShape) return 0;
  const auto n = static_cast<double>(excesses.size());
  double weighted = 0;  // in units of the mean, so that it stays finite
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    weighted += excesses[i] / mean * (n - 1 - static_cast<double>(i)) / (n - 1);
  }
  const double spread = 1 - 2 * weighted / n;
  if (!(spread > 0)) return 0;
  return std::clamp(2 - 1 / spread, 0.0, kMostShape);
}

}  // namespace

ScoreTail::ScoreTail(ScoreSample calibration) : calibration_(std::move(calibration)) {
  if (calibration_.empty()) return;
  find_start();
  const std::vector<double> scores = calibration_.sorted();
  std::vector<double> excesses(std::upper_bound(scores.begin(), scores.end(), start_), scores.end());
  double mean = 0;
  for (double& excess : excesses) {
    excess -= start_;
    mean += excess / static_cast<double>(excesses.size());
  }
  if (mean > 0) {
    shape_ = pareto_shape(excesses, mean);
    scale_ = mean * (1 - shape_);
  } else if (const double sd = calibration_.sd(); sd > 0) {
    scale_ = sd;
  }
  scale_ = std::clamp(scale_, std::numeric_limits<double>::min(), std::numeric_limits<double>::max());
}

void ScoreTail::find_start() {
  start_ = calibration_.quantile(kTailQuantile);
  const auto above = calibration_.at_least(std::nextafter(start_, std::numeric_limits<double>::infinity()));
  at_start_ = std::log10(static_cast<double>(calibration_.size() + 1) / static_cast<double>(above + 1));
}

double ScoreTail::minus_log10_p(double score) const noexcept {
  if (calibration_.empty()) return 0;
  if (!(score > start_)) {
    const auto n = static_cast<double>(calibration_.size());
    return std::log10((n + 1) / (static_cast<double>(calibration_.at_least(score)) + 1));
  }
  const double excess = (score - start_) / scale_;
  const double tail = shape_ > 0 ? std::log1p(shape_ * excess) / shape_ : excess;
  return std::min(at_start_ + tail / std::numbers::ln10, kMostUnusual);
}

void ScoreTail::save(ByteWriter& out) const {
  calibration_.save(out);
  out.put(shape_);
  out.put(scale_);
}

ScoreTail ScoreTail::load(ByteReader& in) {
  ScoreTail tail;
  tail.calibration_ = ScoreSample::load(in);
  if (!tail.calibration_.empty()) tail.find_start();
  tail.shape_ = in.get<double>();
  tail.scale_ = in.get<double>();
  const bool sound = tail.shape_ >= 0 && tail.shape_ <= kMostShape && tail.scale_ > 0 && std::isfinite(tail.scale_);
  if (!sound) in.fail("the tail of calibration scores is out of range");
  return tail;
}

}  // namespace netstray
