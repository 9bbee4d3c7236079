#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/flow/icmp_pairs.h"
#include "netstray/flow/meter.h"
#include "netstray/flow/server_ports.h"
#include "netstray/flow/tcp_state.h"

namespace netstray {
namespace {

constexpr TimeNs kSecond = MeterSettings::kSecond;

/// Packets of a few hosts with a few ports, so that conversations meet, end and begin again.
std::vector<Packet> made_up_packets(std::uint64_t seed, std::size_t count, bool with_fragments) {
  Rng rng(seed);
  std::vector<Packet> packets;
  TimeNs time = 1'700'000'000 * kSecond;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t jump = rng.below(60);
    time += static_cast<TimeNs>(jump == 0 ? rng.below(400) * 1'000'000'000 : rng.below(400'000'000));
    Packet packet;
    packet.time = time;
    const bool v6 = rng.below(4) == 0;
    const auto host = [&] {
      IpAddress address;
      address.v6 = v6;
      address.bytes[3] = static_cast<std::uint8_t>(1 + rng.below(3));
      return address;
    };
    packet.source = host();
    packet.destination = host();
    constexpr std::array<Protocol, 6> kProtocols{Protocol::tcp,  Protocol::tcp,    Protocol::udp,
                                                 Protocol::icmp, Protocol::icmpv6, Protocol{47}};
    packet.protocol = kProtocols[rng.below(kProtocols.size())];
    constexpr std::array<std::uint16_t, 4> kPorts{80, 8080, 4000, 50000};
    if (packet.has_ports()) {
      packet.source_port = kPorts[rng.below(kPorts.size())];
      packet.destination_port = kPorts[rng.below(kPorts.size())];
    } else if (packet.protocol != Protocol{47}) {
      constexpr std::array<std::uint16_t, 5> kTypes{0, 8, 3, 128, 129};
      packet.source_port = kTypes[rng.below(kTypes.size())];
      packet.destination_port = static_cast<std::uint16_t>(rng.below(2));
    }
    if (packet.protocol == Protocol::tcp) {
      constexpr std::array<std::uint8_t, 10> kFlags{0x02, 0x12, 0x10, 0x10, 0x18, 0x18, 0x11, 0x04, 0x14, 0x03};
      packet.tcp_flags = kFlags[rng.below(kFlags.size())];
      packet.sequence = 0xffffff00U + static_cast<std::uint32_t>(rng.below(8) * 100);
      packet.acknowledgement = 0xffffff00U + static_cast<std::uint32_t>(rng.below(8) * 100);
      packet.window = static_cast<std::uint16_t>(rng.below(3));
    }
    packet.ttl = static_cast<std::uint8_t>(60 + rng.below(5));
    packet.payload_bytes = static_cast<std::uint32_t>(rng.below(3) == 0 ? 0 : rng.below(300));
    packet.ip_bytes = packet.payload_bytes + 40;
    packet.bad_checksum = rng.below(30) == 0;
    packet.vlan = static_cast<std::uint16_t>(rng.below(2));
    if (with_fragments && rng.below(4) == 0) {
      packet.is_fragment = true;
      packet.identification = static_cast<std::uint32_t>(rng.below(4));
      packet.fragment_offset = static_cast<std::uint32_t>(rng.below(2) * 400);
      packet.more_fragments = packet.fragment_offset == 0;
      if (packet.fragment_offset > 0) packet.source_port = packet.destination_port = 0;
    }
    packets.push_back(packet);
  }
  return packets;
}

std::vector<FlowRecord> metered(const std::vector<Packet>& packets, const MeterSettings& settings,
                                std::size_t batch = 1000) {
  std::vector<FlowRecord> records;
  Meter meter(settings, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  std::vector<Metered> became(packets.size());
  for (std::size_t begin = 0; begin < packets.size(); begin += batch) {
    const std::size_t size = std::min(batch, packets.size() - begin);
    meter.add(std::span(packets).subspan(begin, size), std::span(became).subspan(begin, size));
  }
  meter.finish();
  return records;
}

auto moments_of(const Moments& moments) {
  return std::tuple(moments.count, moments.mean, moments.m2, moments.least, moments.greatest);
}

auto side_of(const FlowSide& side) {
  return std::tuple(side.packets, side.ip_bytes, side.payload_bytes, side.payload_packets, side.fragments,
                    side.retransmitted_bytes, side.retransmitted_packets, side.missed_bytes, side.flags,
                    side.first_window, side.least_ttl, side.greatest_ttl, moments_of(side.gaps));
}

std::string shown(const FlowRecord& record) {
  const auto side = [](const FlowSide& of) {
    return fmt::format("{} packets, {} ip, {} payload in {}, {}/{} again, {} missed, gaps {} {} {} {} {}", of.packets,
                       of.ip_bytes, of.payload_bytes, of.payload_packets, of.retransmitted_bytes,
                       of.retransmitted_packets, of.missed_bytes, of.gaps.count, of.gaps.mean, of.gaps.m2,
                       of.gaps.least, of.gaps.greatest);
  };
  return fmt::format("{} {}:{} {}:{} {} {}+{} {} {}\n  {}\n  {}", record.number, to_text(record.originator),
                     record.originator_port, to_text(record.responder), record.responder_port,
                     static_cast<unsigned>(record.protocol), record.first, record.last - record.first,
                     name_of(record.state), record.history, side(record.sent), side(record.received));
}

auto facts_of(const FlowRecord& record) {
  return std::tuple(record.number, record.originator, record.responder, record.originator_port, record.responder_port,
                    record.protocol, record.vlan, record.first, record.last, record.state, record.history,
                    side_of(record.sent), side_of(record.received));
}

/// The meter once more: a map, lists of packets, no limits, timers only when a packet comes.
class NaiveMeter {
 public:
  explicit NaiveMeter(MeterSettings settings) : settings_(settings) {}

  std::vector<FlowRecord> meter(const std::vector<Packet>& packets) {
    for (const Packet& packet : packets) add(packet);
    for (auto& [key, flow] : flows_) end(*flow);
    std::ranges::sort(records_, {}, &FlowRecord::number);
    return std::move(records_);
  }

 private:
  using End = std::pair<IpAddress, std::uint16_t>;
  using Key = std::tuple<Protocol, bool, End, End>;

  struct Flow {
    FlowRecord record;
    std::array<std::vector<Packet>, 2> packets;  // of the first end of the key, of the second
    std::array<TcpSide, 2> tcp;
    TcpRare rare;
    TcpPieces pieces;
    TcpPair pair;
    FlowHistory history;
    TimeNs deadline = 0;
    std::array<std::uint16_t, 2> bad_checksums{};

    TcpConversation conversation() { return {{&tcp[0], &tcp[1]}, &rare, &pieces, pair, history}; }
  };

  static bool is_icmp(const Packet& packet) {
    return packet.protocol == Protocol::icmp || packet.protocol == Protocol::icmpv6;
  }

  void add(const Packet& packet) {
    End from{packet.source, packet.source_port};
    End to{packet.destination, packet.destination_port};
    bool one_way = false;
    if (is_icmp(packet)) {
      const IcmpPorts ports = icmp_ports(packet.protocol, static_cast<std::uint8_t>(packet.source_port),
                                         static_cast<std::uint8_t>(packet.destination_port));
      from.second = ports.source;
      to.second = ports.destination;
      one_way = ports.one_way;
    }
    const std::size_t sender = one_way || from <= to ? 0 : 1;
    const Key key{packet.protocol, one_way, sender == 0 ? from : to, sender == 0 ? to : from};
    auto& flow = flows_[key];
    if (flow && is_over(*flow, packet)) {
      end(*flow);
      flow.reset();
    }
    if (!flow) {
      flow = std::make_unique<Flow>();
      flow->record.number = ++number_;
      flow->record.protocol = packet.protocol;
      flow->record.vlan = packet.vlan;
      flow->record.first = flow->record.last = packet.time;
      const bool answer =
          is_answer(packet.protocol, packet.source_port, packet.destination_port, packet.tcp_flags) && !is_icmp(packet);
      flow->pair.originator = (answer ? 1 - sender : sender) & 1U;
      if (answer) flow->history.put('^');
      flow->record.originator = std::get<2>(key).first;
      flow->record.originator_port = std::get<2>(key).second;
      flow->record.responder = std::get<3>(key).first;
      flow->record.responder_port = std::get<3>(key).second;
    }
    add_to(*flow, packet, sender);
  }

  bool is_over(Flow& flow, const Packet& packet) {
    if (packet.time >= deadline_of(flow)) return true;
    const TcpSegment segment{packet.tcp_flags, packet.window, packet.sequence, packet.acknowledgement,
                             packet.payload_bytes};
    return packet.protocol == Protocol::tcp && !packet.bad_checksum && flow.conversation().is_reuse(segment);
  }

  TimeNs deadline_of(const Flow& flow) const {
    const TimeNs last = flow.record.last;
    if (is_protocol(flow, Protocol::udp)) return last + settings_.udp_idle;
    if (!is_protocol(flow, Protocol::tcp)) return last + settings_.icmp_idle;
    const TcpState from = flow.tcp[flow.pair.originator].state;
    const TcpState to = flow.tcp[1U - flow.pair.originator].state;
    const bool tried = from == TcpState::syn_sent || from == TcpState::syn_ack_sent;
    if (flow.pair.closed || (tried && to == TcpState::inactive)) return flow.deadline;
    const bool one_closed = flow.tcp[0].did_close || flow.tcp[1].did_close;
    const auto either = [&](TcpState state) { return from == state || to == state; };
    if (from == TcpState::inactive && to == TcpState::inactive) return last + settings_.tcp_close;
    if (one_closed && (either(TcpState::reset) || either(TcpState::inactive))) return last + settings_.tcp_close;
    const bool early = flow.tcp[0].in_handshake() && flow.tcp[1].in_handshake();
    return last + (early ? settings_.udp_idle : settings_.tcp_idle);
  }

  static bool is_protocol(const Flow& flow, Protocol protocol) { return flow.record.protocol == protocol; }

  void add_to(Flow& flow, const Packet& packet, std::size_t sender) {
    if (packet.bad_checksum) {
      if (packet.has_ports()) flow.history.put_scaled(flow.bad_checksums[sender], 'C', sender == flow.pair.originator);
      return;
    }
    flow.record.last = packet.time;
    if (packet.protocol == Protocol::tcp) {
      const TcpSegment segment{packet.tcp_flags, packet.window, packet.sequence, packet.acknowledgement,
                               packet.payload_bytes};
      const bool first_syn = segment.has(TcpFlags::kSyn) && flow.tcp[sender].state == TcpState::inactive;
      const bool closed = flow.conversation().add(sender, segment);
      if (closed) {
        flow.deadline = packet.time + settings_.tcp_close;
      } else if (first_syn && !flow.pair.closed) {
        flow.deadline = packet.time + settings_.tcp_attempt;
      }
    } else if (packet.protocol == Protocol::udp) {
      flow.history.seen_before(HistoryBit::data, 'D', sender == flow.pair.originator);
    }
    flow.packets[sender].push_back(packet);
  }

  static FlowSide side(const std::vector<Packet>& packets) {
    FlowSide out;
    out.packets = packets.size();
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const Packet& packet = packets[i];
      const std::uint32_t payload = packet.has_ports() || is_icmp(packet) ? packet.payload_bytes : 0;
      out.ip_bytes += packet.ip_bytes;
      out.payload_bytes += payload;
      out.payload_packets += payload > 0 ? 1U : 0U;
      for (unsigned bit = 0; bit < 8; ++bit) out.flags[bit] += (packet.tcp_flags & (1U << bit)) != 0 ? 1U : 0U;
      out.least_ttl = i == 0 ? packet.ttl : std::min(out.least_ttl, packet.ttl);
      out.greatest_ttl = std::max(out.greatest_ttl, packet.ttl);
      out.payload_sizes.add(payload);
      if (i > 0) out.gaps.add(static_cast<double>(packet.time - packets[i - 1].time) * 1e-9);
    }
    if (!packets.empty()) out.first_window = packets[0].window;
    return out;
  }

  void end(Flow& flow) {
    FlowRecord& record = flow.record;
    const std::size_t originator = flow.pair.originator;
    record.sent = side(flow.packets[originator]);
    record.received = side(flow.packets[1 - originator]);
    record.history = flow.history.text();
    record.state = ConnState::oth;
    if (is_protocol(flow, Protocol::tcp)) {
      record.state = flow.conversation().state();
      for (FlowSide* out : {&record.sent, &record.received}) {
        const std::size_t index = out == &record.sent ? originator : 1 - originator;
        out->payload_bytes = flow.conversation().payload_bytes(index);
        out->missed_bytes = flow.rare.missed_bytes[index];
        out->retransmitted_bytes = flow.rare.retransmitted_bytes[index];
        out->retransmitted_packets = flow.rare.retransmitted_packets[index];
      }
    } else if (is_protocol(flow, Protocol::udp) && record.sent.packets + record.received.packets > 0) {
      record.state = record.sent.packets == 0       ? ConnState::shr
                     : record.received.packets == 0 ? ConnState::s0
                                                    : ConnState::sf;
    }
    if (originator == 1) {
      std::swap(record.originator, record.responder);
      std::swap(record.originator_port, record.responder_port);
    }
    records_.push_back(record);
  }

  MeterSettings settings_;
  std::map<Key, std::unique_ptr<Flow>> flows_;
  std::vector<FlowRecord> records_;
  std::uint64_t number_ = 0;
};

TEST(MeterProperty, AgreesWithANaiveMeter) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto packets = made_up_packets(seed, 400, false);
    auto records = metered(packets, {.hash_secret = seed + 1});
    std::ranges::sort(records, {}, &FlowRecord::number);
    const auto naive = NaiveMeter({}).meter(packets);
    ASSERT_EQ(records.size(), naive.size()) << "seed " << seed;
    for (std::size_t i = 0; i < naive.size(); ++i) {
      ASSERT_TRUE(facts_of(records[i]) == facts_of(naive[i])) << "seed " << seed << "\n"
                                                              << shown(records[i]) << "\nnaive\n"
                                                              << shown(naive[i]);
      for (const auto& [ours, theirs] :
           {std::pair(&records[i].sent, &naive[i].sent), std::pair(&records[i].received, &naive[i].received)}) {
        const Moments& mine = ours->payload_sizes;
        ASSERT_NEAR(mine.mean, theirs->payload_sizes.mean, 1e-9) << "seed " << seed;
        ASSERT_NEAR(mine.deviation(), theirs->payload_sizes.deviation(), 1e-6) << "seed " << seed;
        ASSERT_EQ(mine.least, theirs->payload_sizes.least) << "seed " << seed;
        ASSERT_EQ(mine.greatest, theirs->payload_sizes.greatest) << "seed " << seed;
      }
    }
  }
}

