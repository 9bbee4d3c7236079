#include "netstray/report/charts/scatter.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

bool is_place(const Point& point) { return drawable(point.x) && drawable(point.y); }

/// From the points' plane to the drawing's square, one scale for both axes.
struct Square {
  double left, top, size;
  double middle_x = 0, middle_y = 0, reach = 1;

  Point place(const Point& point) const {
    const double scale = size / 2 / reach;
    return {left + size / 2 + (point.x - middle_x) * scale, top + size / 2 - (point.y - middle_y) * scale};
  }
};

Square square_around(std::span<const Point> points, double left, double top, double size) {
  Square square{left, top, size};
  bool first = true;
  Point low{};
  Point high{};
  for (const Point& point : points) {
    if (!is_place(point)) continue;
    low = first ? point : Point{std::min(low.x, point.x), std::min(low.y, point.y)};
    high = first ? point : Point{std::max(high.x, point.x), std::max(high.y, point.y)};
    first = false;
  }
  square.middle_x = low.x / 2 + high.x / 2;
  square.middle_y = low.y / 2 + high.y / 2;
  const double reach = std::max(high.x - low.x, high.y - low.y) / 2;
  square.reach = reach > 0 ? reach * 1.03 : 1;
  return square;
}

/// The points of one class as one path of dots; each half unit of the drawing at most once.
std::string dots(const Square& square, std::span<const Point> points, std::span<const std::uint8_t> labels,
                 bool attack) {
  std::set<std::pair<int, int>> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if ((labels[i] != 0) != attack || !is_place(points[i])) continue;
    const Point place = square.place(points[i]);
    places.emplace(static_cast<int>(std::lround(place.x * 2)), static_cast<int>(std::lround(place.y * 2)));
  }
  std::string path;
  for (const auto& [x, y] : places) path += fmt::format("M{:.1f} {:.1f}h0", x / 2.0, y / 2.0);
  return path;
}

}  // namespace

Picture scatter_picture(const Heading& heading, std::span<const Point> points, std::span<const std::uint8_t> labels,
                        const ClassNames& names) {
  const std::string title = heading.title.empty() ? "Rows as points, by class" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "x,y,class\n"};
  const std::size_t rows = std::min(points.size(), labels.size());
  points = points.first(rows);
  std::uint64_t attacks = 0;
  std::uint64_t normal = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    append_csv_line(picture.csv,
                    {csv_number(points[i].x), csv_number(points[i].y), labels[i] != 0 ? names.attack : names.normal});
    if (is_place(points[i])) ++(labels[i] != 0 ? attacks : normal);
  }
  if (normal + attacks == 0) {
    picture.svg = empty_chart(title, "there are no points");
    return picture;
  }
  Frame frame;
  frame.left = 24;
  frame.right = 436;
  frame.top = 34;
  frame.bottom = 446;
  frame.height = 482;
  Svg svg(frame.width, frame.height, title, "Near points are alike; where a point is means nothing");
  draw_title(svg, title);
  svg.rect({frame.left, frame.top}, frame.right - frame.left, frame.bottom - frame.top, "panel");
  const Square square = square_around(points, frame.left + 4, frame.top + 4, frame.right - frame.left - 8);
  // The rarer class lies on top.
  const bool attacks_last = attacks <= normal;
  for (const bool attack : {!attacks_last, attacks_last}) {
    const std::string path = dots(square, points, labels, attack);
    if (!path.empty()) svg.path(path, fmt::format("points {}", class_series(attack)));
  }
  const std::uint64_t left_out = rows - normal - attacks;
  draw_key(svg, frame, frame.bottom + 10,
           {{"dot c0", fmt::format("{} {}", grouped(normal), fitted(names.normal, 80)), KeyEntry::Sample::dot},
            {"dot c1", fmt::format("{} {}", grouped(attacks), fitted(names.attack, 80)), KeyEntry::Sample::dot}});
  if (left_out > 0) {
    svg.text({frame.right, 20}, counted(left_out, "point is none", "points are none"), "tick", Svg::Anchor::end);
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
