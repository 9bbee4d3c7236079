// Writes made-up captures for the tests of the whole program: capture_driver KIND OUT.pcap [SEED [SIZE]]
//
//   mixed    SIZE conversations of all kinds, some in VLANs and tunnels (make_traffic)
//   plain    the same without VLANs and tunnels
//   story    a few conversations of each kind, one after the other, for golden tests
//   attack   SIZE plain conversations, then a port scan and a flood of SYNs

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "netstray/capture/pcap_writer.h"
#include "netstray/synth/traffic.h"

namespace netstray {
namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kStart = 1'772'442'000'000'000'000;  // 2026-03-02, 09:00 UTC

TrafficEnds ends(unsigned host, std::uint16_t port, std::uint16_t service) {
  return {ipv4_address(10, 0, 0, host), ipv4_address(192, 0, 2, 80), port, service};
}

void add_tcp(TrafficWriter& writer, unsigned number, TcpEnding ending, std::uint64_t sent, std::uint64_t received) {
  TcpStory story;
  story.ends = ends(1 + number, static_cast<std::uint16_t>(40'000 + number), 443);
  story.start = kStart + number * kSecond;
  story.ending = ending;
  story.sent_bytes = sent;
  story.received_bytes = received;
  writer.add(story);
}

void add_udp(TrafficWriter& writer) {
  UdpStory story;
  story.ends = ends(20, 50'000, 4000);
  story.start = kStart + 20 * kSecond;
  story.datagrams = 3;
  story.answers = 2;
  story.sent_size = 2000;
  story.fragment_bytes = 1480;
  writer.add(story);
}

void add_ping(TrafficWriter& writer) {
  PingStory story;
  story.originator = ipv6_address(0x20010db800000000, 1);
  story.responder = ipv6_address(0x20010db800000000, 2);
  story.start = kStart + 21 * kSecond;
  writer.add(story);
}

MadeTraffic make_story(std::uint64_t seed) {
  TrafficWriter writer(seed);
  add_tcp(writer, 0, TcpEnding::finished, 500, 20'000);
  add_tcp(writer, 1, TcpEnding::left_open, 100, 200);
  add_tcp(writer, 2, TcpEnding::originator_closed, 100, 200);
  add_tcp(writer, 3, TcpEnding::responder_closed, 100, 200);
  add_tcp(writer, 4, TcpEnding::originator_reset, 100, 200);
  add_tcp(writer, 5, TcpEnding::responder_reset, 100, 200);
  add_tcp(writer, 6, TcpEnding::refused, 0, 0);
  add_tcp(writer, 7, TcpEnding::unanswered, 0, 0);
  add_udp(writer);
  add_ping(writer);
  writer.add_dns(ends(30, 50'001, 53), kStart + 22 * kSecond, "www.example.org");
  writer.add_arp(ipv4_address(10, 0, 0, 1), hardware_address(ipv4_address(10, 0, 0, 1)), kStart + 23 * kSecond);
  Wrapping wrapping;
  wrapping.vlans = {7};
  wrapping.tunnel = Wrapping::Tunnel::vxlan;
  wrapping.near_end = ipv4_address(172, 16, 0, 1);
  wrapping.far_end = ipv4_address(172, 16, 0, 2);
  writer.wrap(wrapping);
  add_tcp(writer, 24, TcpEnding::finished, 300, 400);
  return writer.finish();
}

TrafficSettings settings(std::uint64_t seed, std::size_t conversations, bool wrapped) {
  TrafficSettings made;
  made.seed = seed;
  made.conversations = conversations;
  made.wrapped = wrapped;
  return made;
}

void write(const MadeTraffic& traffic, PcapWriter& out) {
  for (std::size_t i = 0; i < traffic.size(); ++i) out.write(traffic.frame(i));
}

MadeTraffic make_attack(std::uint64_t seed) {
  const IpAddress target = ipv4_address(192, 0, 2, 80);
  TrafficWriter writer(seed);
  ScanStory scan;
  scan.scanner = ipv4_address(198, 51, 100, 7);
  scan.target = target;
  scan.start = kStart + 3600 * kSecond;
  scan.ports = 500;
  scan.open_ports = {22, 80};
  writer.add(scan);
  FloodStory flood;
  flood.target = target;
  flood.start = kStart + 3700 * kSecond;
  flood.packets = 500;
  writer.add(flood);
  return writer.finish();
}

int run(std::string_view kind, const std::string& path, std::uint64_t seed, std::size_t size) {
  PcapWriter out(path, LinkType::ethernet, PcapWriter::Resolution::microseconds);
  if (kind == "story") {
    write(make_story(seed), out);
  } else if (kind == "mixed" || kind == "plain" || kind == "attack") {
    write(make_traffic(settings(seed, size, kind == "mixed")), out);
    if (kind == "attack") write(make_attack(seed), out);
  } else {
    std::fputs("capture_driver: unknown kind\n", stderr);
    return 2;
  }
  out.commit();
  return 0;
}

}  // namespace
}  // namespace netstray

int main(int count, char** arguments) {
  try {
    if (count < 3) return 2;
    const std::uint64_t seed = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 1;
    const std::size_t size = count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 100;
    return netstray::run(arguments[1], arguments[2], seed, size);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "capture_driver: %s\n", error.what());
    return 1;
  }
}
