#pragma once

#include <vector>

namespace netstray {

/// A place on Earth, in degrees: latitude in [-90, 90], north positive; longitude east positive, any multiple of 360
/// off.
struct Place {
  double latitude = 0;
  double longitude = 0;

  bool operator==(const Place&) const = default;
};

/// The length of the shortest way over the WGS 84 ellipsoid, in km, to some nanometres (Karney 2013, "Algorithms for
/// geodesics", by GeographicLib: the same as geopy.distance.geodesic). NaN for a latitude beyond the poles.
/// Thread-safe; about a microsecond.
double geodesic_km(Place from, Place to) noexcept;

/// That way as lines for a map whose sides are the meridian of 180 degrees: points at most `step_km` (> 0) apart, both
/// ends included, cut where the way crosses that meridian (once at most, but for ways over a pole). Longitudes are in
/// [-180, 180]. At least one line of at least two points; equal ends give two equal points. Latitudes in [-90, 90] and
/// finite numbers only.
std::vector<std::vector<Place>> geodesic_lines(Place from, Place to, double step_km = 200);

}  // namespace netstray
