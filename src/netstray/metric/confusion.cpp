#include <limits>

#include <fmt/format.h>

#include "netstray/base/error.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

double share(std::uint64_t part, std::uint64_t whole, double without) noexcept {
  return whole == 0 ? without : static_cast<double>(part) / static_cast<double>(whole);
}

ClassScores scores_of_class(std::uint64_t right, std::uint64_t called, std::uint64_t support) noexcept {
  // F1 as 2 right / (called + support), the same as 2 P R / (P + R) but without its rounding.
  return {share(right, called, 0), share(right, support, 0), share(2 * right, called + support, 0), support};
}

ClassScores averaged(const ClassScores& first, const ClassScores& second, double first_weight,
                     double second_weight) noexcept {
  const double sum = first_weight + second_weight;
  const auto mean = [&](double a, double b) { return sum == 0 ? 0 : (first_weight * a + second_weight * b) / sum; };
  return {mean(first.precision, second.precision), mean(first.recall, second.recall), mean(first.f1, second.f1),
          first.support + second.support};
}

}  // namespace

double Confusion::accuracy() const noexcept { return share(tp + tn, rows(), std::numeric_limits<double>::quiet_NaN()); }
double Confusion::precision() const noexcept { return share(tp, tp + fp, 0); }
double Confusion::recall() const noexcept { return share(tp, tp + fn, 0); }
double Confusion::f1() const noexcept { return share(2 * tp, 2 * tp + fp + fn, 0); }
double Confusion::false_positive_rate() const noexcept {
  return share(fp, fp + tn, std::numeric_limits<double>::quiet_NaN());
}

Confusion confusion(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> verdicts) {
  if (labels.size() != verdicts.size())
    throw Error(fmt::format("{} labels, but {} verdicts", labels.size(), verdicts.size()));
  std::array<std::uint64_t, 4> counts{};
  for (std::size_t row = 0; row < labels.size(); ++row)
    ++counts[(labels[row] != 0 ? 2U : 0U) + (verdicts[row] != 0 ? 1U : 0U)];
  return {.tn = counts[0], .fp = counts[1], .fn = counts[2], .tp = counts[3]};
}

std::array<ClassScores, 4> class_scores(const Confusion& confusion) {
  const auto& c = confusion;
  const auto normal = scores_of_class(c.tn, c.tn + c.fn, c.tn + c.fp);
  const auto anomaly = scores_of_class(c.tp, c.tp + c.fp, c.tp + c.fn);
  return {normal, anomaly, averaged(normal, anomaly, 1, 1),
          averaged(normal, anomaly, static_cast<double>(normal.support), static_cast<double>(anomaly.support))};
}

}  // namespace netstray
