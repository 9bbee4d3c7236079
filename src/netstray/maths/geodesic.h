#pragma once

#include <cstddef>
#include <vector>

namespace netstray {

/// A place on Earth (WGS84), in degrees: latitude in [-90, 90], longitude in [-180, 180].
struct Place {
  double latitude = 0, longitude = 0;

  bool operator==(const Place&) const = default;
};

/// Length in km of the shortest way between two places on the WGS84 ellipsoid (Karney 2013, by GeographicLib): exact to
/// 15 nanometres. NaN where a latitude is out of range. About a microsecond. Thread-safe.
double geodesic_km(Place from, Place to) noexcept;

/// `points` (>= 2) places along that way, the ends among them, equally far apart. Thread-safe.
std::vector<Place> geodesic_points(Place from, Place to, std::size_t points);

}  // namespace netstray
