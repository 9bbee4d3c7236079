#include "netstray/report/chart.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/maths/quantile.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/svg.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr Frame kFrame;
/// The outline of a histogram's bars, and with `base` the area under it.
std::vector<Point> bar_outline(std::span<const std::uint64_t> counts, const Scale& x, const Scale& y, double base) {
  const double width = (x.high() - x.low()) / static_cast<double>(counts.size());
  std::vector<Point> points = {{x(x.low()), base}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double left = x.low() + width * static_cast<double>(i);
    const double height = counts[i] == 0 ? base : y(static_cast<double>(counts[i]));
    points.push_back({x(left), height});
    points.push_back({x(left + width), height});
  }
  points.push_back({x(x.high()), base});
  return points;
}

/// Rows on an axis from 0, or, where counts span decades, from half a row by the logarithm with a tick per decade.
Axis count_axis(const Frame& frame, std::uint64_t most) {
  constexpr std::uint64_t kLogarithmicFrom = 100;
  const auto top = static_cast<double>(std::max<std::uint64_t>(most, 1));
  if (most <= kLogarithmicFrom) return linear_axis(0, top * 1.05, frame.bottom, frame.top, 5, "rows per bin");
  return logarithmic_axis(0.5, top * 1.3, frame.bottom, frame.top, "rows per bin");
}

void draw_cut(Svg& svg, const Frame& frame, const Scale& x, double cut) {
  if (!(cut >= x.low() && cut <= x.high())) return;
  svg.line({x(cut), frame.top - 4}, {x(cut), frame.bottom}, "cut");
  const double place = std::clamp(x(cut), frame.left + 30, frame.right - 30);
  svg.text({place, frame.top - 9}, "cut " + readable(cut, 4), "key", Svg::Anchor::middle);
}

/// The range to draw: all finite scores, or their middle where a few lie far away.
ScoreHistogram histogram_range(const std::vector<double>& sorted) {
  constexpr double kFar = 20;
  ScoreHistogram histogram;
  histogram.low = sorted.front();
  histogram.high = sorted.back();
  const double middle = sorted_quantile(sorted, .995) - sorted_quantile(sorted, .005);
  if (middle > 0 && histogram.high - histogram.low > kFar * middle) {
    histogram.low = sorted_quantile(sorted, .001);
    histogram.high = sorted_quantile(sorted, .999);
    histogram.clipped = true;
  }
  if (histogram.low == histogram.high) {
    const double margin = std::max(std::fabs(histogram.low) * 0.05, 1e-6);
    histogram.low -= margin;
    histogram.high += margin;
  }
  return histogram;
}

}  // namespace

std::string standalone_svg(const std::string& chart) {
  const std::string style = fmt::format("<style>\n{}</style>\n", chart_css());
  std::string result = chart;
  result.insert(result.find('>') + 2, style);
  return result;
}

std::optional<OperatingPoint> operating_point(const Confusion& confusion) noexcept {
  const std::uint64_t normal = confusion.tn + confusion.fp;
  const std::uint64_t attacks = confusion.fn + confusion.tp;
  const std::uint64_t flagged = confusion.fp + confusion.tp;
  if (normal == 0 || attacks == 0 || flagged == 0) return std::nullopt;
  return OperatingPoint{static_cast<double>(confusion.fp) / static_cast<double>(normal),
                        static_cast<double>(confusion.tp) / static_cast<double>(attacks),
                        static_cast<double>(confusion.tp) / static_cast<double>(flagged)};
}

ScoreHistogram score_histogram(std::span<const std::uint8_t> labels, std::span<const double> scores, std::size_t bins) {
  std::vector<double> sorted;
  std::copy_if(scores.begin(), scores.end(), std::back_inserter(sorted), drawable);
  if (sorted.empty() || bins == 0) return {};
  std::sort(sorted.begin(), sorted.end());
  ScoreHistogram histogram = histogram_range(sorted);
  histogram.normal.assign(bins, 0);
  histogram.attacks.assign(bins, 0);
  const double per_score = static_cast<double>(bins) / (histogram.high - histogram.low);
  for (std::size_t i = 0; i < std::min(scores.size(), labels.size()); ++i) {
    if (!drawable(scores[i])) continue;
    const double place = std::clamp((scores[i] - histogram.low) * per_score, 0.0, static_cast<double>(bins - 1));
    ++(labels[i] != 0 ? histogram.attacks : histogram.normal)[static_cast<std::size_t>(place)];
  }
  return histogram;
}

