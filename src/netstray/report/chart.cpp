#include "netstray/report/chart.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/maths/quantile.h"
#include "netstray/report/svg.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kWidth = 460;
constexpr double kHeight = 360;
constexpr double kLeft = 64;
constexpr double kRight = 444;
constexpr double kTop = 50;
constexpr double kBottom = 304;
constexpr std::size_t kCurvePoints = 400;

/// One axis: its numbers, their places and what they are.
struct Axis {
  Scale scale;
  std::vector<double> ticks;
  double step;
  std::string label;
};

Axis linear_axis(double low, double high, double from, double to, int ticks, std::string label) {
  auto values = nice_ticks(low, high, ticks);
  const double step = values.size() > 1 ? values[1] - values[0] : high - low;
  return {Scale(low, high, from, to), std::move(values), step, std::move(label)};
}

void draw_axes(Svg& svg, const Axis& x, const Axis& y) {
  for (const double tick : y.ticks) {
    svg.line({kLeft, y.scale(tick)}, {kRight, y.scale(tick)}, "grid");
    svg.text({kLeft - 8, y.scale(tick) + 4}, tick_text(tick, y.step), "tick", Svg::Anchor::end);
  }
  for (const double tick : x.ticks) {
    svg.line({x.scale(tick), kBottom}, {x.scale(tick), kBottom + 5}, "axis");
    svg.text({x.scale(tick), kBottom + 19}, tick_text(tick, x.step), "tick", Svg::Anchor::middle);
  }
  svg.line({kLeft, kBottom}, {kRight, kBottom}, "axis");
  svg.text({(kLeft + kRight) / 2, kBottom + 42}, x.label, "label", Svg::Anchor::middle);
  svg.upward_text({16, (kTop + kBottom) / 2}, y.label, "label");
}

/// An axis below and lines up from it, for bars that lie.
void draw_share_axis(Svg& svg, const Axis& x) {
  for (const double tick : x.ticks) {
    svg.line({x.scale(tick), kTop}, {x.scale(tick), kBottom}, "grid");
    svg.text({x.scale(tick), kBottom + 19}, tick_text(tick, x.step), "tick", Svg::Anchor::middle);
  }
  svg.text({(x.scale(x.scale.low()) + kRight) / 2, kBottom + 42}, x.label, "label", Svg::Anchor::middle);
}

void draw_title(Svg& svg, std::string_view title) { svg.text({kLeft, 20}, title, "title"); }

std::string empty_chart(std::string_view title, std::string_view why) {
  Svg svg(kWidth, kHeight, title, why);
  draw_title(svg, title);
  svg.text({kWidth / 2, kHeight / 2}, why, "label", Svg::Anchor::middle);
  return svg.str();
}

/// A label with a line in front of it.
void draw_key(Svg& svg, Point at, std::string_view line_class, std::string_view text) {
  svg.line({at.x, at.y - 4}, {at.x + 22, at.y - 4}, line_class);
  svg.text({at.x + 28, at.y}, text, "key");
}

void draw_point_key(Svg& svg, Point at, std::string_view text) {
  svg.circle({at.x + 11, at.y - 4}, 4.5, "mark");
  svg.text({at.x + 28, at.y}, text, "key");
}

bool has_both_classes(std::span<const CurvePoint> curve) {
  return !curve.empty() && curve.back().tp > 0 && curve.back().fp > 0;
}

struct Rates {
  double tpr, fpr;
};

Rates rates(const CurvePoint& point, const CurvePoint& all) {
  return {static_cast<double>(point.tp) / static_cast<double>(all.tp),
          static_cast<double>(point.fp) / static_cast<double>(all.fp)};
}

/// The curve's corners up to a false-positive rate, the last one interpolated at it.
std::vector<Point> roc_points(std::span<const CurvePoint> curve, double fpr_limit, const Scale& x, const Scale& y) {
  std::vector<Point> points;
  Rates before{0, 0};
  for (const CurvePoint& corner : curve) {
    const Rates here = rates(corner, curve.back());
    if (here.fpr > fpr_limit) {
      const double share = (fpr_limit - before.fpr) / (here.fpr - before.fpr);
      points.push_back({x(fpr_limit), y(before.tpr + share * (here.tpr - before.tpr))});
      break;
    }
    points.push_back({x(here.fpr), y(here.tpr)});
    before = here;
  }
  return points;
}

