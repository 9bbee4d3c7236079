#include "netstray/report/charts/curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/curve_points.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr std::size_t kCurvePoints = 400;
constexpr double kKeyBelow = 54;  // from the plot's bottom to the key: the axis and its label
constexpr std::string_view kNoClasses = "needs rows of both classes";

/// CSS classes of each model's line; a mirrored one has the colour of the model before it.
std::vector<std::string> line_classes(std::span<const ModelCurve> models) {
  std::vector<std::string> classes;
  std::size_t next = 0;
  for (const ModelCurve& model : models) {
    if (!model.mirrored || next == 0) ++next;
    classes.push_back("line " + series(next - 1) + (model.mirrored ? " mirror" : ""));
  }
  return classes;
}

/// The key: each model with its number; then what guessing gives.
std::vector<KeyEntry> curve_key(std::span<const ModelCurve> models, const std::vector<std::string>& classes,
                                double (*number)(std::span<const CurvePoint>), const std::string& guess) {
  std::vector<KeyEntry> entries;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const bool both = has_both_classes(models[i].curve);
    const std::string name = fitted(models[i].model, 290);
    entries.push_back({classes[i], (both ? metric_text(number(models[i].curve)) : "n/a") + "  " + name});
  }
  entries.push_back({"guess", guess});
  return entries;
}

double area_under(std::span<const CurvePoint> curve) { return auc(curve); }
double mean_precision(std::span<const CurvePoint> curve) { return average_precision(curve); }

/// The models' points at their cuts, each with words for whoever points at it.
void draw_points(Svg& svg, std::span<const ModelCurve> models, const std::vector<std::string>& classes, const Axis& x,
                 const Axis& y, bool roc) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto& point = models[i].point;
    if (!point) continue;
    const double across = roc ? point->false_positive_rate : point->recall;
    const double up = roc ? point->recall : point->precision;
    if (across > x.scale.high()) continue;
    svg.circle({x.scale(across), y.scale(up)}, 5, "dot " + classes[i].substr(5, 2),
               fmt::format("{}: {} of attacks found at {} false positives, precision {}", models[i].model,
                           percent(point->recall), percent(point->false_positive_rate), metric_text(point->precision)));
  }
}

/// Whether any model has a point that lies within.
bool any_point(std::span<const ModelCurve> models, double limit) {
  return std::any_of(models.begin(), models.end(), [limit](const ModelCurve& model) {
    return model.point && model.point->false_positive_rate <= limit;
  });
}

bool any_curve(std::span<const ModelCurve> models) {
  return std::any_of(models.begin(), models.end(),
                     [](const ModelCurve& model) { return has_both_classes(model.curve); });
}

/// One line a point of every curve: model, threshold, and two numbers.
template <typename Numbers>
void append_curves(std::string& csv, std::span<const ModelCurve> models, const Numbers& numbers) {
  for (const ModelCurve& model : models) {
    if (!has_both_classes(model.curve)) continue;
    for (const CurvePoint& point : thinned(model.curve, kCurvePoints)) {
      const auto [first, second] = numbers(point, model.curve.back());
      append_csv_line(csv, {model.model, csv_number(point.threshold), csv_number(first), csv_number(second)});
    }
  }
}

double share(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

/// The frame of a plot with its key below, and the drawing's height.
Frame with_key(const std::vector<KeyEntry>& entries) {
  Frame frame;
  frame.height = frame.bottom + kKeyBelow + kKeyPitch * static_cast<double>(key_rows(frame, entries)) + 8;
  return frame;
}

}  // namespace

std::vector<CurvePoint> mirrored(std::span<const CurvePoint> curve) {
  std::vector<CurvePoint> result;
  if (curve.empty()) return result;
  result.push_back(curve.front());
  const CurvePoint& all = curve.back();
  for (std::size_t i = curve.size(); i-- > 1;) {
    result.push_back({-curve[i].threshold, all.tp - curve[i - 1].tp, all.fp - curve[i - 1].fp});
  }
  return result;
}

