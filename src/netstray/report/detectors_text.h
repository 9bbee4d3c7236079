#pragma once

#include <span>
#include <string>
#include <vector>

#include "netstray/detect/registry.h"

namespace netstray {

// What people read about the detectors, all of it printed from their DetectorInfos.

/// Everything that --detector takes: the ways to let several judge together, then detectors(). The former are described
/// as detectors are; they have no fit and no load.
std::vector<const DetectorInfo*> listed_detectors();

/// One line each, in 100 columns: name, title, what the score is.
std::string detectors_text(std::span<const DetectorInfo* const> all, bool colour);
/// All about one, in 100 columns: how it judges, when to use it and when not, and each setting.
std::string detector_text(const DetectorInfo& info, bool colour);
/// The part of docs/detectors.md about each detector: a table of all, then a section each.
std::string detectors_markdown(std::span<const DetectorInfo* const> all);

}  // namespace netstray