auto everything_of(const FlowRecord& record) {
  return std::tuple(facts_of(record), record.end, moments_of(record.sent.payload_sizes),
                    moments_of(record.received.payload_sizes), record.first_packets.size());
}

void expect_same(const std::vector<FlowRecord>& a, const std::vector<FlowRecord>& b, std::uint64_t seed) {
  ASSERT_EQ(a.size(), b.size()) << "seed " << seed;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(everything_of(a[i]) == everything_of(b[i])) << "seed " << seed << ", place " << i;
  }
}

TEST(MeterProperty, GivesTheSameRecordsInTheSameOrderForAnySecret) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto packets = made_up_packets(seed, 400, true);
    MeterSettings settings{.first_packets = static_cast<std::uint8_t>(seed % 5)};
    settings.hash_secret = 2 * seed + 1;
    const auto records = metered(packets, settings);
    settings.hash_secret = ~seed;
    expect_same(records, metered(packets, settings), seed);
  }
}

TEST(MeterProperty, GivesTheSameRecordsHoweverThePacketsAreDivided) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto packets = made_up_packets(seed, 300, true);
    MeterSettings settings{.interim_interval = static_cast<TimeNs>(seed % 3) * 7 * kSecond};
    settings.vlan_in_key = seed % 2 == 1;
    const auto records = metered(packets, settings);
    expect_same(records, metered(packets, settings, 1), seed);
    expect_same(records, metered(packets, settings, 1 + seed), seed);
  }
}

