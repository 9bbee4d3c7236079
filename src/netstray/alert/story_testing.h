#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/alert/story_finder.h"
#include "netstray/flow/meter.h"
#include "netstray/packet/decoder.h"

namespace netstray::made {

inline constexpr TimeNs kStart = 1'772'442'000'000'000'000;
inline constexpr TimeNs kMs = 1'000'000;
inline constexpr TimeNs kSec = 1'000 * kMs;

inline IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) { return {false, {a, b, c, d}}; }

inline const IpAddress kUser = ipv4(192, 168, 1, 10);
inline const IpAddress kServer = ipv4(192, 168, 1, 2);
inline const IpAddress kOutside = ipv4(198, 51, 100, 7);

/// What is found in made-up traffic, by way of decoder and meter as in the program.
template <typename MadeTraffic>
std::vector<Story> stories_of(const MadeTraffic& traffic) {
  StoryFinder finder;
  Meter meter(MeterSettings{}, [&](FlowRecord&& flow) { finder.add(std::span<const FlowRecord>(&flow, 1)); });
  const Decoder decoder;
  Decoded decoded;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    const Frame frame = traffic.frame(i);
    decoder.decode(frame, decoded);
    meter.add(decoded.all());
    if (decoded.claim) finder.add(*decoded.claim);
    if (decoded.has_macs && decoded.count > 0) {
      finder.add(NextHop{decoded.source_mac, decoded.destination_mac, decoded.packets[0].destination, frame.time});
    }
  }
  meter.finish();
  return finder.finish();
}

/// "port_scan", "port_scan host_scan", "": the kinds in order.
inline std::string kinds(const std::vector<Story>& stories) {
  std::string text;
  for (const Story& story : stories) text += (text.empty() ? "" : " ") + std::string(story.kind);
  return text;
}

inline IpAddress neighbour(unsigned number) {
  return ipv4(192, 168, static_cast<std::uint8_t>(2 + number / 250), static_cast<std::uint8_t>(1 + number % 250));
}

}  // namespace netstray::made
