#pragma once

#include <string>
#include <vector>

namespace netstray {

/// The default of `netstray train`: settings of an ensemble ("key=value") that serve any table as they are.
/// docs/auto.md says why these members, and what was measured. A model file holds the members themselves, so they can
/// change here without a new format.
std::vector<std::string> auto_settings();

}  // namespace netstray
