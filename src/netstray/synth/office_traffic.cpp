#include "netstray/synth/office_traffic.h"

#include <algorithm>

#include "netstray/packet/address.h"

namespace netstray {
namespace {

constexpr std::uint32_t kCaptured = 96;
constexpr std::uint64_t kMostBytes = 4'000'000;  // of one end

IpAddress ip_of(std::uint32_t address) {
  return ipv4_address(address >> 24U, address >> 16U & 0xffU, address >> 8U & 0xffU, address & 0xffU);
}

TrafficEnds ends_of(const MadeFlow& flow) {
  return {ip_of(flow.src_ip), ip_of(flow.dst_ip), flow.src_port, flow.dst_port};
}

std::uint64_t bounded(std::int64_t bytes) { return std::min(static_cast<std::uint64_t>(bytes), kMostBytes); }

TcpEnding ending_of(std::string_view state) noexcept {
  if (state == "S0") return TcpEnding::unanswered;
  if (state == "REJ") return TcpEnding::refused;
  if (state == "RSTO") return TcpEnding::originator_reset;
  if (state == "RSTR") return TcpEnding::responder_reset;
  return TcpEnding::finished;
}

TcpStory tcp_story(const MadeFlow& flow) {
  constexpr std::uint64_t kSegments = 64;  // of one end, about
  constexpr std::uint64_t kLeastSegment = 1460;
  constexpr std::uint64_t kMostSegment = 32'000;
  constexpr TimeNs kLeastRoundTrip = 200'000;
  constexpr TimeNs kMostRoundTrip = 40'000'000;
  constexpr TimeNs kMostPause = 100 * kSecond;  // so that no connection is silent for minutes
  constexpr std::uint64_t kTurnsWithoutData = 7;
  TcpStory story;
  story.ends = ends_of(flow);
  story.start = flow.time;
  story.sent_bytes = bounded(flow.orig_bytes);
  story.received_bytes = bounded(flow.resp_bytes);
  story.ending = ending_of(flow.state);
  const std::uint64_t most = std::max(story.sent_bytes, story.received_bytes);
  story.segment_bytes = static_cast<std::uint32_t>(std::clamp(most / kSegments, kLeastSegment, kMostSegment));
  const std::uint64_t turns = kTurnsWithoutData + (story.sent_bytes + story.received_bytes) / story.segment_bytes / 2;
  const TimeNs duration = flow.duration_us * kMicrosecond;
  const auto half_trips = static_cast<TimeNs>(turns);
  story.round_trip = std::clamp(2 * duration / half_trips, kLeastRoundTrip, kMostRoundTrip);
  const TimeNs pauses = 1 + (story.sent_bytes > 0 ? 1 : 0) + (story.received_bytes > 0 ? 1 : 0);
  story.pause = std::clamp((duration - half_trips * story.round_trip / 2) / pauses, TimeNs{0}, kMostPause);
  return story;
}

UdpStory udp_story(const MadeFlow& flow) {
  constexpr std::uint64_t kMostDatagram = 1200;
  constexpr std::uint64_t kMostDatagrams = 100;
  constexpr TimeNs kMostGap = 5 * kSecond;
  UdpStory story;
  story.ends = ends_of(flow);
  story.start = flow.time;
  const std::uint64_t most = bounded(std::max(flow.orig_bytes, flow.resp_bytes));
  story.datagrams = static_cast<unsigned>(std::clamp<std::uint64_t>(most / kMostDatagram, 1, kMostDatagrams));
  story.answers = flow.resp_bytes > 0 ? story.datagrams : 0;
  const auto size_of = [&](std::int64_t bytes) {
    return static_cast<std::uint32_t>(std::min(bounded(bytes) / story.datagrams, kMostDatagram));
  };
  story.sent_size = size_of(flow.orig_bytes);
  story.received_size = size_of(flow.resp_bytes);
  const TimeNs gaps = std::max<TimeNs>(TimeNs{story.datagrams} + story.answers - 1, 1);
  story.gap = std::min(flow.duration_us * kMicrosecond / gaps, kMostGap);
  return story;
}

PingStory ping_story(const MadeFlow& flow) {
  constexpr std::int64_t kPayload = 56;
  constexpr std::int64_t kMostRequests = 100;
  PingStory story;
  story.originator = ip_of(flow.src_ip);
  story.responder = ip_of(flow.dst_ip);
  story.start = flow.time;
  story.requests = static_cast<unsigned>(std::clamp<std::int64_t>(flow.orig_bytes / kPayload, 1, kMostRequests));
  story.replies = flow.resp_bytes > 0 ? story.requests : 0;
  return story;
}

Schema truth_schema() {
  return Schema({{"time", ColumnType::time},
                 {"src_ip", ColumnType::address},
                 {"src_port", ColumnType::integer},
                 {"dst_ip", ColumnType::address},
                 {"dst_port", ColumnType::integer},
                 {"proto", ColumnType::category},
                 {"label", ColumnType::category}});
}

void append_truth(Table& truth, const MadeFlow& flow) {
  std::size_t next = 0;
  const auto column = [&]() -> Column& { return truth.column(next++); };
  column().append_time(flow.time);
  column().append_text(to_text(ip_of(flow.src_ip)));
  column().append_decimal(flow.src_port, 0);
  column().append_text(to_text(ip_of(flow.dst_ip)));
  column().append_decimal(flow.dst_port, 0);
  column().append_text(flow.proto);
  column().append_text(flow.label);
}

}  // namespace

OfficeTraffic make_office_traffic(const FlowTableSettings& settings) {
  TrafficWriter writer(settings.seed);
  writer.capture_only(kCaptured);
  OfficeTraffic office{{}, Table(truth_schema())};
  for (const MadeFlow& flow : make_flows(settings)) {
    if (flow.proto == "tcp") writer.add(tcp_story(flow));
    if (flow.proto == "udp") writer.add(udp_story(flow));
    if (flow.proto == "icmp") writer.add(ping_story(flow));
    if (flow.proto == "gre" || flow.label == kNormalLabel) continue;
    append_truth(office.truth, flow);
  }
  office.traffic = writer.finish();
  return office;
}

}  // namespace netstray
