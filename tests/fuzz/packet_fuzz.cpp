// Frames of any link type: the first byte says which, the second how they are decoded, two more how much longer the
// frame was on the wire.

#include "fuzz_target.h"
#include "netstray/packet/decoded_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  constexpr std::size_t kChoices = 4;
  if (size < kChoices) return 0;
  Frame frame;
  frame.time = 1;
  frame.link = made::kLinkTypes[bytes[0] % made::kLinkTypes.size()];
  frame.bytes = std::as_bytes(std::span(bytes + kChoices, size - kChoices));
  frame.length = static_cast<std::uint32_t>(frame.bytes.size() + bytes[2] * std::size_t{256} + bytes[3]);
  const DecodeSettings settings{.check_checksums = (bytes[1] & 1) != 0,
                                .most_tunnels = static_cast<std::uint8_t>(bytes[1] >> 5)};
  const std::size_t cut = frame.bytes.size() * ((bytes[1] >> 1) & 0x0f) / 16;
  const char* broken = made::broken_promise(frame, settings, cut);
  fuzz::require(broken == nullptr, broken);
  return 0;
}
