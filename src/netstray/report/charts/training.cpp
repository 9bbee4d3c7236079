#include "netstray/report/charts/training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Values at 1, 2, 3, ..., as lines that break where a value is none.
void draw_values(Svg& svg, const Axis& x, const Axis& y, std::span<const double> values, std::string_view css_class) {
  std::vector<Point> run;
  const auto finish = [&] {
    if (run.size() == 1) svg.circle(run.front(), 3, "dot " + std::string(css_class.substr(css_class.find('s'))));
    if (run.size() > 1) svg.polyline(run, css_class);
    run.clear();
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (drawable(values[i])) {
      run.push_back({x.scale(static_cast<double>(i + 1)), y.scale(values[i])});
    } else {
      finish();
    }
  }
  finish();
}

std::string with_last(std::string_view name, std::span<const double> values) {
  const double last = values.empty() ? kNaN : values.back();
  return std::isfinite(last) ? fmt::format("{}, last {}", name, readable(last, 4)) : std::string(name);
}

/// The axis of a measure: by the logarithm where it spans more than a factor of 50.
Axis measure_axis(const Frame& frame, std::string_view measure, const std::vector<double>& values) {
  constexpr double kWide = 50;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least > 0 && *most / *least > kWide) {
    return logarithmic_axis(*least / 1.15, *most * 1.15, frame.bottom, frame.top, std::string(measure));
  }
  const double margin = std::max((*most - *least) * 0.06, std::max(std::fabs(*most), 1e-9) * 1e-3);
  return linear_axis(*least - margin, *most + margin, frame.bottom, frame.top, 5, std::string(measure));
}

/// Whole numbers from 1 on.
Axis epoch_axis(const Frame& frame, std::size_t epochs) {
  const auto last = static_cast<double>(std::max<std::size_t>(epochs, 2));
  Axis axis{Scale(1, last, frame.left, frame.right), {1}, 1, "epoch"};
  for (const double tick : nice_ticks(0, last, 6)) {
    if (tick > 1 && tick == std::floor(tick) && tick - 1 > last / 20) axis.ticks.push_back(tick);
  }
  return axis;
}

void draw_kept(Svg& svg, const Frame& frame, const Axis& x, std::size_t epoch) {
  const double place = x.scale(static_cast<double>(epoch));
  svg.line({place, frame.top - 4}, {place, frame.bottom}, "cut");
  svg.text({std::clamp(place, frame.left + 46, frame.right - 46), frame.top - 9}, fmt::format("epoch {} kept", epoch),
           "key", Svg::Anchor::middle);
}

}  // namespace

Picture learning_picture(const Heading& heading, std::string_view measure, std::span<const double> training,
                         std::span<const double> validation, std::optional<std::size_t> kept_epoch) {
  const std::string title = heading.title.empty() ? fmt::format("Learning: {} of each epoch", measure) : heading.title;
  Picture picture{heading.name, heading.caption, {}, "epoch,training,validation\n"};
  const std::size_t epochs = std::max(training.size(), validation.size());
  std::vector<double> values;
  for (std::size_t i = 0; i < epochs; ++i) {
    const double learned = i < training.size() ? training[i] : kNaN;
    const double kept_back = i < validation.size() ? validation[i] : kNaN;
    append_csv_line(picture.csv, {std::to_string(i + 1), csv_number(learned), csv_number(kept_back)});
    for (const double value : {learned, kept_back}) {
      if (drawable(value)) values.push_back(value);
    }
  }
  if (values.empty()) {
    picture.svg = empty_chart(title, "there are no epochs");
    return picture;
  }
  Frame frame;
  frame.top = 60;
  std::vector<KeyEntry> entries = {{"line s0", with_last("training", training)}};
  if (!validation.empty()) entries.push_back({"line s1", with_last("validation", validation)});
  frame.height = frame.bottom + 62 + kKeyPitch * static_cast<double>(key_rows(frame, entries));
  Svg svg(frame.width, frame.height, title, fmt::format("{} on training and validation rows", measure));
  draw_title(svg, title);
  const Axis x = epoch_axis(frame, epochs);
  const Axis y = measure_axis(frame, measure, values);
  draw_axes(svg, frame, x, y);
  draw_values(svg, x, y, training, "line s0");
  draw_values(svg, x, y, validation, "line s1");
  if (kept_epoch && *kept_epoch >= 1 && *kept_epoch <= epochs) draw_kept(svg, frame, x, *kept_epoch);
  draw_key(svg, frame, frame.bottom + 54, entries);
  picture.svg = svg.str();
  return picture;
}

Picture elbow_picture(const Heading& heading, std::span<const ElbowPoint> points, std::optional<std::uint64_t> chosen) {
  const std::string title = heading.title.empty() ? "How many clusters: the elbow" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "clusters,inertia,chosen\n"};
  std::vector<ElbowPoint> shown;
  for (const ElbowPoint& point : points) {
    const bool is_chosen = chosen && point.clusters == *chosen;
    append_csv_line(picture.csv, {std::to_string(point.clusters), csv_number(point.inertia), is_chosen ? "1" : "0"});
    if (drawable(point.inertia) && point.inertia >= 0) shown.push_back(point);
  }
  if (shown.empty()) {
    picture.svg = empty_chart(title, "there are no clusterings");
    return picture;
  }
  std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.clusters < b.clusters; });
  double most = 0;
  for (const ElbowPoint& point : shown) most = std::max(most, point.inertia);
  Frame frame;
  frame.left = 72;
  Svg svg(frame.width, frame.height, title, "Sum of squared distances to the nearest centre, by number of clusters");
  draw_title(svg, title);
  const auto first = static_cast<double>(shown.front().clusters);
  const auto last = static_cast<double>(shown.back().clusters);
  Axis x = linear_axis(first - 0.5, last + 0.5, frame.left, frame.right, 8, "clusters k");
  std::erase_if(x.ticks, [](double tick) { return tick != std::floor(tick); });
  x.step = 1;
  const Axis y =
      linear_axis(0, most > 0 ? most * 1.05 : 1, frame.bottom, frame.top, 5, "inertia (sum of squared distances)");
  draw_axes(svg, frame, x, y);
  std::vector<Point> line;
  line.reserve(shown.size());
  for (const ElbowPoint& point : shown)
    line.push_back({x.scale(static_cast<double>(point.clusters)), y.scale(point.inertia)});
  svg.polyline(line, "line s0");
  for (std::size_t i = 0; i < shown.size(); ++i) {
    svg.circle(line[i], 3.5, "dot s0", fmt::format("k = {}: {}", shown[i].clusters, readable(shown[i].inertia, 5)));
    if (!chosen || shown[i].clusters != *chosen) continue;
    svg.circle(line[i], 8, "ring");
    const bool left = line[i].x > (frame.left + frame.right) / 2;
    svg.text({line[i].x + (left ? -6 : 6), line[i].y - 14}, fmt::format("k = {} chosen", *chosen), "key strong halo",
             left ? Svg::Anchor::end : Svg::Anchor::start);
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
