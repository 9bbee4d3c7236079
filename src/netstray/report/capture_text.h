#pragma once

#include <string>

#include "netstray/source/capture_summary.h"

namespace netstray {

/// What was in a capture, for people: packets, time span, how many became flows and why the others did not, protocols,
/// and who talked most. `colour` as in findings_text.h; ends in '\n'.
std::string capture_text(const CaptureSummary& summary, const std::string& source, bool colour);

}  // namespace netstray
