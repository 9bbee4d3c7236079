#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/maths/quantile.h"
#include "netstray/metric/metric.h"

namespace netstray {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Rows that no metric can tell apart: same score, label and verdict.
struct Group {
  bool anomaly;
  bool flagged;
  bool last_of_score;
};

/// The rows sorted once: their groups by falling score, and for each class the group of each of its rows.
struct SortedRows {
  std::vector<Group> groups;
  std::array<std::vector<std::uint32_t>, 2> group_of;  // [label][number of the row within its class]

  SortedRows(std::span<const std::uint8_t> labels, std::span<const double> scores,
             std::span<const std::uint8_t> verdicts) {
    struct Row {
      double score;
      bool anomaly, flagged;
    };
    std::vector<Row> rows(labels.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (std::isnan(scores[i])) throw Error(fmt::format("the score of row {} is not a number", i + 1));
      rows[i] = {scores[i], labels[i] != 0, !verdicts.empty() && verdicts[i] != 0};
    }
    std::ranges::sort(rows, [](const Row& a, const Row& b) {
      if (a.score != b.score) return a.score > b.score;
      return a.anomaly != b.anomaly ? a.anomaly < b.anomaly : a.flagged < b.flagged;
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool new_score = i == 0 || rows[i].score != rows[i - 1].score;
      if (new_score || rows[i].anomaly != rows[i - 1].anomaly || rows[i].flagged != rows[i - 1].flagged) {
        if (new_score && !groups.empty()) groups.back().last_of_score = true;
        groups.push_back({rows[i].anomaly, rows[i].flagged, false});
      }
      group_of[rows[i].anomaly ? 1 : 0].push_back(static_cast<std::uint32_t>(groups.size() - 1));
    }
    if (!groups.empty()) groups.back().last_of_score = true;
  }
};

/// The metrics of one resample.
struct Sample {
  double auc, average_precision, accuracy, recall, false_positive_rate;
};

/// How often each group was drawn, when each class draws as many rows as it has.
void draw(const SortedRows& sorted, Rng& rng, std::vector<std::uint32_t>& counts) {
  std::ranges::fill(counts, 0U);
  for (const auto& group_of : sorted.group_of)
    for (std::size_t i = 0; i < group_of.size(); ++i) ++counts[group_of[rng.below(group_of.size())]];
}

/// Walks the curve of a resample: the same sums as auc() and average_precision().
Sample measure(const SortedRows& sorted, std::span<const std::uint32_t> counts) {
  const std::uint64_t anomalies = sorted.group_of[1].size();
  const std::uint64_t normal = sorted.group_of[0].size();
  std::array<std::uint64_t, 2> seen{};  // by label: fp and tp so far
  std::array<std::uint64_t, 2> flagged{};
  std::uint64_t last_fp = 0;
  std::uint64_t last_tp = 0;
  std::uint64_t twice_area = 0;
  double precision_sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& group = sorted.groups[i];
    const std::size_t label = group.anomaly ? 1 : 0;
    seen[label] += counts[i];
    flagged[label] += group.flagged ? counts[i] : 0;
    if (!group.last_of_score) continue;
    const auto [fp, tp] = seen;
    twice_area += (fp - last_fp) * (tp + last_tp);
    if (tp != last_tp)
      precision_sum += static_cast<double>(tp - last_tp) * static_cast<double>(tp) / static_cast<double>(tp + fp);
    last_fp = fp;
    last_tp = tp;
  }
  const auto p = static_cast<double>(anomalies);
  const auto n = static_cast<double>(normal);
  return {static_cast<double>(twice_area) / (2 * p * n), precision_sum / p,
          static_cast<double>(flagged[1] + normal - flagged[0]) / (p + n), static_cast<double>(flagged[1]) / p,
          static_cast<double>(flagged[0]) / n};
}

Interval central_95(std::span<const Sample> samples, double Sample::* metric) {
  std::vector<double> values(samples.size());
  std::ranges::transform(samples, values.begin(), [&](const Sample& sample) { return sample.*metric; });
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) return {kNan, kNan};
  std::ranges::sort(values);
  return {sorted_quantile(values, .025), sorted_quantile(values, .975)};
}

}  // namespace

BootstrapIntervals bootstrap(std::span<const std::uint8_t> labels, std::span<const double> scores,
                             std::span<const std::uint8_t> verdicts, std::size_t resamples, std::uint64_t seed) {
  if (labels.size() != scores.size() || (!verdicts.empty() && verdicts.size() != labels.size()))
    throw Error(fmt::format("{} labels, {} scores and {} verdicts", labels.size(), scores.size(), verdicts.size()));
  const SortedRows sorted(labels, scores, verdicts);
  std::vector<Sample> samples(resamples);
  parallel_for(resamples, 8, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> counts(sorted.groups.size());
    for (std::size_t i = begin; i < end; ++i) {
      auto rng = Rng::stream(seed, i);
      draw(sorted, rng, counts);
      samples[i] = measure(sorted, counts);
    }
  });
  const Interval unknown{kNan, kNan};
  const bool judged = !verdicts.empty();
  return {central_95(samples, &Sample::auc), central_95(samples, &Sample::average_precision),
          judged ? central_95(samples, &Sample::accuracy) : unknown,
          judged ? central_95(samples, &Sample::recall) : unknown,
          judged ? central_95(samples, &Sample::false_positive_rate) : unknown};
}

}  // namespace netstray
