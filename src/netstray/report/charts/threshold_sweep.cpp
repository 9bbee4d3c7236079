#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/curve_points.h"
#include "netstray/report/charts/curves.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kSteps = 300;

/// What a cut gives: shares of the normal rows and of the attacks.
struct Sweep {
  double cut, false_alarms, misses;
};

/// Flagged is what scores at least `cut`.
Sweep sweep_at(std::span<const CurvePoint> curve, double cut) {
  const auto beyond =
      std::partition_point(curve.begin(), curve.end(), [cut](const CurvePoint& p) { return p.threshold >= cut; });
  const CurvePoint& all = curve.back();
  const CurvePoint at = beyond == curve.begin() ? CurvePoint{} : *(beyond - 1);
  return {cut, static_cast<double>(at.fp) / static_cast<double>(all.fp),
          1 - static_cast<double>(at.tp) / static_cast<double>(all.tp)};
}

struct Range {
  double low, high;
};

/// Where the shares change: without the outermost five in ten thousand of both classes.
Range range_of(std::span<const CurvePoint> curve) {
  constexpr double kTail = 5e-4;
  const CurvePoint& all = curve.back();
  Range range{curve.back().threshold, curve.size() > 1 ? curve[1].threshold : curve.back().threshold};
  bool begun = false;
  for (const CurvePoint& point : curve) {
    if (!std::isfinite(point.threshold)) continue;
    const double normal = static_cast<double>(point.fp) / static_cast<double>(all.fp);
    const double attacks = static_cast<double>(point.tp) / static_cast<double>(all.tp);
    if (!begun && std::max(normal, attacks) >= kTail) {
      range.high = point.threshold;
      begun = true;
    }
    if (std::min(normal, attacks) >= 1 - kTail) {
      range.low = point.threshold;
      break;
    }
  }
  return range;
}

Axis cut_axis(const Frame& frame, Range range, std::optional<double> cut) {
  constexpr double kDecades = 1000;
  if (cut && drawable(*cut)) range = {std::min(range.low, *cut), std::max(range.high, *cut)};
  const bool logarithmic = range.low > 0 && range.high / range.low > kDecades;
  const double margin = (range.high - range.low) * 0.02 + (range.high > range.low ? 0 : 1e-6);
  const std::string label = "cut: flagged is what scores higher";
  if (logarithmic) return logarithmic_axis(range.low / 1.2, range.high * 1.2, frame.left, frame.right, label);
  return linear_axis(range.low - margin, range.high + margin, frame.left, frame.right, 6, label);
}

std::vector<Sweep> sweeps(std::span<const CurvePoint> curve, const Axis& x) {
  std::vector<Sweep> result;
  for (std::size_t i = 0; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    const double low = x.scale.low();
    const double high = x.scale.high();
    result.push_back(sweep_at(curve, x.step == 0 ? low * std::pow(high / low, share) : low + (high - low) * share));
  }
  return result;
}

void draw_cut_in_use(Svg& svg, const Frame& frame, const Axis& x, const Axis& y, const Sweep& at) {
  const double place = x.scale(at.cut);
  svg.line({place, frame.top - 4}, {place, frame.bottom}, "cut");
  svg.text({std::clamp(place, frame.left + 40, frame.right - 40), frame.top - 8}, "cut " + readable(at.cut, 4), "key",
           Svg::Anchor::middle);
  svg.circle({place, y.scale(at.false_alarms)}, 4.5, "dot c0");
  svg.circle({place, y.scale(at.misses)}, 4.5, "dot c1");
}

}  // namespace

Picture threshold_sweep_picture(const Heading& heading, std::span<const CurvePoint> curve, std::optional<double> cut) {
  const std::string title = heading.title.empty() ? "False alarms against misses, over the cut" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "threshold,false_alarms,misses\n"};
  if (!has_both_classes(curve)) {
    picture.svg = empty_chart(title, "needs rows of both classes");
    return picture;
  }
  Frame frame;
  frame.top = 56;
  frame.height = 396;
  const Axis x = cut_axis(frame, range_of(curve), cut);
  const Axis y = linear_axis(0, 1, frame.bottom, frame.top, 5, "share of the class");
  Svg svg(frame.width, frame.height, title, "Both shares for every cut, and the cut in use");
  draw_title(svg, title);
  draw_axes(svg, frame, x, y);
  std::vector<Point> alarms;
  std::vector<Point> misses;
  for (const Sweep& at : sweeps(curve, x)) {
    append_csv_line(picture.csv, {csv_number(at.cut), csv_number(at.false_alarms), csv_number(at.misses)});
    alarms.push_back({x.scale(at.cut), y.scale(at.false_alarms)});
    misses.push_back({x.scale(at.cut), y.scale(at.misses)});
  }
  svg.polyline(alarms, "line c0");
  svg.polyline(misses, "line c1");
  std::string alarm_words = "false alarms, of normal rows";
  std::string miss_words = "missed, of attacks";
  if (cut && drawable(*cut)) {
    const Sweep at = sweep_at(curve, std::nextafter(*cut, std::numeric_limits<double>::infinity()));
    draw_cut_in_use(svg, frame, x, y, {*cut, at.false_alarms, at.misses});
    alarm_words = percent(at.false_alarms) + " " + alarm_words;
    miss_words = percent(at.misses) + " " + miss_words;
  }
  draw_key(svg, frame, frame.bottom + 54, {{"line c0", alarm_words}, {"line c1", miss_words}});
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