/// Packets of very many conversations, some of which go on.
std::vector<Packet> flood(std::uint64_t seed, std::size_t count) {
  Rng rng(seed);
  std::vector<Packet> packets = made_up_packets(seed, count, true);
  for (Packet& packet : packets) {
    packet.time = 1'700'000'000 * kSecond + static_cast<TimeNs>(rng.below(1000));  // no order at all, many equal
    if (rng.below(4) != 0) packet.source.bytes[0] = static_cast<std::uint8_t>(rng.below(256));
    if (rng.below(4) != 0) packet.source.bytes[1] = static_cast<std::uint8_t>(rng.below(256));
  }
  return packets;
}

std::vector<FlowRecord> metered_within(const std::vector<Packet>& packets, const MeterSettings& settings,
                                       std::uint64_t seed) {
  std::vector<FlowRecord> records;
  Meter meter(settings, [&](FlowRecord&& record) { records.push_back(std::move(record)); });
  for (const Packet& packet : packets) meter.add({&packet, 1});
  EXPECT_LE(meter.counters().memory_bytes, settings.memory_bytes) << "seed " << seed;
  EXPECT_GT(meter.counters().records[static_cast<std::size_t>(EndReason::memory)], 100U) << "seed " << seed;
  meter.finish();
  std::uint64_t out = 0;
  for (const FlowRecord& record : records) {
    for (const FlowSide* side : {&record.sent, &record.received}) out += side->packets + side->fragments;
  }
  const MeterCounters counters = meter.counters();
  EXPECT_EQ(out, counters.counted + counters.fragments) << "seed " << seed;
  EXPECT_EQ(packets.size(), counters.counted + counters.fragments + counters.bad_checksum + counters.not_a_flow)
      << "seed " << seed;
  EXPECT_EQ(records.size(), counters.flows) << "seed " << seed;
  return records;
}

