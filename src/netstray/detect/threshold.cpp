#include "netstray/detect/threshold.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/tail.h"
#include "netstray/maths/quantile.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// MAD / kMadOfNormal estimates the standard deviation of a normal distribution (Iglewicz, Hoaglin 1993).
constexpr double kMadOfNormal = 0.6745;
/// A tail is fitted to the upper tenth of the scores, so it can promise no larger share.
constexpr double kMostTailShare = 0.1;

using Kind = ThresholdRule::Kind;

struct RuleName {
  Kind kind;
  std::string_view name;
  double low, high;
  bool low_allowed, high_allowed;
  std::string_view range;
};

constexpr std::array kRules{
    RuleName{Kind::false_alarms, "false-alarms", 0, 1, false, false, "a share between 0 and 1, as 0.01"},
    RuleName{Kind::quantile, "quantile", 0, 1, false, false, "between 0 and 1, as 0.99"},
    RuleName{Kind::contamination, "contamination", 0, 0.5, false, true, "auto, or a share over 0 and up to 0.5"},
    RuleName{Kind::mean_sd, "mean-sd", 0, 1000, true, true, "from 0 to 1000, as 2"},
    RuleName{Kind::mad, "mad", 0, 1000, true, true, "from 0 to 1000, as 3.5"},
    RuleName{Kind::tail, "tail", 0, 0.1, false, true, "a share over 0 and up to 0.1, as 0.0001"},
    RuleName{Kind::alerts_per_day, "alerts-per-day", 0, kInfinity, false, false,
             "alerts and rows a day, as 20/1000000; at most one alert in ten rows"},
    RuleName{Kind::cluster_mean, "cluster-mean", 0, 1e6, true, true, "from 0 to 1000000, as 3"},
    RuleName{Kind::score, "score", -kInfinity, kInfinity, false, false, "a number, as 0.7"},
    RuleName{Kind::best_f1, "best-f1", 0, 0, false, false, "nothing"}};

constexpr std::string_view kForms =
    "false-alarms:SHARE, tail:SHARE, alerts-per-day:ALERTS/ROWS, quantile:Q, contamination:SHARE, contamination:auto, "
    "mean-sd:K, mad:K, cluster-mean:K, score:X, best-f1";

const RuleName& rule_named(std::string_view name, std::string_view text) {
  const auto* found =
      std::find_if(kRules.begin(), kRules.end(), [&](const RuleName& rule) { return rule.name == name; });
  if (found != kRules.end()) return *found;
  std::vector<std::string> names;
  names.reserve(kRules.size());
  for (const auto& rule : kRules) names.emplace_back(rule.name);
  const auto close = nearest(name, names);
  throw usage_error(fmt::format("unknown threshold rule {}{}; the rules are {}", quoted(text),
                                close ? fmt::format("; did you mean \"{}\"?", *close) : "", kForms));
}

bool in_range(const RuleName& rule, double value) noexcept {
  const bool low = rule.low_allowed ? value >= rule.low : value > rule.low;
  const bool high = rule.high_allowed ? value <= rule.high : value < rule.high;
  return low && high;
}

double share_of(std::size_t at_least, std::size_t count) noexcept {
  return static_cast<double>(1 + at_least) / static_cast<double>(count + 1);
}

/// "20/1000000"
std::optional<ThresholdRule> alerts_per_day(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto alerts = parse_double(text.substr(0, slash));
  const auto rows = parse_double(text.substr(slash + 1));
  if (!alerts || !rows || !(*alerts > 0) || !std::isfinite(*rows) || !(*alerts <= kMostTailShare * *rows)) {
    return std::nullopt;
  }
  return ThresholdRule{Kind::alerts_per_day, *alerts, *rows};
}

/// What stands after the colon, or nothing where it is not what the rule takes.
std::optional<ThresholdRule> rule_of(const RuleName& rule, std::string_view text) {
  if (rule.kind == Kind::contamination && text == "auto") return ThresholdRule{Kind::contamination_auto, 0};
  if (rule.kind == Kind::alerts_per_day) return alerts_per_day(text);
  if (rule.kind == Kind::best_f1) return text.empty() ? std::optional(ThresholdRule{Kind::best_f1, 0}) : std::nullopt;
  const auto value = parse_double(text);
  if (!value || !in_range(rule, *value)) return std::nullopt;
  return ThresholdRule{rule.kind, *value};
}