std::string histogram_chart(const ScoreHistogram& histogram, std::optional<double> cut, std::string_view heading,
                            const ClassNames& names) {
  const std::string title(heading.empty() ? "Scores by class" : heading);
  if (histogram.normal.empty()) return empty_chart(title, "there are no scores");
  const std::string label = histogram.clipped ? "score (rows beyond the ends are in the outer bins)" : "score";
  Frame frame;
  frame.top = 66;
  Svg svg(frame.width, frame.height, title,
          fmt::format("Rows per bin, {} bins of equal width", histogram.normal.size()));
  draw_title(svg, title);
  draw_key_above(svg, frame, {{"line c0", fitted(names.normal, 120)}, {"line c1", fitted(names.attack, 120)}});
  const std::uint64_t most = std::max(*std::max_element(histogram.normal.begin(), histogram.normal.end()),
                                      *std::max_element(histogram.attacks.begin(), histogram.attacks.end()));
  const Axis x = linear_axis(histogram.low, histogram.high, frame.left, frame.right, 6, label);
  const Axis y = count_axis(frame, most);
  draw_axes(svg, frame, x, y);
  for (const bool attack : {false, true}) {
    const auto outline = bar_outline(attack ? histogram.attacks : histogram.normal, x.scale, y.scale, frame.bottom);
    svg.polygon(outline, fmt::format("area {}", class_series(attack)));
    svg.polyline(outline, fmt::format("line {}", class_series(attack)));
  }
  if (cut) draw_cut(svg, frame, x.scale, *cut);
  return svg.str();
}

std::string family_chart(std::span<const FamilyRecall> families) {
  constexpr std::size_t kMost = 12;
  constexpr double kNames = 110;
  const std::string title = "Found at the cut, by family";
  std::vector<FamilyRecall> shown;
  std::copy_if(families.begin(), families.end(), std::back_inserter(shown),
               [](const FamilyRecall& family) { return std::isfinite(family.recall); });
  if (shown.empty()) return empty_chart(title, "there are no families");
  std::stable_sort(shown.begin(), shown.end(),
                   [](const FamilyRecall& a, const FamilyRecall& b) { return a.rows > b.rows; });
  shown.resize(std::min(shown.size(), kMost));
  Svg svg(kFrame.width, kFrame.height, title, "Share of each family's rows that is flagged");
  draw_title(svg, title);
  Frame frame;
  frame.left = kNames;
  const Axis x = linear_axis(0, 1, kNames, kFrame.right, 5, "found, share of the family's rows");
  draw_value_axis(svg, frame, x);
  const double pitch = (kFrame.bottom - kFrame.top) / static_cast<double>(shown.size());
  const double height = std::min(pitch * 0.62, 34.0);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const FamilyRecall& family = shown[i];
    const double middle = kFrame.top + pitch * (static_cast<double>(i) + 0.5);
    svg.rect({kNames, middle - height / 2}, kFrame.right - kNames, height, "rest");
    svg.rect({kNames, middle - height / 2}, x.scale(family.recall) - kNames, height, "bar");
    svg.text({kNames - 10, middle + 4}, shortened(printable(family.family), 14), "key", Svg::Anchor::end);
    const bool inside = family.recall > 0.35;
    svg.text({x.scale(family.recall) + (inside ? -8 : 8), middle + 4},
             fmt::format("{} of {}", percent(family.recall), grouped(family.rows)), "key",
             inside ? Svg::Anchor::end : Svg::Anchor::start);
  }
  return svg.str();
}

}  // namespace netstray
