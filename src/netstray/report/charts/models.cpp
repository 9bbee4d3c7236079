#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/bars.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNames = 126;

/// Two digits, as classification reports have it, but never 1 or 0 by rounding alone.
std::string short_metric(double value) {
  if (!std::isfinite(value)) return "n/a";
  if (value < 1 && value >= 0.995) return ">.99";
  if (value > 0 && value < 0.005) return "<.01";
  return fmt::format("{:.2f}", value);
}

void draw_metric_bar(Svg& svg, Point corner, double width, double value, bool attack) {
  constexpr double kBar = 13;
  const double inside = std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 0;
  svg.rect(corner, width, kBar, "rest");
  svg.rect(corner, width * inside, kBar, fmt::format("tone {}", class_series(attack)));
  svg.text({corner.x + width + 4, corner.y + kBar - 3}, short_metric(value), "small");
}

}  // namespace

Picture class_scores_picture(const Heading& heading, std::span<const ModelConfusion> models, const ClassNames& names) {
  constexpr double kPitch = 38;
  constexpr double kPanel = 105;
  constexpr double kBarWidth = 70;
  constexpr std::array<std::string_view, 3> kMetrics = {"precision", "recall", "F1"};
  const std::string title = heading.title.empty() ? "Precision, recall and F1 by class" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "model,class,precision,recall,f1,rows\n"};
  Frame frame;
  frame.top = 84;
  frame.height = frame.top + kPitch * static_cast<double>(models.size()) + 6;
  Svg svg(frame.width, frame.height, title, "A bar for each class, for every model and metric; each is from 0 to 1");
  draw_title(svg, title);
  draw_key_above(svg, frame,
                 {{"tone c0", fitted(names.normal, 110), KeyEntry::Sample::area},
                  {"tone c1", fitted(names.attack, 110), KeyEntry::Sample::area}});
  for (std::size_t m = 0; m < kMetrics.size(); ++m) {
    svg.text({kNames + kPanel * static_cast<double>(m), frame.top - 12}, kMetrics[m], "label");
  }
  double top = frame.top;
  for (const auto& model : models) {
    draw_name(svg, {kNames - 10, top + 18}, model.model, kNames - 14);
    const auto scores = class_scores(model.confusion);
    for (const bool attack : {false, true}) {
      const ClassScores& of_class = scores.at(attack ? 1 : 0);
      append_csv_line(picture.csv,
                      {model.model, attack ? names.attack : names.normal, csv_number(of_class.precision),
                       csv_number(of_class.recall), csv_number(of_class.f1), std::to_string(of_class.support)});
      const std::array<double, 3> values = {of_class.precision, of_class.recall, of_class.f1};
      for (std::size_t m = 0; m < values.size(); ++m) {
        draw_metric_bar(svg, {kNames + kPanel * static_cast<double>(m), top + (attack ? 15.0 : 0)}, kBarWidth,
                        values.at(m), attack);
      }
    }
    top += kPitch;
  }
  picture.svg = models.empty() ? empty_chart(title, "there are no models") : svg.str();
  return picture;
}

namespace {

/// A part of the bar of one model's verdicts.
struct Part {
  std::uint64_t rows;
  std::string_view css_class;
};

void draw_parts(Svg& svg, const Scale& x, double top, double height, std::span<const Part> parts) {
  std::uint64_t before = 0;
  for (const Part& part : parts) {
    const double from = x(static_cast<double>(before));
    before += part.rows;
    svg.rect({from, top}, x(static_cast<double>(before)) - from, height, part.css_class);
  }
}

void append_verdicts(std::string& csv, const ModelConfusion& model, const ClassNames& names) {
  const Confusion& c = model.confusion;
  append_csv_line(csv, {names.normal, model.model, std::to_string(c.tn + c.fn), std::to_string(c.tn)});
  append_csv_line(csv, {names.attack, model.model, std::to_string(c.fp + c.tp), std::to_string(c.tp)});
}

/// A row's name and how many rows of each class it has, over the bar.
void draw_verdict_words(Svg& svg, const Frame& frame, double y, std::string_view name, std::uint64_t normal,
                        std::uint64_t attacks) {
  draw_name(svg, {frame.left - 10, y + 18}, name, frame.left - 14);
  svg.text({frame.left, y}, grouped(normal), "small soft");
  svg.text({frame.right, y}, grouped(attacks), "small soft", Svg::Anchor::end);
}

}  // namespace

