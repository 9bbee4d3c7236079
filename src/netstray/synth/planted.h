#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/synth/made_flow.h"
#include "netstray/synth/office.h"

namespace netstray {

/// Adds `count` anomalous flows to `flows`, shared out among planted_kinds(), each kind in episodes of some hundred
/// flows with one attacker each.
void plant_anomalies(const Office& office, std::size_t count, std::uint64_t seed, std::vector<MadeFlow>& flows);

}  // namespace netstray