/// The score that is exceeded exactly by the rows whose p is at most `share`.
double false_alarm_cut(const ScoreSample& sample, double share) noexcept {
  const std::size_t n = sample.size();
  // `allowed` - 1 rows may be at least as unusual as a flagged one. The product rounds, so it is only the first guess.
  auto allowed = static_cast<std::size_t>(share * static_cast<double>(n + 1));
  while (allowed > 0 && share_of(allowed - 1, n) > share) --allowed;
  while (allowed <= n && share_of(allowed, n) <= share) ++allowed;
  if (allowed == 0) return kInfinity;
  return allowed > n ? -kInfinity : sample.nth(n - allowed);
}

/// The score where the tail's p-value is `share`; among the scores below the tail the same as false_alarm_cut.
double tail_cut(const ScoreSample& sample, double share) {
  const ScoreTail tail(sample);
  const double start = tail.start();
  const double at_start = share_of(sample.at_least(std::nextafter(start, kInfinity)), sample.size());
  if (share >= at_start) return false_alarm_cut(sample, share);
  const double log_ratio = std::log(at_start / share);
  const double shape = tail.shape();
  return start + tail.scale() * (shape > 0 ? std::expm1(shape * log_ratio) / shape : log_ratio);
}

/// As scikit-learn: np.percentile(-scores, 100 * share), in the same steps, so that ties fall on the same side.
double contamination_cut(const ScoreSample& sample, double share) noexcept {
  const std::size_t last = sample.size() - 1;
  const double position = 100 * share / 100 * static_cast<double>(last);
  const auto below = static_cast<std::size_t>(position);
  const std::array neighbours{-sample.nth(last - below), -sample.nth(last - std::min(below + 1, last))};
  return -sorted_quantile(neighbours, position - static_cast<double>(below));
}

}  // namespace

ScoreSample::ScoreSample(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  for (const double score : scores) add(score, 1);
}

/// Scores come in ascending order.
void ScoreSample::add(double score, std::size_t count) {
  const std::size_t total = size() + count;
  if (values_.empty() || values_.back() != score) {
    values_.push_back(score);
    below_.push_back(total);
  } else {
    below_.back() = total;
  }
}

std::size_t ScoreSample::at_least(double score) const noexcept {
  const auto first = std::lower_bound(values_.begin(), values_.end(), score) - values_.begin();
  return size() - (first == 0 ? 0 : below_[static_cast<std::size_t>(first) - 1]);
}

double ScoreSample::nth(std::size_t rank) const noexcept {
  return values_[static_cast<std::size_t>(std::upper_bound(below_.begin(), below_.end(), rank) - below_.begin())];
}

double ScoreSample::quantile(double q) const noexcept {
  if (empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::array neighbours{nth(below), nth(std::min(below + 1, size() - 1))};
  return sorted_quantile(neighbours, position - static_cast<double>(below));
}

double ScoreSample::mean() const noexcept {
  if (empty()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) sum += values_[i] * static_cast<double>(count(i));
  return std::clamp(sum / static_cast<double>(size()), values_.front(), values_.back());  // however the sum rounds
}

double ScoreSample::sd() const noexcept {
  if (empty()) return 0;
  const double centre = mean();
  double squares = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    squares += (values_[i] - centre) * (values_[i] - centre) * static_cast<double>(count(i));
  }
  return std::sqrt(squares / static_cast<double>(size()));
}

double ScoreSample::median_absolute_deviation() const {
  const double median = quantile(0.5);
  std::vector<std::pair<double, std::size_t>> deviations;
  deviations.reserve(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) deviations.emplace_back(std::fabs(values_[i] - median), count(i));
  std::sort(deviations.begin(), deviations.end());
  ScoreSample sample;
  for (const auto& [deviation, times] : deviations) sample.add(deviation, times);
  return sample.quantile(0.5);
}

std::vector<double> ScoreSample::sorted() const {
  std::vector<double> all;
  all.reserve(size());
  for (std::size_t i = 0; i < values_.size(); ++i) all.resize(below_[i], values_[i]);
  return all;
}

void ScoreSample::save(ByteWriter& out) const {
  out.put_vector(values_);
  out.put_vector(below_);
}

ScoreSample ScoreSample::load(ByteReader& in) {
  ScoreSample sample;
  sample.values_ = in.get_vector<double>();
  sample.below_ = in.get_vector<std::size_t>();
  if (sample.values_.size() != sample.below_.size()) in.fail("scores and their counts do not match");
  constexpr std::size_t kMostScores = std::size_t{1} << 32;  // sorted() takes 8 bytes each
  for (std::size_t i = 0; i < sample.values_.size(); ++i) {
    const bool ascending =
        i == 0 || (sample.values_[i] > sample.values_[i - 1] && sample.below_[i] > sample.below_[i - 1]);
    if (!ascending || !std::isfinite(sample.values_[i]) || sample.below_[i] == 0 || sample.below_[i] > kMostScores) {
      in.fail("scores are not finite, ascending and counted");
    }
  }
  return sample;
}

