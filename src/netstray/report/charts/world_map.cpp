#include "netstray/report/charts/world_map.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>

#include "netstray/report/charts/frame.h"
#include "netstray/report/charts/land_outline.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kSouth = -58;  // Antarctica is drawn only where somebody was there
constexpr double kNorth = 84;
constexpr double kLeft = 10;
constexpr double kRight = 450;
constexpr double kTop = 36;

bool on_earth(const MapPoint& point) {
  return std::isfinite(point.longitude) && std::fabs(point.latitude) <= 90 && std::fabs(point.longitude) < 1e6;
}

/// The same place with its longitude in [-180, 180).
MapPoint turned(MapPoint point) {
  point.longitude -= 360 * std::floor((point.longitude + 180) / 360);
  return point;
}

/// From degrees to the drawing: as many units to a degree of latitude as to one of longitude.
struct World {
  double south = kSouth, north = kNorth;

  double unit() const { return (kRight - kLeft) / 360; }
  double bottom() const { return kTop + (north - south) * unit(); }
  Point place(const MapPoint& at) const {
    return {kLeft + (at.longitude + 180) * unit(), kTop + (north - std::clamp(at.latitude, south, north)) * unit()};
  }
};

World world_of(std::span<const MapRoute> routes) {
  World world;
  const auto hold = [&world](const MapPoint& point) {
    if (!on_earth(point)) return;
    world.south = std::max(-90.0, std::min(world.south, std::floor(point.latitude - 3)));
    world.north = std::min(90.0, std::max(world.north, std::ceil(point.latitude + 1)));
  };
  for (const auto& route : routes) {
    for (const auto& hop : route.hops) std::for_each(hop.begin(), hop.end(), hold);
    for (const auto& stop : route.stops) hold(stop.at);
  }
  return world;
}

/// A path's commands with one decimal, corners as differences: what is short stays short.
class PathText {
 public:
  void move(Point at) {
    x_ = std::lround(at.x * 10);
    y_ = std::lround(at.y * 10);
    text_ += fmt::format("M{} {}", tenths(x_), tenths(y_));
  }
  void line(Point to) {
    const long dx = std::lround(to.x * 10) - x_;
    const long dy = std::lround(to.y * 10) - y_;
    if (dx == 0 && dy == 0) return;
    text_ += fmt::format("l{}{}{}", tenths(dx), dy < 0 ? "" : " ", tenths(dy));
    x_ += dx;
    y_ += dy;
  }
  void close() { text_ += 'z'; }
  const std::string& str() const { return text_; }

 private:
  static std::string tenths(long value) {
    const std::string sign = value < 0 ? "-" : "";
    const long size = std::labs(value);
    return size % 10 == 0 ? fmt::format("{}{}", sign, size / 10) : fmt::format("{}{}.{}", sign, size / 10, size % 10);
  }

  std::string text_;
  long x_ = 0, y_ = 0;
};

/// The part of a ring that lies north of the map's lower edge (Sutherland and Hodgman 1974).
std::vector<MapPoint> clipped(const std::vector<MapPoint>& ring, double south) {
  std::vector<MapPoint> result;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const MapPoint& from = ring[i == 0 ? ring.size() - 1 : i - 1];
    const MapPoint& to = ring[i];
    if ((from.latitude < south) != (to.latitude < south)) {
      const double share = (south - from.latitude) / (to.latitude - from.latitude);
      result.push_back({south, from.longitude + share * (to.longitude - from.longitude)});
    }
    if (to.latitude >= south) result.push_back(to);
  }
  return result;
}

void draw_land(Svg& svg, const World& world) {
  PathText path;
  const auto numbers = land_outline();
  for (std::size_t at = 0; at < numbers.size();) {
    const auto points = static_cast<std::size_t>(numbers[at++]);
    std::vector<MapPoint> ring;
    for (std::size_t p = 0; p < points; ++p, at += 2) ring.push_back({numbers[at + 1] / 10.0, numbers[at] / 10.0});
    const auto shown = clipped(ring, world.south);
    if (shown.size() < 3) continue;
    path.move(world.place(shown.front()));
    for (std::size_t p = 1; p < shown.size(); ++p) path.line(world.place(shown[p]));
    path.close();
  }
  svg.path(path.str(), "land");
}

void draw_graticule(Svg& svg, const World& world) {
  for (int longitude = -150; longitude <= 150; longitude += 30) {
    const auto degrees = static_cast<double>(longitude);
    svg.line(world.place({world.south, degrees}), world.place({world.north, degrees}), "graticule");
  }
  for (int latitude = -60; latitude <= 60; latitude += 30) {
    const auto degrees = static_cast<double>(latitude);
    if (degrees > world.south) svg.line(world.place({degrees, -180}), world.place({degrees, 180}), "graticule");
  }
}

/// One hop as a path of its own, in pieces where it crosses the date line; "" where nothing of it can be drawn.
std::string hop_path(const World& world, const std::vector<MapPoint>& hop) {
  PathText path;
  bool begun = false;
  MapPoint before{};
  for (const MapPoint& raw : hop) {
    if (!on_earth(raw)) continue;
    const MapPoint point = turned(raw);
    if (!begun) {
      path.move(world.place(point));
    } else if (std::fabs(point.longitude - before.longitude) > 180) {
      const double side = before.longitude > 0 ? 180 : -180;
      const double far = point.longitude + 2 * side;
      const double share = far == before.longitude ? 0 : (side - before.longitude) / (far - before.longitude);
      const double latitude = before.latitude + share * (point.latitude - before.latitude);
      path.line(world.place({latitude, side}));
      path.move(world.place({latitude, -side}));
      path.line(world.place(point));
    } else {
      path.line(world.place(point));
    }
    before = point;
    begun = true;
  }
  return path.str();
}

