// The meter beside the traffic whose answers are known: each checks the other.

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/flow/meter.h"
#include "netstray/packet/decoder.h"
#include "netstray/synth/office_traffic.h"
#include "netstray/synth/traffic.h"

namespace netstray {
namespace {

std::vector<FlowRecord> metered(const MadeTraffic& traffic) {
  std::vector<FlowRecord> records;
  Meter meter({}, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  const Decoder decoder;
  Decoded decoded;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    decoder.decode(traffic.frame(i), decoded);
    if (decoded.count > 0) meter.add(decoded.all());
  }
  meter.finish();
  return records;
}

std::string ends_text(const IpAddress& originator, unsigned originator_port, const IpAddress& responder,
                      unsigned responder_port, Protocol protocol) {
  return fmt::format("{} {} {} {} protocol {}", to_text(originator), originator_port, to_text(responder),
                     responder_port, static_cast<unsigned>(protocol));
}

std::string side_text(const auto& side) {
  return fmt::format("packets {} ip {} payload {} again {}/{} missed {}", side.packets, side.ip_bytes,
                     side.payload_bytes, side.retransmitted_packets, side.retransmitted_bytes, side.missed_bytes);
}

std::string text_of(const ExpectedFlow& flow) {
  const TrafficEnds& ends = flow.ends;
  return fmt::format(
      "{}: {} {}-{} depth {} vlan {}/{}; sent {}; received {}",
      ends_text(ends.originator, ends.originator_port, ends.responder, ends.responder_port, flow.protocol),
      name_of(flow.state), flow.first, flow.last, flow.depth, flow.vlan, flow.inner_vlan, side_text(flow.sent),
      side_text(flow.received));
}

std::string text_of(const FlowRecord& flow) {
  return fmt::format(
      "{}: {} {}-{} depth {} vlan {}/{}; sent {}; received {}",
      ends_text(flow.originator, flow.originator_port, flow.responder, flow.responder_port, flow.protocol),
      name_of(flow.state), flow.first, flow.last, flow.depth, flow.vlan, flow.inner_vlan, side_text(flow.sent),
      side_text(flow.received));
}

std::vector<std::string> texts_of(const auto& flows) {
  std::vector<std::string> texts;
  for (const auto& flow : flows) texts.push_back(text_of(flow));
  std::ranges::sort(texts);
  return texts;
}

TEST(MeteredTraffic, HasTheFlowsThatWereWritten) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    TrafficSettings settings;
    settings.seed = seed;
    settings.conversations = 30;
    const MadeTraffic traffic = make_traffic(settings);
    ASSERT_EQ(texts_of(metered(traffic)), texts_of(traffic.flows())) << "seed " << seed;
  }
}

TEST(MeteredTraffic, OfAnOfficeToo) {
  FlowTableSettings settings;
  settings.rows = 2'000;
  settings.anomaly_share = 0.1;
  const MadeTraffic traffic = make_office_traffic(settings).traffic;
  EXPECT_EQ(texts_of(metered(traffic)), texts_of(traffic.flows()));
}

}  // namespace
}  // namespace netstray