TEST(MeterProperty, LosesNoPacketAndKeepsTheCapWhateverComes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto packets = flood(seed, 3000);
    MeterSettings settings{.memory_bytes = MeterSettings::kLeastMemory, .hash_secret = seed + 1};
    settings.first_packets = static_cast<std::uint8_t>(seed % 3 == 0 ? 5 : 0);
    const auto records = metered_within(packets, settings, seed);
    if (seed % 10 != 0) continue;
    settings.hash_secret = ~seed;
    expect_same(records, metered_within(packets, settings, seed), seed);
  }
}

TEST(MeterProperty, WithLittleMemoryTheOldestLeaveInOrder) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Packet packet;
    packet.protocol = Protocol::udp;
    packet.payload_bytes = 1;
    packet.ip_bytes = 29;
    TimeNs last_left = 0;
    Meter meter({.memory_bytes = MeterSettings::kLeastMemory, .hash_secret = seed + 1}, [&](FlowRecord&& record) {
      if (record.end != EndReason::memory) return;
      ASSERT_GE(record.last, last_left) << "seed " << seed;
      last_left = record.last;
    });
    for (int i = 0; i < 5000; ++i) {
      packet.time += static_cast<TimeNs>(rng.below(1000));
      packet.source_port = static_cast<std::uint16_t>(rng.below(200) * (rng.below(3) == 0 ? 1 : 300));
      packet.destination_port = static_cast<std::uint16_t>(20'000 + rng.below(100));
      meter.add({&packet, 1});
    }
    EXPECT_GT(last_left, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
