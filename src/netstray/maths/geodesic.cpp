#include "netstray/maths/geodesic.h"

#include <algorithm>

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/GeodesicLine.hpp>

namespace netstray {

double geodesic_km(Place from, Place to) noexcept {
  double metres = 0;
  GeographicLib::Geodesic::WGS84().Inverse(from.latitude, from.longitude, to.latitude, to.longitude, metres);
  return metres / 1000;
}

std::vector<Place> geodesic_points(Place from, Place to, std::size_t points) {
  points = std::max<std::size_t>(points, 2);
  const auto line =
      GeographicLib::Geodesic::WGS84().InverseLine(from.latitude, from.longitude, to.latitude, to.longitude);
  std::vector<Place> places(points, from);
  for (std::size_t i = 1; i + 1 < points; ++i) {
    line.Position(line.Distance() * static_cast<double>(i) / static_cast<double>(points - 1), places[i].latitude,
                  places[i].longitude);
  }
  places.back() = to;
  return places;
}

}  // namespace netstray
