#include "netstray/packet/decoder.h"

#include <algorithm>

#include "netstray/packet/walk.h"

namespace netstray {

void Decoder::decode(const Frame& frame, Decoded& out) const noexcept {
  out.count = 0;
  out.dropped = DropReason::none;
  out.claim.reset();
  out.has_macs = false;
  Walk walk{.settings = settings_, .out = out, .time = frame.time};
  // Less than the greatest length, so that no frame has the one that stands for "unknown".
  const auto captured = frame.bytes.first(std::min<std::size_t>(frame.bytes.size(), WireBytes::kUnknown - 1));
  const auto length = std::max(static_cast<std::uint32_t>(captured.size()), frame.length);
  read_link(walk, frame.link, {captured, std::min(length, WireBytes::kUnknown - 1)});
}

}  // namespace netstray
