#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/report/picture.h"

namespace netstray {

/// A place on the map, in degrees: latitude north, longitude east. Longitudes beyond +-180 are taken round.
struct MapPoint {
  double latitude = 0, longitude = 0;
};

/// What one user (or host) did: a line per hop, finished (the points of a great circle), and the places where it was.
struct MapRoute {
  std::string name;
  std::vector<std::vector<MapPoint>> hops;
  struct Stop {
    MapPoint at;
    std::string label = {};  ///< country or city; may be empty
    std::uint64_t rows = 1;  ///< how often: a larger marker
    bool attack = false;     ///< marked as an attack's place, by shape and colour
  };
  std::vector<Stop> stops;
};

/// The world in plate carree (degrees as they are) with land, a graticule of 30 degrees, and each route's hops and
/// stops, up to 8 routes told apart by colour and dashes. Lines are cut where they cross the date line. Give one route
/// per picture for small multiples. Points that are not finite or beyond the poles are left out. CSV: route, kind (hop,
/// stop or attack), number, latitude, longitude, label, rows. Thread-safe; about 30 kB of land beside what the routes
/// need.
Picture world_map_picture(const Heading& heading, std::span<const MapRoute> routes);

}  // namespace netstray
