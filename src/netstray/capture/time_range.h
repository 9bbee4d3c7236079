#pragma once

#include <memory>
#include <optional>

#include "netstray/base/time.h"
#include "netstray/capture/capture_reader.h"

namespace netstray {

/// The frames of a capture from `from` on and before `until`, where these are given. The others count as left out.
/// Still reads to the end, as the times of a capture may go back.
std::unique_ptr<CaptureReader> within(std::unique_ptr<CaptureReader> reader, std::optional<TimeNs> from,
                                      std::optional<TimeNs> until);

}  // namespace netstray
