#pragma once

#include <span>
#include <string>

#include "netstray/alert/story.h"
#include "netstray/report/findings.h"

namespace netstray {

/// What stands out in a capture, for people: the stories, each with its reasons and a display filter for Wireshark;
/// "nothing stands out" where there are none but notes; then notes: stories that are no alarm, and the rarest flows of
/// `lone`, which no story explains. `top`: how many of each at most. `colour` as in findings_text.h; ends in '\n'.
std::string stories_text(std::span<const Story> stories, const ScanResult& lone, std::size_t top, bool colour);

}  // namespace netstray