Picture roc_picture(const Heading& heading, std::span<const ModelCurve> models, double fpr_limit) {
  const bool part = fpr_limit < 1;
  const std::string usual = part                 ? "ROC up to " + chosen_percent(fpr_limit) + " false positives"
                            : models.size() == 1 ? "ROC curve, and the area under it"
                                                 : "ROC curves, and the area under each";
  const std::string title = heading.title.empty() ? usual : heading.title;
  Picture picture{heading.name, heading.caption, {}, "model,threshold,false_positive_rate,true_positive_rate\n"};
  append_curves(picture.csv, models, [](const CurvePoint& point, const CurvePoint& all) {
    return std::pair(share(point.fp, all.fp), share(point.tp, all.tp));
  });
  if (!any_curve(models)) {
    picture.svg = empty_chart(title, kNoClasses);
    return picture;
  }
  const auto classes = line_classes(models);
  auto entries = curve_key(models, classes, area_under, "guessing: 0.500");
  if (any_point(models, fpr_limit)) entries.push_back({"ring", "at the model's cut", KeyEntry::Sample::ring});
  const Frame frame = with_key(entries);
  Svg svg(frame.width, frame.height, title, "True-positive against false-positive rate; the area under each curve");
  draw_title(svg, title);
  const Axis x = linear_axis(0, fpr_limit, frame.left, frame.right, 5, "false positives, share of normal rows");
  const Axis y = linear_axis(0, 1, frame.bottom, frame.top, 5, "found, share of attack rows");
  draw_axes(svg, frame, x, y);
  svg.line({x.scale(0), y.scale(0)}, {x.scale(fpr_limit), y.scale(fpr_limit)}, "guess");
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (!has_both_classes(models[i].curve)) continue;
    svg.polyline(roc_points(thinned(models[i].curve, kCurvePoints), fpr_limit, x.scale, y.scale), classes[i]);
  }
  draw_points(svg, models, classes, x, y, true);
  draw_key(svg, frame, frame.bottom + kKeyBelow, entries);
  picture.svg = svg.str();
  return picture;
}

Picture precision_recall_picture(const Heading& heading, std::span<const ModelCurve> models) {
  const std::string title = heading.title.empty() ? "Precision and recall, and the average precision" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "model,threshold,recall,precision\n"};
  append_curves(picture.csv, models, [](const CurvePoint& point, const CurvePoint& all) {
    const std::uint64_t flagged = point.tp + point.fp;
    return std::pair(share(point.tp, all.tp), flagged == 0 ? 1.0 : share(point.tp, flagged));
  });
  if (!any_curve(models)) {
    picture.svg = empty_chart(title, kNoClasses);
    return picture;
  }
  const auto whole =
      std::find_if(models.begin(), models.end(), [](const ModelCurve& model) { return has_both_classes(model.curve); });
  const CurvePoint& all = whole->curve.back();
  const double base = share(all.tp, all.tp + all.fp);
  const auto classes = line_classes(models);
  auto entries = curve_key(models, classes, mean_precision, "at random: " + percent(base));
  if (any_point(models, 1)) entries.push_back({"ring", "at the model's cut", KeyEntry::Sample::ring});
  const Frame frame = with_key(entries);
  Svg svg(frame.width, frame.height, title, "Precision against recall; the average precision of each model");
  draw_title(svg, title);
  const Axis x = linear_axis(0, 1, frame.left, frame.right, 5, "recall: found, share of attack rows");
  const Axis y = linear_axis(0, 1, frame.bottom, frame.top, 5, "precision: attacks among flagged rows");
  draw_axes(svg, frame, x, y);
  svg.line({x.scale(0), y.scale(base)}, {x.scale(1), y.scale(base)}, "guess");
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (!has_both_classes(models[i].curve)) continue;
    svg.polyline(precision_points(thinned(models[i].curve, kCurvePoints), x.scale, y.scale), classes[i]);
  }
  draw_points(svg, models, classes, x, y, false);
  draw_key(svg, frame, frame.bottom + kKeyBelow, entries);
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
