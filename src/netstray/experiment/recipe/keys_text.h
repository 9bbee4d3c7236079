#pragma once

#include <span>
#include <string>

#include "netstray/experiment/recipe/recipe.h"

namespace netstray {

/// The keys of a recipe for a terminal, table by table: type, default, range and meaning of each.
std::string keys_text(std::span<const KeyInfo> keys);
/// The same as it stands in docs/experiments.md.
std::string keys_markdown(std::span<const KeyInfo> keys);

}  // namespace netstray
