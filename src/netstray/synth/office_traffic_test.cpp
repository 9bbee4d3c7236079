#include "netstray/synth/office_traffic.h"

#include <map>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(OfficeTraffic, HasTheFlowsOfTheTable) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FlowTableSettings settings;
    settings.rows = 40;
    settings.anomaly_share = seed % 10 == 0 ? 0.3 : 0.05;
    settings.seed = seed;
    using Key = std::tuple<TimeNs, IpAddress, std::uint16_t>;
    std::map<Key, ConnState> found;
    const MadeTraffic traffic = make_office_traffic(settings).traffic;
    for (const ExpectedFlow& flow : traffic.flows()) {
      found[{flow.first, flow.ends.originator, flow.ends.originator_port}] = flow.state;
    }
    for (const MadeFlow& flow : make_flows(settings)) {
      if (flow.proto == "gre") continue;
      const bool is_icmp = flow.proto == "icmp";
      const auto at = found.find(
          {flow.time,
           ipv4_address(flow.src_ip >> 24U, flow.src_ip >> 16U & 255U, flow.src_ip >> 8U & 255U, flow.src_ip & 255U),
           is_icmp ? std::uint16_t{8} : flow.src_port});
      ASSERT_NE(at, found.end()) << "seed " << seed;
      if (flow.proto == "tcp") {
        EXPECT_EQ(name_of(at->second), flow.state) << "seed " << seed;
      }
    }
  }
}

TEST(OfficeTraffic, TellsTheTruthAboutAnomaliesOnly) {
  FlowTableSettings settings;
  settings.rows = 2'000;
  settings.anomaly_share = 0.2;
  const OfficeTraffic office = make_office_traffic(settings);
  const auto& labels = office.truth.column("label").levels();
  EXPECT_EQ(std::set<std::string>(labels.begin(), labels.end()).count(std::string(kNormalLabel)), 0U);
  std::size_t anomalies = 0;
  for (const MadeFlow& flow : make_flows(settings)) {
    if (flow.label != kNormalLabel && flow.proto != "gre") ++anomalies;
  }
  EXPECT_EQ(office.truth.rows(), anomalies);
  settings.anomaly_share = 0;
  EXPECT_EQ(make_office_traffic(settings).truth.rows(), 0U);
}

TEST(OfficeTraffic, KeepsOnlyTheHeadsOfFrames) {
  FlowTableSettings settings;
  settings.rows = 200;
  const MadeTraffic traffic = make_office_traffic(settings).traffic;
  bool is_cut = false;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    EXPECT_LE(traffic.frame(i).bytes.size(), 96U);
    EXPECT_GE(traffic.frame(i).length, traffic.frame(i).bytes.size());
    is_cut = is_cut || traffic.frame(i).length > 96;
  }
  EXPECT_TRUE(is_cut);
}

}  // namespace
}  // namespace netstray
