#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netstray {

/// SHA-1 (FIPS 180-4) of some bytes. For Community IDs, which are defined by it; broken as a protection of anything.
std::array<std::uint8_t, 20> sha1(std::span<const std::uint8_t> bytes);

}  // namespace netstray