/// Points of the precision-recall curve; between two corners precision follows from counts that grow together.
std::vector<Point> precision_points(std::span<const CurvePoint> curve, const Scale& x, const Scale& y) {
  constexpr double kFinestRecall = 0.004;
  const auto all = static_cast<double>(curve.back().tp);
  std::vector<Point> points;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const auto tp = static_cast<double>(curve[i - 1].tp);
    const auto fp = static_cast<double>(curve[i - 1].fp);
    const double more_tp = static_cast<double>(curve[i].tp) - tp;
    const double more_fp = static_cast<double>(curve[i].fp) - fp;
    const double steps = std::max(1.0, std::ceil(more_tp / all / kFinestRecall));
    for (double step = tp + fp == 0 ? 0 : 1; step <= steps; ++step) {
      const double share = tp + fp == 0 ? std::max(step / steps, 1e-9) : step / steps;
      const double found = tp + share * more_tp;
      points.push_back({x(found / all), y(found / (found + fp + share * more_fp))});
    }
  }
  return points;
}

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
Axis count_axis(std::uint64_t most) {
  constexpr std::uint64_t kLogarithmicFrom = 100;
  const auto top = static_cast<double>(std::max<std::uint64_t>(most, 1));
  if (most <= kLogarithmicFrom) return linear_axis(0, top * 1.05, kBottom, kTop, 5, "rows per bin");
  Axis axis{Scale(0.5, top * 1.3, kBottom, kTop, true), {}, 1, "rows per bin (logarithmic)"};
  const double decades = std::floor(std::log10(top));
  const double stride = decades > 6 ? 2 : 1;
  for (double decade = 0; decade <= decades; decade += stride) axis.ticks.push_back(std::pow(10.0, decade));
  return axis;
}

void draw_cut(Svg& svg, const Scale& x, double cut) {
  if (cut < x.low() || cut > x.high()) return;
  svg.line({x(cut), kTop - 4}, {x(cut), kBottom}, "cut");
  const double place = std::clamp(x(cut), kLeft + 30, kRight - 30);
  svg.text({place, kTop - 9}, "cut " + readable(cut, 4), "key", Svg::Anchor::middle);
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

struct Cell {
  std::string_view name;
  std::uint64_t count;
  std::uint64_t of_class;
  bool right;
};

void draw_cell(Svg& svg, Point corner, double width, double height, const Cell& cell) {
  const double share = cell.of_class == 0 ? 0 : static_cast<double>(cell.count) / static_cast<double>(cell.of_class);
  const int shade = static_cast<int>(std::lround(share * 10));
  svg.rect(corner, width, height, fmt::format("cell {} shade{}", cell.right ? "right" : "wrong", shade));
  const Point middle{corner.x + width / 2, corner.y + height / 2};
  svg.text({middle.x, middle.y - 14}, cell.name, "key", Svg::Anchor::middle);
  svg.text({middle.x, middle.y + 12}, grouped(cell.count), "figure", Svg::Anchor::middle);
  svg.text({middle.x, middle.y + 33}, cell.of_class == 0 ? "no rows" : percent(share), "key", Svg::Anchor::middle);
}

}  // namespace