ThresholdRule ThresholdRule::parse(std::string_view text) {
  const auto colon = text.find(':');
  const RuleName& rule = rule_named(text.substr(0, colon), text);
  const std::string_view rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (const auto parsed = rule_of(rule, rest)) return *parsed;
  throw usage_error(fmt::format("threshold rule {}: {} takes {}", quoted(text), rule.name, rule.range));
}

std::string ThresholdRule::text() const {
  if (kind == Kind::contamination_auto) return "contamination:auto";
  const auto* rule = std::find_if(kRules.begin(), kRules.end(), [this](const RuleName& r) { return r.kind == kind; });
  if (kind == Kind::best_f1) return std::string(rule->name);
  if (kind == Kind::alerts_per_day) return fmt::format("{}:{}/{}", rule->name, value, rows_per_day);
  return fmt::format("{}:{}", rule->name, value);
}

bool ThresholdRule::uses_training() const noexcept { return kind == Kind::contamination; }

bool ThresholdRule::uses_no_scores() const noexcept {
  return kind == Kind::contamination_auto || kind == Kind::cluster_mean || kind == Kind::score;
}

std::optional<double> ThresholdRule::asked_share() const noexcept {
  if (kind == Kind::false_alarms || kind == Kind::tail) return value;
  if (kind == Kind::alerts_per_day) return value / rows_per_day;
  return std::nullopt;
}

std::size_t ThresholdRule::rows_needed() const noexcept {
  if (uses_no_scores()) return 0;
  if (kind != Kind::false_alarms) return 1;
  auto rows = static_cast<std::size_t>(std::clamp(1 / value, 1.0, 0x1.0p62));
  while (rows > 1 && share_of(0, rows - 1) <= value) --rows;
  while (share_of(0, rows) > value) ++rows;
  return rows;
}

ThresholdRule::Cut ThresholdRule::cut(const ScoreSample& training, const ScoreSample& calibration) const {
  if (kind == Kind::contamination_auto) return {0.5, false};
  if (uses_no_scores()) return {value, false};
  if (kind == Kind::best_f1) {
    throw Error(
        "the threshold best-f1 needs labelled attacks to be found with, and a model keeps none: give it to train");
  }
  const bool from_training = uses_training() || calibration.empty();
  const ScoreSample& sample = from_training ? training : calibration;
  if (sample.empty()) throw Error(fmt::format("no scores are kept that the threshold {} could be taken from", text()));
  switch (kind) {
    case Kind::false_alarms:
      return {false_alarm_cut(sample, value), from_training};
    case Kind::quantile:
      return {sample.quantile(value), from_training};
    case Kind::contamination:
      return {contamination_cut(sample, value), from_training};
    case Kind::mean_sd:
      return {sample.mean() + value * sample.sd(), from_training};
    case Kind::mad:
      return {sample.quantile(0.5) + value * sample.median_absolute_deviation() / kMadOfNormal, from_training};
    case Kind::tail:
    case Kind::alerts_per_day:
      return {tail_cut(sample, *asked_share()), from_training};
    case Kind::contamination_auto:
    case Kind::cluster_mean:
    case Kind::score:
    case Kind::best_f1:
      break;
  }
  return {value, false};
}

BestF1 best_f1_cut(std::span<const std::uint8_t> labels, std::span<const double> scores) {
  const auto attacks = static_cast<std::uint64_t>(std::ranges::count(labels, 1));
  if (attacks == 0 || attacks == labels.size()) {
    throw Error(
        fmt::format("the threshold best-f1 needs labelled rows of both classes, and there are {} attacks in {} rows",
                    grouped(attacks), grouped(labels.size())));
  }
  const auto points = curve(labels, scores);
  BestF1 best{points[1].threshold, -1};
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double f1 =
        2 * static_cast<double>(points[i].tp) / static_cast<double>(points[i].tp + points[i].fp + attacks);
    if (!(f1 > best.f1)) continue;
    const double next = i + 1 < points.size() ? points[i + 1].threshold : -kInfinity;
    // Midway, but never so that rounding puts the flagged score itself on the cut.
    const double middle = std::isfinite(next) ? next + (points[i].threshold - next) / 2 : points[i].threshold - 1;
    best = {middle < points[i].threshold ? middle : std::nextafter(points[i].threshold, -kInfinity), f1};
  }
  return best;
}

double p_value(const ScoreSample& calibration, double score) noexcept {
  if (calibration.empty()) return std::numeric_limits<double>::quiet_NaN();
  return share_of(calibration.at_least(score), calibration.size());
}

}  // namespace netstray
