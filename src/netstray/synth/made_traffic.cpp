#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/synth/traffic.h"

namespace netstray {
namespace {

/// Writes one story after the other, each with ends of its own.
class Storyteller {
 public:
  explicit Storyteller(const TrafficSettings& settings)
      : settings_(settings), rng_(Rng::stream(settings.seed, 0)), writer_(settings.seed) {}

  MadeTraffic tell() {
    for (std::size_t i = 0; i < settings_.conversations; ++i) {
      writer_.wrap(settings_.wrapped ? some_wrapping() : Wrapping{});
      tell_one(i);
    }
    return writer_.finish();
  }

 private:
  void tell_one(std::size_t number) {
    const bool v6 = rng_.below(5) == 0;
    const TimeNs start = settings_.start + static_cast<TimeNs>(rng_.below(static_cast<std::uint64_t>(settings_.span)));
    const TrafficEnds ends = some_ends(number, v6);
    switch (rng_.below(10)) {
      case 0:
        return tell_ping(ends, start);
      case 1:
        return writer_.add_dns(ends, start, fmt::format("host-{}.example.org", number), rng_.below(8) > 0);
      case 2:
        return tell_udp(ends, start, 0);
      case 3:
        return tell_udp(ends, start, 512);
      case 4:
        return tell_scan(ends, start);
      case 5:
        return v6 ? tell_tcp(ends, start) : tell_flood(ends, start);
      default:
        return tell_tcp(ends, start);
    }
  }

  /// The originator is in no other conversation.
  TrafficEnds some_ends(std::size_t number, bool v6) {
    constexpr std::uint64_t kDocumentation = 0x20010db800000000U;  // 2001:db8::/32
    constexpr std::uint16_t kPorts[] = {22, 25, 53, 80, 123, 443, 8080};
    const auto host = static_cast<unsigned>(number + 1);
    const auto server = 1 + static_cast<unsigned>(rng_.below(250));
    TrafficEnds ends;
    ends.originator = v6 ? ipv6_address(kDocumentation, host) : ipv4_address(10, host >> 16U, host >> 8U, host);
    ends.responder = v6 ? ipv6_address(kDocumentation + 1, server) : ipv4_address(192, 0, 2, server);
    ends.originator_port = static_cast<std::uint16_t>(1024 + rng_.below(64'000));
    ends.responder_port = kPorts[rng_.below(std::size(kPorts))];
    return ends;
  }

  Wrapping some_wrapping() {
    using Tunnel = Wrapping::Tunnel;
    const auto id = static_cast<std::uint16_t>(1 + rng_.below(4094));
    const IpAddress near_end = ipv4_address(172, 16, 0, 1);
    const IpAddress far_end = ipv4_address(172, 16, 1, 1);
    switch (rng_.below(12)) {
      case 0:
        return {{id}, Tunnel::none, {}, {}};
      case 1:
        return {{id, 7}, Tunnel::none, {}, {}};
      case 2:
        return {{}, Tunnel::gre, near_end, far_end};
      case 3:
        return {{}, Tunnel::ip_in_ip, near_end, far_end};
      case 4:
        return {{}, Tunnel::vxlan, near_end, far_end};
      default:
        return {};
    }
  }

  void tell_tcp(const TrafficEnds& ends, TimeNs start) {
    constexpr std::uint64_t kEndings = 8;
    TcpStory story;
    story.ends = ends;
    story.start = start;
    story.sent_bytes = rng_.below(rng_.below(4) == 0 ? 40'000 : 600);
    story.received_bytes = rng_.below(rng_.below(4) == 0 ? 90'000 : 3000);
    story.ending = rng_.below(2) == 0 ? TcpEnding::finished : static_cast<TcpEnding>(rng_.below(kEndings));
    story.segment_bytes = static_cast<std::uint32_t>(rng_.below(4) == 0 ? 100 + rng_.below(1361) : 1460);
    story.round_trip = static_cast<TimeNs>(1'000'000 + rng_.below(200'000'000));
    if (rng_.below(4) == 0) story.sent_twice = static_cast<unsigned>(rng_.below(3));
    if (rng_.below(4) == 0) story.received_twice = static_cast<unsigned>(rng_.below(3));
    if (rng_.below(8) == 0) story.received_missed = static_cast<unsigned>(rng_.below(3));
    writer_.add(story);
  }

  void tell_udp(const TrafficEnds& ends, TimeNs start, std::uint32_t fragment_bytes) {
    UdpStory story;
    story.ends = ends;
    story.start = start;
    story.datagrams = 1 + static_cast<unsigned>(rng_.below(6));
    story.answers = static_cast<unsigned>(rng_.below(story.datagrams + 1));
    story.sent_size = static_cast<std::uint32_t>(1 + rng_.below(1400));
    story.received_size = static_cast<std::uint32_t>(1 + rng_.below(1400));
    story.fragment_bytes = fragment_bytes;
    writer_.add(story);
  }

  void tell_ping(const TrafficEnds& ends, TimeNs start) {
    PingStory story;
    story.originator = ends.originator;
    story.responder = ends.responder;
    story.start = start;
    story.requests = 1 + static_cast<unsigned>(rng_.below(5));
    story.replies = static_cast<unsigned>(rng_.below(story.requests + 1));
    writer_.add(story);
  }

  void tell_scan(const TrafficEnds& ends, TimeNs start) {
    ScanStory story;
    story.scanner = ends.originator;
    story.target = ends.responder;
    story.start = start;
    story.ports = static_cast<std::uint16_t>(2 + rng_.below(30));
    story.open_ports = {static_cast<std::uint16_t>(1 + rng_.below(30))};
    story.silent = rng_.below(2) == 0;
    writer_.add(story);
  }

  /// The host that began other stories is the target here, so that no two floods have one in common.
  void tell_flood(const TrafficEnds& ends, TimeNs start) {
    FloodStory story;
    story.target = ends.originator;
    story.start = start;
    story.packets = static_cast<std::uint32_t>(5 + rng_.below(40));
    writer_.add(story);
  }

  const TrafficSettings& settings_;
  Rng rng_;
  TrafficWriter writer_;
};

}  // namespace

MadeTraffic make_traffic(const TrafficSettings& settings) {
  constexpr std::size_t kMostConversations = std::size_t{1} << 24U;
  if (settings.conversations < 1 || settings.conversations >= kMostConversations) {
    throw usage_error(
        fmt::format("{} conversations; made-up traffic has 1 to {}", settings.conversations, kMostConversations - 1));
  }
  if (settings.span < 1) throw usage_error("made-up traffic has a span of at least a nanosecond");
  return Storyteller(settings).tell();
}

}  // namespace netstray
