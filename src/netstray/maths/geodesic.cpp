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

/// Which copy of the map a longitude that was not brought to [-180, 180] lies in.
double map_copy(double longitude) noexcept { return std::floor((longitude + kHalfTurn) / kTurn); }

/// The point `metres` down the line, with its longitude not brought to [-180, 180].
Place point_at(const GeodesicLine& line, double metres) {
  Place place;
  double azimuth = 0;
  double unused = 0;
  line.GenPosition(false, metres, GeodesicLine::LATITUDE | GeodesicLine::LONGITUDE | GeodesicLine::LONG_UNROLL,
                   place.latitude, place.longitude, azimuth, unused, unused, unused, unused, unused);
  return place;
}

/// How far down the line, between two distances of which the first is in map copy `copy` and the other is not, it
/// leaves that copy.
double crossing(const GeodesicLine& line, double inside, double outside, double copy) {
  constexpr double kMetre = 1;
  while (std::fabs(outside - inside) > kMetre) {
    const double middle = (inside + outside) / 2;
    (map_copy(point_at(line, middle).longitude) == copy ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace

double geodesic_km(Place from, Place to) noexcept {
  double metres = 0;
  Geodesic::WGS84().Inverse(from.latitude, from.longitude, to.latitude, to.longitude, metres);
  return metres / kMetresPerKm;
}

std::vector<std::vector<Place>> geodesic_lines(Place from, Place to, double step_km) {
  const GeodesicLine line =
      Geodesic::WGS84().InverseLine(from.latitude, from.longitude, to.latitude, to.longitude, Geodesic::ALL);
  const double length = line.Distance();
  const auto steps = std::max(1.0, std::ceil(length / (step_km * kMetresPerKm)));
  double before = 0;
  Place place = point_at(line, 0);
  double copy =
      map_copy(point_at(line, std::min(length, 1.0)).longitude);  // a start on the meridian is on the way's side
  std::vector<std::vector<Place>> lines{{{place.latitude, place.longitude - kTurn * copy}}};
  for (double step = 1; step <= steps; ++step) {
    const double here = step == steps ? length : length * step / steps;
    place = point_at(line, here);
    if (map_copy(place.longitude) != copy) {
      const double latitude = point_at(line, crossing(line, before, here, copy)).latitude;
      const double side = map_copy(place.longitude) > copy ? kHalfTurn : -kHalfTurn;
      copy = map_copy(place.longitude);
      lines.back().push_back({latitude, side});
      if (here == length && place.longitude - kTurn * copy == -kHalfTurn) return lines;  // it ends on the meridian
      lines.push_back({{latitude, -side}});
    }
    lines.back().push_back({place.latitude, place.longitude - kTurn * copy});
    before = here;
  }
  return lines;
}

}  // namespace netstray