Picture actual_predicted_picture(const Heading& heading, std::span<const ModelConfusion> models,
                                 const ClassNames& names) {
  constexpr double kPitch = 42;
  constexpr double kBar = 18;
  const std::string title = heading.title.empty() ? "Actual and predicted" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "class,model,rows,right\n"};
  if (models.empty() || models.front().confusion.rows() == 0) {
    picture.svg = empty_chart(title, "there are no rows");
    return picture;
  }
  const Confusion& truth = models.front().confusion;
  const std::uint64_t normal = truth.tn + truth.fp;
  append_verdicts(picture.csv, {"actual", {normal, 0, 0, truth.fn + truth.tp}}, names);
  Frame frame;
  frame.left = kNames;
  frame.top = 72;
  frame.bottom = frame.top + kPitch * static_cast<double>(models.size() + 1);
  frame.height = frame.bottom + 34;
  Svg svg(frame.width, frame.height, title, "Rows of each class, and what each model takes them for");
  draw_title(svg, title);
  draw_key_above(svg, frame,
                 {{"tone c0", fitted(names.normal, 110), KeyEntry::Sample::area},
                  {"tone c1", fitted(names.attack, 110), KeyEntry::Sample::area}});
  const Scale x(0, static_cast<double>(truth.rows()), frame.left, frame.right);
  draw_verdict_words(svg, frame, frame.top - 4, "actual", normal, truth.fn + truth.tp);
  draw_parts(svg, x, frame.top, kBar, std::array<Part, 2>{{{normal, "tone c0"}, {truth.fn + truth.tp, "tone c1"}}});
  double top = frame.top;
  for (const auto& model : models) {
    top += kPitch;
    const Confusion& c = model.confusion;
    append_verdicts(picture.csv, model, names);
    draw_verdict_words(svg, frame, top - 4, model.model, c.tn + c.fn, c.fp + c.tp);
    draw_parts(svg, x, top, kBar,
               std::array<Part, 4>{{{c.tn, "tone c0"}, {c.fn, "pale c0"}, {c.fp, "pale c1"}, {c.tp, "tone c1"}}});
  }
  const double boundary = x(static_cast<double>(normal));
  svg.line({boundary, frame.top - 6}, {boundary, top + kBar + 6}, "cut");
  svg.text({14, frame.bottom + 14}, "Full colour is right, pale is wrong. The line is where they should part.",
           "small soft");
  picture.svg = svg.str();
  return picture;
}

namespace {

/// All numbers of the results that are finite.
std::vector<double> numbers_of(std::span<const ModelResult> results) {
  std::vector<double> numbers;
  for (const auto& result : results) {
    numbers.push_back(result.value);
    if (result.interval) numbers.insert(numbers.end(), {result.interval->low, result.interval->high});
    numbers.insert(numbers.end(), result.seeds.begin(), result.seeds.end());
  }
  std::erase_if(numbers, [](double number) { return !drawable(number); });
  return numbers;
}

void draw_result(Svg& svg, const Axis& x, double middle, const ModelResult& result) {
  for (const double seed : result.seeds) {
    if (drawable(seed)) svg.line({x.scale(seed), middle - 7}, {x.scale(seed), middle + 7}, "fine");
  }
  if (result.interval && drawable(result.interval->low) && drawable(result.interval->high)) {
    svg.line({x.scale(result.interval->low), middle}, {x.scale(result.interval->high), middle}, "line solid s0");
  }
  if (drawable(result.value)) svg.circle({x.scale(result.value), middle}, 5, "dot s0");
}

/// A metric with three decimals, anything else with four digits.
std::string value_text(double value) { return value >= 0 && value <= 1 ? metric_text(value) : number_text(value, 4); }

std::string results_csv(std::span<const ModelResult> results) {
  std::size_t seeds = 0;
  for (const auto& result : results) seeds = std::max(seeds, result.seeds.size());
  std::string csv = "model,value,low,high";
  for (std::size_t i = 1; i <= seeds; ++i) csv += fmt::format(",seed_{}", i);
  csv += '\n';
  for (const auto& result : results) {
    std::vector<std::string> cells = {result.model, csv_number(result.value),
                                      result.interval ? csv_number(result.interval->low) : "",
                                      result.interval ? csv_number(result.interval->high) : ""};
    for (const double seed : result.seeds) cells.push_back(csv_number(seed));
    cells.resize(4 + seeds);
    append_csv_line(csv, cells);
  }
  return csv;
}

}  // namespace

Picture comparison_picture(const Heading& heading, std::string_view metric, std::span<const ModelResult> results,
                           const AxisEnds& ends) {
  constexpr double kPitch = 30;
  const std::string title = heading.title.empty() ? fmt::format("Models by {}", metric) : heading.title;
  Picture picture{heading.name, heading.caption, {}, results_csv(results)};
  const auto numbers = numbers_of(results);
  if (numbers.empty()) {
    picture.svg = empty_chart(title, "there are no results");
    return picture;
  }
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  const double margin = std::max((*most - *least) * 0.06, 1e-3);
  Frame frame;
  frame.left = kNames;
  frame.right -= 62;
  frame.bottom = frame.top + kPitch * static_cast<double>(results.size());
  frame.height = frame.bottom + 54;
  Svg svg(frame.width, frame.height, title, fmt::format("{} of each model", metric));
  draw_title(svg, title);
  const double low = ends.low.value_or(*least - margin);
  const double high = ends.high.value_or(*most + margin);
  const Axis x = linear_axis(low, high, frame.left, frame.right, 5, std::string(metric));
  draw_value_axis(svg, frame, x);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const double middle = frame.top + kPitch * (static_cast<double>(i) + 0.5);
    draw_name(svg, {frame.left - 12, middle + 4}, results[i].model, frame.left - 16);
    draw_result(svg, x, middle, results[i]);
    const bool known = std::isfinite(results[i].value);
    svg.text({444, middle + 4}, known ? value_text(results[i].value) : "n/a", "key", Svg::Anchor::end);
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
