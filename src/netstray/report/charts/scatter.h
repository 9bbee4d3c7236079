#pragma once

#include <cstdint>
#include <span>

#include "netstray/report/picture.h"
#include "netstray/report/svg.h"

namespace netstray {

/// Points in the plane, coloured by class (labels 1 attack, 0 normal, as many as points): t-SNE of inputs or of a
/// latent space. Both axes have the same scale and no numbers, because distances alone mean something there. Points
/// that fall on the same half unit of the drawing are drawn once, so it stays below 400 kB for any number of them; the
/// CSV has all: x, y, class. Thread-safe; points that are not finite are left out and counted in the chart.
Picture scatter_picture(const Heading& heading, std::span<const Point> points, std::span<const std::uint8_t> labels,
                        const ClassNames& names = {});

}  // namespace netstray
