#include "netstray/maths/geodesic.h"

#include <algorithm>
#include <cmath>

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/GeodesicLine.hpp>

namespace netstray {
namespace {

using GeographicLib::Geodesic;
using GeographicLib::GeodesicLine;

constexpr double kMetresPerKm = 1000;
constexpr double kTurn = 360;
constexpr double kHalfTurn = 180;

Place point_at(const GeodesicLine& line, double metres) {
  Place place;
  line.Position(metres, place.latitude, place.longitude);
  return place;
}

/// `longitude` or a whole turn off it: where a line gets that is at `before` and goes the short way round.
double unrolled(double before, double longitude) noexcept { return before + std::remainder(longitude - before, kTurn); }

/// The latitude at which the line crosses the meridian of 180 degrees, between two distances of which the first is
/// still on the side of the longitude `before`.
double crossing_latitude(const GeodesicLine& line, double inside, double outside, double before) {
  constexpr double kMetre = 1;
  while (outside - inside > kMetre) {
    const double middle = (inside + outside) / 2;
    const bool beyond = std::fabs(unrolled(before, point_at(line, middle).longitude)) > kHalfTurn;
    (beyond ? outside : inside) = middle;
  }
  return point_at(line, inside).latitude;
}

}  // namespace

double geodesic_km(Place from, Place to) noexcept {
  double metres = 0;
  Geodesic::WGS84().Inverse(from.latitude, from.longitude, to.latitude, to.longitude, metres);
  return metres / kMetresPerKm;
}

std::vector<std::vector<Place>> geodesic_lines(Place from, Place to, double step_km) {
  constexpr double kRounding = 1e-9;  // degrees: a way along the meridian does not cross it
  const GeodesicLine line =
      Geodesic::WGS84().InverseLine(from.latitude, from.longitude, to.latitude, to.longitude, Geodesic::ALL);
  const double length = line.Distance();
  const auto steps = std::max(1.0, std::ceil(length / (step_km * kMetresPerKm)));
  const auto point_of = [&](double step) { return step == steps ? to : point_at(line, length * step / steps); };
  from.longitude = unrolled(0, from.longitude);
  if (std::fabs(from.longitude) == kHalfTurn) from.longitude = std::copysign(kHalfTurn, point_of(1).longitude);
  std::vector<std::vector<Place>> lines{{from}};
  for (double step = 1; step <= steps; ++step) {
    Place place = point_of(step);
    const double before = lines.back().back().longitude;
    place.longitude = unrolled(before, place.longitude);
    if (std::fabs(place.longitude) > kHalfTurn + kRounding) {
      const double side = std::copysign(kHalfTurn, place.longitude);
      const double latitude = crossing_latitude(line, length * (step - 1) / steps, length * step / steps, before);
      lines.back().push_back({latitude, side});
      lines.push_back({{latitude, -side}});
      place.longitude -= 2 * side;
    }
    place.longitude = std::clamp(place.longitude, -kHalfTurn, kHalfTurn);
    lines.back().push_back(place);
  }
  return lines;
}

}  // namespace netstray