/// Each hop once, however often it was made.
void draw_hops(Svg& svg, const World& world, const MapRoute& route, std::size_t index) {
  std::set<std::string> seen;
  std::string all;
  for (const auto& hop : route.hops) {
    std::string path = hop_path(world, hop);
    if (seen.insert(path).second) all += path;
  }
  if (!all.empty()) svg.path(all, "line thin " + series(index));
}

/// A label's place on the drawing, so that no two lie over each other.
struct Box {
  double left, top, right, bottom;
  bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

void draw_label(Svg& svg, Point at, const std::string& label, std::vector<Box>& taken) {
  if (label.empty()) return;
  const std::string text = fitted(label, 110);
  const double width = text_width(text);
  const bool left = at.x + 8 + width > kRight;
  const double from = left ? at.x - 8 - width : at.x + 8;
  const Box box{from, at.y - 8, from + width, at.y + 5};
  if (std::any_of(taken.begin(), taken.end(), [&box](const Box& other) { return other.meets(box); })) return;
  taken.push_back(box);
  svg.text({left ? at.x - 8 : at.x + 8, at.y + 4}, text, "small halo", left ? Svg::Anchor::end : Svg::Anchor::start);
}

void draw_stop(Svg& svg, Point at, const MapRoute::Stop& stop, std::size_t index) {
  const double size = 3 + std::min(4.0, std::log10(static_cast<double>(std::max<std::uint64_t>(stop.rows, 1))));
  if (!stop.attack) {
    svg.circle(at, size, "dot " + series(index), stop.label + ": " + counted(stop.rows, "row", "rows"));
    return;
  }
  draw_diamond(svg, at, size * 1.5, "strayed");
}

void draw_stops(Svg& svg, const World& world, std::span<const MapRoute> routes) {
  std::vector<Box> taken;
  for (const bool attack : {false, true}) {
    for (std::size_t r = 0; r < routes.size(); ++r) {
      for (const auto& stop : routes[r].stops) {
        if (stop.attack == attack && on_earth(stop.at)) draw_stop(svg, world.place(turned(stop.at)), stop, r);
      }
    }
  }
  for (const bool attack : {true, false}) {
    for (const auto& route : routes) {
      for (const auto& stop : route.stops) {
        if (stop.attack == attack && on_earth(stop.at))
          draw_label(svg, world.place(turned(stop.at)), stop.label, taken);
      }
    }
  }
}

std::string map_csv(std::span<const MapRoute> routes) {
  std::string csv = "route,kind,number,latitude,longitude,label,rows\n";
  for (const auto& route : routes) {
    for (std::size_t h = 0; h < route.hops.size(); ++h) {
      for (const MapPoint& point : route.hops[h]) {
        append_csv_line(csv, {route.name, "hop", std::to_string(h + 1), csv_number(point.latitude),
                              csv_number(point.longitude), "", ""});
      }
    }
    for (std::size_t s = 0; s < route.stops.size(); ++s) {
      const auto& stop = route.stops[s];
      append_csv_line(csv,
                      {route.name, stop.attack ? "attack" : "stop", std::to_string(s + 1), csv_number(stop.at.latitude),
                       csv_number(stop.at.longitude), stop.label, std::to_string(stop.rows)});
    }
  }
  return csv;
}

/// Who is who, or what is what where there is one alone, who then stands in the title.
std::vector<KeyEntry> map_key(std::span<const MapRoute> routes) {
  std::vector<KeyEntry> entries;
  bool attacks = false;
  for (std::size_t r = 0; r < routes.size(); ++r) {
    entries.push_back({"line thin " + series(r), fitted(routes[r].name, 160)});
    const auto& stops = routes[r].stops;
    attacks = attacks || std::any_of(stops.begin(), stops.end(), [](const auto& stop) { return stop.attack; });
  }
  if (routes.size() == 1) {
    entries = {{"dot s0", "place (larger: more rows)", KeyEntry::Sample::dot},
               {"line thin s0", "from one to the next"}};
  }
  if (attacks) entries.push_back({"strayed", "labelled as an attack", KeyEntry::Sample::diamond});
  return entries;
}

}  // namespace

Picture world_map_picture(const Heading& heading, std::span<const MapRoute> routes) {
  const std::string whose = routes.size() == 1 ? "Where " + routes[0].name + " was" : "Where they were";
  const std::string title = heading.title.empty() ? whose : heading.title;
  const World world = world_of(routes);
  Frame frame;
  frame.left = kLeft;
  frame.right = kRight;
  frame.bottom = world.bottom();
  const auto entries = map_key(routes);
  frame.height = frame.bottom + 14 + kKeyPitch * static_cast<double>(key_rows(frame, entries));
  Svg svg(frame.width, frame.height, title, "Places on a map of the world, and the shortest ways between them");
  draw_title(svg, title);
  svg.rect({kLeft, kTop}, kRight - kLeft, frame.bottom - kTop, "sea");
  draw_land(svg, world);
  draw_graticule(svg, world);
  for (std::size_t r = 0; r < routes.size(); ++r) draw_hops(svg, world, routes[r], r);
  draw_stops(svg, world, routes);
  draw_key(svg, frame, frame.bottom + 6, entries);
  return {heading.name, heading.caption, svg.str(), map_csv(routes)};
}

}  // namespace netstray
