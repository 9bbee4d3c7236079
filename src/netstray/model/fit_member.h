#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netstray/model/recipe.h"

namespace netstray {

/// Fits a member on all rows of `matrix`, with a progress bar. `labels` are for supervised detectors only; `notes` gets
/// what a user must know of the fit. Throws what the detector's fit throws.
std::unique_ptr<Detector> fit_member(const Recipe::Member& member, const Matrix& matrix, std::uint64_t seed,
                                     std::span<const std::uint8_t> labels, std::vector<std::string>& notes);

}  // namespace netstray
