#pragma once

#include <cstddef>

#include "netstray/embed/affinities.h"
#include "netstray/maths/block_kernels.h"

namespace netstray {

/// Points whose forces are summed up side by side.
inline constexpr std::size_t kForceLanes = 32;

/// Coordinates on a plane, each list padded to a multiple of kForceLanes.
struct PlanePoints {
  explicit PlanePoints(std::size_t points)
      : count(points), x(rounded_up(points, kForceLanes)), y(rounded_up(points, kForceLanes)) {}

  std::size_t count;
  Aligned<float> x, y;
};

/// What moves the points of t-SNE. With w = 1 / (1 + squared distance) of two points, and their difference "this point
/// less the other":
struct Forces {
  explicit Forces(std::size_t points) : attraction(points), repulsion(points) {}

  PlanePoints attraction;  ///< sum over a point's neighbours of share * w * difference
  PlanePoints repulsion;   ///< sum over all points of w^2 * difference, not yet divided by `weights`
  double weights = 0;      ///< sum of w over all ordered pairs of two points, above 0
};

/// Sets `forces`, all of them for the same points. In f32, block by block of the other points. Uses threads(); the same
/// bits for any number of them and any instruction set.
void add_up_forces(const PlanePoints& points, const Affinities& affinities, Forces& forces);

}  // namespace netstray
