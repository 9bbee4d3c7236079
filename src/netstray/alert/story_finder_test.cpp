#include "netstray/alert/story_finder.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "netstray/alert/story_testing.h"
#include "netstray/synth/office_capture.h"
#include "netstray/synth/traffic.h"

namespace netstray::made {
namespace {

TcpStory session(const IpAddress& from, const IpAddress& to, std::uint16_t port, TimeNs start, std::uint16_t own_port) {
  TcpStory story;
  story.ends = {from, to, own_port, port};
  story.start = start;
  story.sent_bytes = 800;
  story.received_bytes = 1500;
  return story;
}

UdpStory datagrams(const IpAddress& from, const IpAddress& to, std::uint16_t port, unsigned count) {
  UdpStory story;
  story.ends = {from, to, 40'000, port};
  story.start = kStart;
  story.datagrams = count;
  story.answers = count;
  return story;
}

MadeTraffic scan(std::uint16_t ports, TimeNs gap = kMs) {
  TrafficWriter writer(1);
  ScanStory story{.scanner = kOutside,
                  .target = kServer,
                  .start = kStart,
                  .first_port = 1,
                  .ports = ports,
                  .open_ports = {},
                  .silent = false,
                  .gap = gap};
  writer.add(story);
  return writer.finish();
}

TEST(PortScan, IsOneStoryWithItsPorts) {
  const auto stories = stories_of(scan(1000));
  ASSERT_EQ(kinds(stories), "port_scan");
  EXPECT_EQ(stories[0].title, "port scan: 198.51.100.7 tried 1,000 TCP ports of 192.168.1.2");
  EXPECT_EQ(stories[0].flows, 1000U);
  EXPECT_EQ(stories[0].technique, "T1595.001") << "from outside";
  EXPECT_EQ(stories[0].scope.display_filter(), "ip.addr == 198.51.100.7 && ip.addr == 192.168.1.2 && tcp");
  ASSERT_FALSE(stories[0].reasons.empty());
  EXPECT_EQ(stories[0].reasons[0].feature, "distinct_ports");
  EXPECT_EQ(*stories[0].reasons[0].number, 1000);
  EXPECT_EQ(*stories[0].reasons[0].usual_high, 15);
}

TEST(PortScan, BeginsAtFifteenPorts) {
  EXPECT_EQ(kinds(stories_of(scan(14))), "");
  EXPECT_EQ(kinds(stories_of(scan(15))), "port_scan");
}

TEST(PortScan, EndsWithASilence) {
  EXPECT_EQ(kinds(stories_of(scan(20, 250 * kSec))), "port_scan");
  EXPECT_EQ(kinds(stories_of(scan(20, 400 * kSec))), "");
}

TEST(PortScan, TellsOpenPorts) {
  TrafficWriter writer(1);
  writer.add(ScanStory{.scanner = kUser,
                       .target = kServer,
                       .start = kStart,
                       .first_port = 1,
                       .ports = 100,
                       .open_ports = {22, 80},
                       .silent = true,
                       .gap = kMs});
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "port_scan");
  EXPECT_EQ(stories[0].title, "port scan: 192.168.1.10 tried 100 TCP ports of 192.168.1.2, open: 22, 80");
  EXPECT_EQ(stories[0].technique, "T1046") << "from inside";
}

TEST(PortScan, OfManyHostsIsOneStory) {
  TrafficWriter writer(1);
  for (unsigned host = 0; host < 30; ++host) {
    writer.add(ScanStory{.scanner = kUser,
                         .target = neighbour(host),
                         .start = kStart + host * kSec,
                         .first_port = 1,
                         .ports = 40,
                         .open_ports = {},
                         .silent = true,
                         .gap = kMs});
  }
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "port_scan");
  EXPECT_EQ(stories[0].title, "port scan: 192.168.1.10 tried up to 40 TCP ports of each of 30 hosts");
  EXPECT_EQ(stories[0].flows, 1200U);
}

TEST(PortScan, IsNotAClientOfManyServices) {
  TrafficWriter writer(1);
  for (std::uint16_t port = 1; port <= 60; ++port) {
    writer.add(session(kUser, kServer, static_cast<std::uint16_t>(7000 + port), kStart + port * kSec,
                       static_cast<std::uint16_t>(40'000 + port)));
  }
  EXPECT_EQ(kinds(stories_of(writer.finish())), "");
}

TEST(HostScan, IsOnePortOfManyHosts) {
  for (const unsigned hosts : {24U, 25U, 200U}) {
    TrafficWriter writer(1);
    for (unsigned host = 0; host < hosts; ++host) {
      TcpStory probe =
          session(kUser, neighbour(host), 445, kStart + host * kMs, static_cast<std::uint16_t>(40'000 + host));
      probe.sent_bytes = probe.received_bytes = 0;
      probe.ending = TcpEnding::unanswered;
      writer.add(probe);
    }
    const auto stories = stories_of(writer.finish());
    if (hosts < 25) {
      EXPECT_EQ(kinds(stories), "");
      continue;
    }
    ASSERT_EQ(kinds(stories), "host_scan") << hosts;
    EXPECT_EQ(stories[0].title, "host scan: 192.168.1.10 tried TCP port 445 of " + std::to_string(hosts) + " hosts");
    EXPECT_EQ(stories[0].scope.display_filter(), "ip.addr == 192.168.1.10 && tcp.port == 445");
  }
}

TEST(HostScan, IsNotABrowserWithManyServers) {
  TrafficWriter writer(1);
  for (unsigned host = 0; host < 200; ++host) {
    writer.add(session(kUser, neighbour(host), 443, kStart + host * kMs, static_cast<std::uint16_t>(40'000 + host)));
  }
  EXPECT_EQ(kinds(stories_of(writer.finish())), "");
}

TEST(PingSweep, IsManyHostsPingedAFewTimes) {
  for (const unsigned requests : {1U, 4U}) {
    TrafficWriter writer(1);
    for (unsigned host = 0; host < 20; ++host) {
      writer.add(PingStory{.originator = kUser,
                           .responder = neighbour(host),
                           .start = kStart + host * kMs,
                           .requests = requests,
                           .replies = host % 2,
                           .size = 8,
                           .gap = 10 * kMs});
    }
    const auto stories = stories_of(writer.finish());
    ASSERT_EQ(kinds(stories), requests == 1 ? "ping_sweep" : "") << requests;
    if (requests == 1) {
      EXPECT_EQ(stories[0].title, "ping sweep: 192.168.1.10 pinged 20 hosts");
    }
  }
}

TEST(SynFlood, IsToldWithItsSourcesAndPort) {
  TrafficWriter writer(1);
  writer.add(FloodStory{.target = kServer, .port = 80, .start = kStart, .packets = 3000, .gap = kMs});
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "syn_flood");
  EXPECT_TRUE(stories[0].title.starts_with("SYN flood: 192.168.1.2 port 80 got 3,000 SYNs from about "))
      << stories[0].title;
  EXPECT_GT(*stories[0].reasons[0].number, 2600) << "four standard deviations";
  EXPECT_LE(*stories[0].reasons[0].number, 3000) << "no more sources than flows";
  EXPECT_TRUE(stories[0].title.ends_with("addresses (spoofed, or a botnet)")) << stories[0].title;
  EXPECT_EQ(stories[0].severity, Severity::high);
}

TEST(SynFlood, NeedsItsRate) {
  for (const TimeNs gap : {4 * kMs, 100 * kMs, 200 * kMs}) {
    TrafficWriter writer(1);
    writer.add(FloodStory{.target = kServer, .port = 80, .start = kStart, .packets = 600, .gap = gap});
    // 250 a second; 600 a minute; 300 a minute
    EXPECT_EQ(kinds(stories_of(writer.finish())), gap == 200 * kMs ? "" : "syn_flood") << gap;
  }
}

TEST(SynFlood, IsNotABusyServer) {
  TrafficWriter writer(1);
  for (unsigned i = 0; i < 1000; ++i) {
    writer.add(session(ipv4_address(198, 51, i / 250, 1 + i % 250), kServer, 80, kStart + i * kMs, 40'000));
  }
  EXPECT_EQ(kinds(stories_of(writer.finish())), "");
}

TEST(UdpFlood, IsManyDatagramsWithoutAnswer) {
  for (const unsigned answers : {0U, 2000U}) {
    TrafficWriter writer(1);
    UdpStory story = datagrams(kOutside, kServer, 7777, 2000);
    story.answers = answers;
    story.gap = kMs / 4;
    writer.add(story);
    EXPECT_EQ(kinds(stories_of(writer.finish())), answers == 0 ? "udp_flood" : "") << answers;
  }
}

TEST(IcmpFlood, IsManyPingsWithoutAnswer) {
  TrafficWriter writer(1);
  writer.add(PingStory{.originator = kOutside,
                       .responder = kServer,
                       .start = kStart,
                       .requests = 2000,
                       .replies = 0,
                       .size = 56,
                       .gap = kMs / 4});
  EXPECT_EQ(kinds(stories_of(writer.finish())), "icmp_flood");
}

TEST(UdpFlood, OfVeryManySourcesNeedsLessOfARate) {
  for (const unsigned sources : {500U, 3000U}) {
    StoryFinder finder;
    FlowRecord flow;
    flow.responder = kServer;
    flow.responder_port = 80;
    flow.protocol = Protocol::udp;
    flow.sent.packets = 1;
    for (unsigned i = 0; i < sources; ++i) {
      flow.originator = ipv4(100, static_cast<std::uint8_t>(i / 200), static_cast<std::uint8_t>(i % 200), 1);
      flow.originator_port = static_cast<std::uint16_t>(40'000 + i);
      flow.first = flow.last = kStart + i * 5 * kMs;
      finder.add(std::span<const FlowRecord>(&flow, 1));
    }
    EXPECT_EQ(kinds(finder.finish()), sources == 3000 ? "udp_flood" : "") << sources;
  }
}

TEST(TcpFlood, IsPacketsOfNoConnectionThatAreRefused) {
  for (const std::uint32_t resets : {0U, 1U}) {
    StoryFinder finder;
    FlowRecord flow;
    flow.responder = kServer;
    flow.responder_port = 80;
    flow.protocol = Protocol::tcp;
    flow.sent.packets = flow.sent.flags[4] = 1;
    flow.received.packets = 1;
    flow.received.flags[2] = resets;
    for (unsigned i = 0; i < 3000; ++i) {
      flow.originator = ipv4(100, static_cast<std::uint8_t>(i / 200), static_cast<std::uint8_t>(i % 200), 1);
      flow.first = flow.last = kStart + i * kMs / 2;
      finder.add(std::span<const FlowRecord>(&flow, 1));
    }
    EXPECT_EQ(kinds(finder.finish()), resets == 1 ? "tcp_flood" : "") << resets;
  }
}

TEST(Reflection, IsAnyUdpServiceToAnotherPort) {
  for (const std::uint16_t to : {std::uint16_t{500}, std::uint16_t{80}}) {
    StoryFinder finder;
    FlowRecord flow;
    flow.responder = kServer;
    flow.protocol = Protocol::udp;
    flow.originator_port = 500;
    flow.responder_port = to;
    flow.sent.packets = flow.sent.payload_packets = 5;
    flow.sent.payload_bytes = 1000;
    for (unsigned i = 0; i < 40; ++i) {
      flow.originator = neighbour(i);
      flow.first = flow.last = kStart + i * 100 * kMs;
      finder.add(std::span<const FlowRecord>(&flow, 1));
    }
    EXPECT_EQ(kinds(finder.finish()), to == 80 ? "reflection" : "") << to;
  }
}

TEST(Reflection, IsAnswersWithoutQuestions) {
  TrafficWriter writer(1);
  for (unsigned server = 0; server < 20; ++server) {
    UdpStory story;
    story.ends = {ipv4_address(203, 0, 113, 1 + server), kServer, 123, 50'000};
    story.start = kStart + server * kMs;
    story.datagrams = 10;
    story.answers = 0;
    story.sent_size = 440;
    writer.add(story);
  }
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "reflection");
  EXPECT_EQ(stories[0].title,
            "reflection: 192.168.1.2 got 200 answers of UDP port 123 from 20 servers that it had asked nothing");
}

TEST(Amplification, IsAnswersFarLargerThanTheirQuestions) {
  for (const std::uint32_t size : {300U, 1200U}) {
    TrafficWriter writer(1);
    UdpStory story = datagrams(kOutside, kServer, 53, 150);
    story.sent_size = 40;
    story.received_size = size;
    writer.add(story);
    EXPECT_EQ(kinds(stories_of(writer.finish())), size == 1200 ? "amplification" : "") << size;
  }
}

TEST(DhcpFlood, IsFasterThanClientsAsk) {
  for (const TimeNs gap : {10 * kMs, 2 * kSec}) {
    TrafficWriter writer(1);
    for (unsigned i = 0; i < 100; ++i) {
      UdpStory story = datagrams(neighbour(i), kServer, 67, 1);
      story.ends.originator_port = 68;
      story.start = kStart + i * gap;
      writer.add(story);
    }
    EXPECT_EQ(kinds(stories_of(writer.finish())), gap == 10 * kMs ? "dhcp_flood" : "") << gap;
  }
}

TEST(PasswordGuessing, IsManyShortSessionsAlike) {
  TrafficWriter writer(1);
  for (unsigned i = 0; i < 20; ++i) {
    writer.add(session(kOutside, kServer, 22, kStart + i * 4 * kSec, static_cast<std::uint16_t>(40'000 + i)));
  }
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "password_guessing");
  EXPECT_TRUE(stories[0].title.starts_with(
      "password guessing: 198.51.100.7 opened 20 short SSH sessions to 192.168.1.2 port 22, "))
      << stories[0].title;
  EXPECT_EQ(stories[0].technique, "T1110.001");
}

TEST(PasswordGuessing, IsNotRareOrLargeOrUnlikeSessions) {
  for (const int kind : {0, 1, 2}) {
    TrafficWriter writer(1);
    for (unsigned i = 0; i < 20; ++i) {
      const TimeNs gap = kind == 0 ? 30 * kSec : 2 * kSec;
      TcpStory story = session(kUser, kServer, 22, kStart + i * gap, static_cast<std::uint16_t>(40'000 + i));
      if (kind == 1) story.received_bytes = 50'000;
      if (kind == 2) story.received_bytes = 100ULL << (i % 8);
      writer.add(story);
    }
    EXPECT_EQ(kinds(stories_of(writer.finish())), "") << kind;
  }
}

TEST(PasswordGuessing, InTwoRunsAtOneHostIsStillGuessing) {
  TrafficWriter writer(1);
  for (unsigned i = 0; i < 40; ++i) {
    const TimeNs pause = i < 20 ? 0 : 3600 * kSec;
    writer.add(session(kOutside, kServer, 22, kStart + pause + i * kSec, static_cast<std::uint16_t>(40'000 + i)));
  }
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "password_guessing");
  EXPECT_EQ(stories[0].flows, 40U);
  EXPECT_EQ(stories[0].technique, "T1110.001");
  EXPECT_EQ(stories[0].scope.others, std::vector{kServer});
}

TEST(PasswordGuessing, AtManyHostsIsSpraying) {
  TrafficWriter writer(1);
  for (unsigned i = 0; i < 60; ++i) {
    writer.add(session(kUser, neighbour(i % 3), 3389, kStart + i * kSec, static_cast<std::uint16_t>(40'000 + i)));
  }
  const auto stories = stories_of(writer.finish());
  ASSERT_EQ(kinds(stories), "password_guessing");
  EXPECT_EQ(stories[0].technique, "T1110.003");
}

TEST(DnsTunnel, IsLongQuestions) {
  for (const std::uint32_t size : {40U, 80U, 82U, 180U}) {
    TrafficWriter writer(1);
    UdpStory story = datagrams(kUser, kServer, 53, 60);
    story.sent_size = size;
    story.received_size = 200;
    writer.add(story);
    EXPECT_EQ(kinds(stories_of(writer.finish())), size > 80 ? "dns_tunnel" : "") << size;
  }
}

TEST(IcmpTunnel, IsAnswersUnlikeTheirRequests) {
  FlowRecord flow;
  flow.originator = kUser;
  flow.responder = kOutside;
  flow.protocol = Protocol::icmp;
  flow.originator_port = 8;
  flow.first = kStart;
  flow.last = kStart + kSec;
  flow.sent.packets = flow.received.packets = 50;
  flow.sent.payload_bytes = 50 * 64;
  for (const std::uint64_t answer : {64U, 70U, 400U}) {
    flow.received.payload_bytes = 50 * answer;
    StoryFinder finder;
    finder.add(std::span<const FlowRecord>(&flow, 1));
    EXPECT_EQ(kinds(finder.finish()), answer == 400 ? "icmp_tunnel" : "") << answer;
  }
}

TEST(Upload, IsFarBeyondAllOthers) {
  for (const unsigned others : {2U, 20U}) {
    StoryFinder finder;
    FlowRecord flow;
    flow.protocol = Protocol::tcp;
    flow.first = kStart;
    flow.last = kStart + kSec;
    flow.sent.packets = flow.received.packets = 10'000;
    flow.originator = kUser;
    flow.responder = kOutside;
    flow.sent.payload_bytes = 50'000'000;
    flow.received.payload_bytes = 20'000;
    finder.add(std::span<const FlowRecord>(&flow, 1));
    flow.sent.payload_bytes = 100'000;
    for (unsigned i = 0; i < others; ++i) {
      flow.originator = neighbour(i);
      finder.add(std::span<const FlowRecord>(&flow, 1));
    }
    const auto stories = finder.finish();
    ASSERT_EQ(kinds(stories), "upload") << others;
    EXPECT_EQ(stories[0].severity, others == 20 ? Severity::medium : Severity::note);
  }
}

TEST(Stories, OfOrdinaryTrafficThereAreNone) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto stories = stories_of(make_traffic({.seed = seed, .conversations = 60}));
    for (const Story& story : stories) {
      // The maker adds a port scan and a flood now and then; nothing else is there.
      EXPECT_TRUE(story.kind == "port_scan" || story.kind == "syn_flood") << seed << ": " << story.title;
    }
  }
}

TEST(Stories, OfAnOfficeAreItsAttacksAndNothingElse) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    EXPECT_EQ(kinds(stories_of(make_office_capture({.seed = seed, .attacked = false}))), "") << seed;
    EXPECT_EQ(kinds(stories_of(make_office_capture({.seed = seed}))),
              "password_guessing dns_tunnel address_conflict port_scan")
        << seed;
  }
}

TEST(Stories, DoNotDependOnTheOrderWithinASecond) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    std::vector<FlowRecord> flows(60);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      flows[i].originator = kUser;
      flows[i].responder = i % 2 == 0 ? kServer : kOutside;
      flows[i].protocol = Protocol::tcp;
      flows[i].responder_port = static_cast<std::uint16_t>(i);
      flows[i].first = flows[i].last = kStart + static_cast<TimeNs>(i) * kMs;
      flows[i].sent.packets = 1;
      flows[i].sent.flags[1] = 1;
    }
    StoryFinder in_order;
    in_order.add(flows);
    for (std::size_t i = flows.size(); i > 1; --i) std::swap(flows[i - 1], flows[rng.below(i)]);
    StoryFinder shuffled;
    shuffled.add(flows);
    const auto a = in_order.finish();
    const auto b = shuffled.finish();
    ASSERT_EQ(kinds(a), "port_scan");
    ASSERT_EQ(kinds(b), "port_scan") << seed;
    EXPECT_EQ(a[0].title, b[0].title) << seed;
    EXPECT_EQ(a[0].flows, b[0].flows) << seed;
  }
}

TEST(Stories, TheMostSevereComesFirst) {
  TrafficWriter writer(1);
  writer.add(ScanStory{.scanner = kOutside,
                       .target = kServer,
                       .start = kStart,
                       .first_port = 1,
                       .ports = 1000,
                       .open_ports = {},
                       .silent = false,
                       .gap = kMs});
  for (unsigned i = 0; i < 20; ++i) {
    writer.add(session(kOutside, kServer, 22, kStart + i * 4 * kSec, static_cast<std::uint16_t>(50'000 + i)));
  }
  EXPECT_EQ(kinds(stories_of(writer.finish())), "password_guessing port_scan");
}

TEST(Stories, InterimRecordsAreLeftOut) {
  std::vector<FlowRecord> flows(40);
  for (std::size_t i = 0; i < flows.size(); ++i) {
    flows[i].originator = kUser;
    flows[i].responder = kServer;
    flows[i].protocol = Protocol::tcp;
    flows[i].responder_port = static_cast<std::uint16_t>(i);
    flows[i].sent.packets = flows[i].sent.flags[1] = 1;
    flows[i].end = EndReason::interim;
  }
  StoryFinder finder;
  finder.add(flows);
  EXPECT_TRUE(finder.finish().empty());
}

}  // namespace
}  // namespace netstray::made
