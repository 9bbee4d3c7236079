#pragma once

#include <cstdint>
#include <span>

namespace netstray {

/// The land of the world as closed rings, made by tools/land-outline from Natural Earth (public domain). Each ring is
/// the number n of its points, then n times longitude and latitude, in tenths of a degree. A ring inside another is a
/// lake (draw with the even-odd rule). No ring crosses the date line.
std::span<const std::int16_t> land_outline() noexcept;

}  // namespace netstray