std::string_view chart_css() noexcept {
  return R"css(.chart{--c-ink:#1b1f24;--c-soft:#57606a;--c-grid:#e3e6ea;--c-normal:#0072b2;--c-attack:#d55e00;--c-mark:#1b1f24;
font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;max-width:100%;height:auto}
.chart text{fill:var(--c-ink)}.chart .title{font-weight:600;font-size:14px}
.chart .tick{fill:var(--c-soft);font-size:12px;font-variant-numeric:tabular-nums}
.chart .label{fill:var(--c-soft)}.chart .key{font-size:12px}
.chart .figure{font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
.chart .grid{stroke:var(--c-grid);stroke-width:1}.chart .axis{stroke:var(--c-soft);stroke-width:1}
.chart .curve{fill:none;stroke:var(--c-normal);stroke-width:2.2;stroke-linejoin:round}
.chart .guess{fill:none;stroke:var(--c-soft);stroke-width:1.2;stroke-dasharray:5 4}
.chart .normal{fill:none;stroke:var(--c-normal);stroke-width:1.8}.chart .attack{fill:none;stroke:var(--c-attack);stroke-width:1.8;stroke-dasharray:5 2}
.chart .normal-area{fill:var(--c-normal);fill-opacity:.22}.chart .attack-area{fill:var(--c-attack);fill-opacity:.2}
.chart .cut{stroke:var(--c-ink);stroke-width:1.5;stroke-dasharray:2 3}
.chart .mark{fill:var(--c-attack);stroke:var(--c-page,#fff);stroke-width:1.5}
.chart .cell{stroke:var(--c-page,#fff);stroke-width:3}.chart .right{fill:var(--c-normal)}.chart .wrong{fill:var(--c-attack)}
.chart .bar{fill:var(--c-normal);fill-opacity:.32}.chart .rest{fill:var(--c-grid);fill-opacity:.55}
.chart .shade0{fill-opacity:.04}.chart .shade1{fill-opacity:.08}.chart .shade2{fill-opacity:.12}.chart .shade3{fill-opacity:.16}
.chart .shade4{fill-opacity:.2}.chart .shade5{fill-opacity:.24}.chart .shade6{fill-opacity:.28}.chart .shade7{fill-opacity:.32}
.chart .shade8{fill-opacity:.36}.chart .shade9{fill-opacity:.4}.chart .shade10{fill-opacity:.44}
@media screen and (prefers-color-scheme:dark){.chart{--c-ink:#e6e8eb;--c-soft:#a2abb5;--c-grid:#2d333b;--c-normal:#56b4e9;--c-attack:#e69f00;--c-page:#14171b}}
)css";
}

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

std::string roc_chart(std::span<const CurvePoint> curve, const std::optional<OperatingPoint>& point, double fpr_limit) {
  const bool part = fpr_limit < 1;
  const std::string title = part ? "ROC curve up to " + chosen_percent(fpr_limit) + " false positives" : "ROC curve";
  if (!has_both_classes(curve)) return empty_chart(title, "needs rows of both classes");
  const std::string area = "area under the curve " + metric_text(auc(curve));
  Svg svg(kWidth, kHeight, title, area);
  draw_title(svg, title);
  const Axis x = linear_axis(0, fpr_limit, kLeft, kRight, 5, "false positives, share of normal rows");
  const Axis y = linear_axis(0, 1, kBottom, kTop, 5, "found, share of attack rows");
  draw_axes(svg, x, y);
  svg.line({x.scale(0), y.scale(0)}, {x.scale(fpr_limit), y.scale(fpr_limit)}, "guess");
  svg.polyline(roc_points(thinned(curve, kCurvePoints), fpr_limit, x.scale, y.scale), "curve");
  const double key = kLeft + (kRight - kLeft) * 0.42;
  const double key_top = part ? kBottom - 92 : kBottom - 58;  // above the line of guessing, which is low in a part
  if (!part) draw_key(svg, {key, key_top}, "curve", area);
  draw_key(svg, {key, key_top + 20}, "guess", "guessing");
  if (point && point->false_positive_rate <= fpr_limit) {
    svg.circle(
        {x.scale(point->false_positive_rate), y.scale(point->recall)}, 5.5, "mark",
        fmt::format("{} found at {} false positives", percent(point->recall), percent(point->false_positive_rate)));
    draw_point_key(svg, {key, key_top + 40}, "the model's cut");
  }
  return svg.str();
}

std::string precision_recall_chart(std::span<const CurvePoint> curve, const std::optional<OperatingPoint>& point) {
  const std::string title = "Precision and recall";
  if (!has_both_classes(curve)) return empty_chart(title, "needs rows of both classes");
  const CurvePoint& all = curve.back();
  const double base = static_cast<double>(all.tp) / static_cast<double>(all.tp + all.fp);
  const std::string average = "average precision " + metric_text(average_precision(curve));
  Svg svg(kWidth, kHeight, title, average);
  draw_title(svg, title);
  const Axis x = linear_axis(0, 1, kLeft, kRight, 5, "recall: found, share of attack rows");
  const Axis y = linear_axis(0, 1, kBottom, kTop, 5, "precision: attacks among flagged rows");
  draw_axes(svg, x, y);
  svg.line({x.scale(0), y.scale(base)}, {x.scale(1), y.scale(base)}, "guess");
  svg.polyline(precision_points(thinned(curve, kCurvePoints), x.scale, y.scale), "curve");
  const double key_top = base > 0.45 || base < 0.02 ? kBottom - 58 : kTop + (kBottom - kTop) * (1 - base) - 74;
  draw_key(svg, {kLeft + 14, key_top}, "curve", average);
  draw_key(svg, {kLeft + 14, key_top + 20}, "guess", "flagging at random: " + percent(base));
  if (point) {
    svg.circle({x.scale(point->recall), y.scale(point->precision)}, 5.5, "mark",
               fmt::format("precision {} at recall {}", metric_text(point->precision), metric_text(point->recall)));
    draw_point_key(svg, {kLeft + 14, key_top + 40}, "the model's cut");
  }
  return svg.str();
}

ScoreHistogram score_histogram(std::span<const std::uint8_t> labels, std::span<const double> scores, std::size_t bins) {
  std::vector<double> sorted;
  std::copy_if(scores.begin(), scores.end(), std::back_inserter(sorted), [](double s) { return std::isfinite(s); });
  if (sorted.empty() || bins == 0) return {};
  std::sort(sorted.begin(), sorted.end());
  ScoreHistogram histogram = histogram_range(sorted);
  histogram.normal.assign(bins, 0);
  histogram.attacks.assign(bins, 0);
  const double per_score = static_cast<double>(bins) / (histogram.high - histogram.low);
  for (std::size_t i = 0; i < std::min(scores.size(), labels.size()); ++i) {
    if (!std::isfinite(scores[i])) continue;
    const double place = std::clamp((scores[i] - histogram.low) * per_score, 0.0, static_cast<double>(bins - 1));
    ++(labels[i] != 0 ? histogram.attacks : histogram.normal)[static_cast<std::size_t>(place)];
  }
  return histogram;
}

std::string histogram_chart(const ScoreHistogram& histogram, std::optional<double> cut) {
  const std::string title = "Scores by class";
  if (histogram.normal.empty()) return empty_chart(title, "there are no scores");
  const std::string label = histogram.clipped ? "score (rows beyond the ends are in the outer bins)" : "score";
  Svg svg(kWidth, kHeight, title, fmt::format("Rows per bin, {} bins of equal width", histogram.normal.size()));
  draw_title(svg, title);
  const std::uint64_t most = std::max(*std::max_element(histogram.normal.begin(), histogram.normal.end()),
                                      *std::max_element(histogram.attacks.begin(), histogram.attacks.end()));
  const Axis x = linear_axis(histogram.low, histogram.high, kLeft, kRight, 6, label);
  const Axis y = count_axis(most);
  draw_axes(svg, x, y);
  for (const bool attack : {false, true}) {
    const auto outline = bar_outline(attack ? histogram.attacks : histogram.normal, x.scale, y.scale, kBottom);
    svg.polygon(outline, attack ? "attack-area" : "normal-area");
    svg.polyline(outline, attack ? "attack" : "normal");
  }
  if (cut) draw_cut(svg, x.scale, *cut);
  draw_key(svg, {kRight - 208, 20}, "normal", "normal rows");
  draw_key(svg, {kRight - 90, 20}, "attack", "attack rows");
  return svg.str();
}

std::string confusion_chart(const Confusion& confusion) {
  constexpr double kRowTitle = 70;
  const std::string title = "Rows by truth and verdict";
  Svg svg(kWidth, kHeight, title, "Counts, and the share of each class");
  draw_title(svg, title);
  const double left = kRowTitle;
  const double width = (kRight - left) / 2;
  const double top = kTop + 18;
  const double height = (kBottom + 10 - top) / 2;
  const std::uint64_t normal = confusion.tn + confusion.fp;
  const std::uint64_t attacks = confusion.fn + confusion.tp;
  svg.text({left + width / 2, top - 12}, "not flagged", "label", Svg::Anchor::middle);
  svg.text({left + width * 1.5, top - 12}, "flagged", "label", Svg::Anchor::middle);
  svg.text({left - 10, top + height / 2 + 4}, "normal", "label", Svg::Anchor::end);
  svg.text({left - 10, top + height * 1.5 + 4}, "attack", "label", Svg::Anchor::end);
  draw_cell(svg, {left, top}, width, height, {"left alone", confusion.tn, normal, true});
  draw_cell(svg, {left + width, top}, width, height, {"false alarms", confusion.fp, normal, false});
  draw_cell(svg, {left, top + height}, width, height, {"missed", confusion.fn, attacks, false});
  draw_cell(svg, {left + width, top + height}, width, height, {"found", confusion.tp, attacks, true});
  svg.text({left, kBottom + 42}, "Percentages are shares of the class (row).", "tick");
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
  Svg svg(kWidth, kHeight, title, "Share of each family's rows that is flagged");
  draw_title(svg, title);
  const Axis x = linear_axis(0, 1, kNames, kRight, 5, "found, share of the family's rows");
  draw_share_axis(svg, x);
  const double pitch = (kBottom - kTop) / static_cast<double>(shown.size());
  const double height = std::min(pitch * 0.62, 34.0);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const FamilyRecall& family = shown[i];
    const double middle = kTop + pitch * (static_cast<double>(i) + 0.5);
    svg.rect({kNames, middle - height / 2}, kRight - kNames, height, "rest");
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
