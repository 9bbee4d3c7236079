#include "netstray/flow/flow_state.h"

#include <algorithm>

#include "netstray/flow/server_ports.h"

namespace netstray {
namespace {

constexpr double kSecondsPerNs = 1e-9;

bool counts_payload(Protocol protocol) noexcept {
  return protocol == Protocol::tcp || protocol == Protocol::udp || protocol == Protocol::icmp ||
         protocol == Protocol::icmpv6 || protocol == Protocol::sctp;
}

TimeNs idle_time(Protocol protocol, bool portless, const MeterSettings& settings) noexcept {
  switch (portless ? Protocol{} : protocol) {
    case Protocol::tcp:
      return settings.tcp_idle;
    case Protocol::udp:
      return settings.udp_idle;
    case Protocol::icmp:
    case Protocol::icmpv6:
      return settings.icmp_idle;
    default:
      return settings.other_idle;
  }
}

bool is_dns(const FlowHead& head, std::size_t originator, const MeterSettings& settings) noexcept {
  return settings.dns_idle > 0 && head.protocol == Protocol::udp && !head.portless &&
         is_dns_port(head.port[1 - originator]);
}

/// When a conversation without connections is over. DNS: at the first look, one each dns_idle since it began, at which
/// nothing came for nine tenths of that.
TimeNs idle_deadline(const FlowHead& head, std::size_t originator, TimeNs first, TimeNs last,
                     const MeterSettings& settings) noexcept {
  const TimeNs idle = last + idle_time(head.protocol, head.portless, settings);
  if (!is_dns(head, originator, settings)) return idle;
  const TimeNs every = settings.dns_idle;
  const TimeNs looks = (last - first + every - every / 10 + every - 1) / every;
  return std::min(idle, first + looks * every);
}

void add_gap(SideHot& hot, SideCold& cold, TimeNs time) noexcept {
  if (hot.packets > 0) {
    const double gap = time > hot.last ? static_cast<double>(time - hot.last) * kSecondsPerNs : 0;
    cold.gap_least = hot.packets == 1 ? gap : std::min(cold.gap_least, gap);
    cold.gap_greatest = hot.packets == 1 ? gap : std::max(cold.gap_greatest, gap);
    const double before = gap - hot.gap_mean;
    hot.gap_mean += before / static_cast<double>(hot.packets);
    hot.gap_m2 += before * (gap - hot.gap_mean);
    hot.last = std::max(hot.last, time);
  } else {
    hot.last = time;
  }
}

void add_to_side(SideHot& hot, SideCold& cold, const Packet& packet) noexcept {
  add_gap(hot, cold, packet.time);
  const std::uint32_t payload = counts_payload(packet.protocol) ? packet.payload_bytes : 0;
  if (hot.packets == 0) {
    cold.first_window = packet.window;
    cold.payload_least = payload;
    cold.least_ttl = packet.ttl;
  }
  ++hot.packets;
  hot.ip_bytes += packet.ip_bytes;
  hot.payload_bytes += payload;
  hot.payload_squares += static_cast<std::uint64_t>(payload) * payload;
  if (payload > 0) ++hot.payload_packets;
  cold.payload_least = std::min(cold.payload_least, payload);
  cold.payload_greatest = std::max(cold.payload_greatest, payload);
  cold.least_ttl = std::min(cold.least_ttl, packet.ttl);
  cold.greatest_ttl = std::max(cold.greatest_ttl, packet.ttl);
  for (unsigned bit = 0; bit < cold.flags.size(); ++bit) {
    cold.flags[bit] += (static_cast<unsigned>(packet.tcp_flags) >> bit) & 1U;
  }
}

Moments payload_moments(const SideHot& hot, const SideCold& cold) noexcept {
  Moments sizes;
  sizes.count = hot.packets;
  if (hot.packets == 0) return sizes;
  const auto count = static_cast<long double>(hot.packets);
  const auto sum = static_cast<long double>(hot.payload_bytes);
  sizes.mean = static_cast<double>(sum / count);
  const long double m2 = static_cast<long double>(hot.payload_squares) - sum * sum / count;
  sizes.m2 = static_cast<double>(std::max(0.0L, m2));
  sizes.least = cold.payload_least;
  sizes.greatest = cold.payload_greatest;
  return sizes;
}

void fill_side(const FlowState& flow, std::size_t side, FlowSide& out) noexcept {
  out = {};
  if (flow.hot[side] != nullptr) {
    const SideHot& hot = *flow.hot[side];
    const SideCold& cold = *flow.cold[side];
    out.packets = hot.packets;
    out.ip_bytes = hot.ip_bytes;
    out.payload_bytes = hot.payload_bytes;
    out.payload_packets = hot.payload_packets;
    out.fragments = hot.fragments;
    out.flags = cold.flags;
    out.first_window = cold.first_window;
    out.least_ttl = cold.least_ttl;
    out.greatest_ttl = cold.greatest_ttl;
    out.payload_sizes = payload_moments(hot, cold);
    out.gaps.count = hot.packets == 0 ? 0 : hot.packets - 1;
    out.gaps.mean = hot.gap_mean;
    out.gaps.m2 = hot.gap_m2;
    out.gaps.least = cold.gap_least;
    out.gaps.greatest = cold.gap_greatest;
  }
  if (flow.is_tcp()) out.payload_bytes = flow.conversation().payload_bytes(side);
  if (flow.rare != nullptr) {
    out.retransmitted_bytes = flow.rare->retransmitted_bytes[side];
    out.retransmitted_packets = flow.rare->retransmitted_packets[side];
    out.missed_bytes = flow.rare->missed_bytes[side];
  }
}

/// UDP's states are those of TCP by who has sent something at all. Others have none.
ConnState state_without_tcp(const FlowState& flow) noexcept {
  if (flow.head->protocol != Protocol::udp || flow.head->portless) return ConnState::oth;
  const auto active = [&](std::size_t side) { return flow.hot[side] != nullptr && flow.hot[side]->packets > 0; };
  const std::size_t originator = flow.common->tcp.originator;
  if (active(originator)) return active(1 - originator) ? ConnState::sf : ConnState::s0;
  return active(1 - originator) ? ConnState::shr : ConnState::oth;
}

}  // namespace

TcpSegment segment_of(const Packet& packet) noexcept {
  return {packet.tcp_flags, packet.window, packet.sequence, packet.acknowledgement, packet.payload_bytes};
}

void begin_flow(const FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept {
  flow.common->first = flow.common->last = packet.time;
  flow.common->tcp.originator = sender & 1U;
  constexpr std::array<std::uint8_t, 4> kBroadcast{255, 255, 255, 255};
  const bool broadcast =
      !packet.destination.v6 && std::equal(kBroadcast.begin(), kBroadcast.end(), packet.destination.bytes.begin());
  if (flow.head->portless || broadcast) return;
  if (!is_answer(packet.protocol, packet.source_port, packet.destination_port, packet.tcp_flags)) return;
  flow.common->tcp.originator = (1U - sender) & 1U;
  flow.common->history.put('^');
}

bool add_to_flow(const FlowState& flow, const Packet& packet, std::uint8_t sender,
                 const MeterSettings& settings) noexcept {
  FlowCommon& common = *flow.common;
  if (packet.bad_checksum) {
    const bool told = packet.protocol == Protocol::tcp || packet.protocol == Protocol::udp;
    if (told) common.history.put_scaled(common.bad_checksums[sender], 'C', sender == common.tcp.originator);
    return false;
  }
  common.last = std::max(common.last, packet.time);
  if (flow.is_tcp()) {
    const TcpSegment segment = segment_of(packet);
    const bool attempt = segment.has(TcpFlags::kSyn) && flow.tcp[sender]->state == TcpState::inactive;
    const bool closed = flow.conversation().add(sender, segment);
    if (closed) {
      common.deadline = packet.time + settings.tcp_close;
    } else if (attempt && !common.tcp.closed) {
      common.deadline = packet.time + settings.tcp_attempt;
    }
  } else if (packet.protocol == Protocol::udp && !flow.head->portless) {
    common.history.seen_before(HistoryBit::data, 'D', sender == common.tcp.originator);
  }
  add_to_side(*flow.hot[sender], *flow.cold[sender], packet);
  return true;
}

void add_fragment_to_flow(const FlowState& flow, const LaterFragment& fragment, std::uint8_t sender) noexcept {
  flow.common->last = std::max(flow.common->last, fragment.time);
  if (flow.is_tcp()) flow.conversation().add_fragment(sender, fragment.sequence, fragment.payload_bytes);
  SideHot& hot = *flow.hot[sender];
  SideCold& cold = *flow.cold[sender];
  hot.fragments += fragment.count;
  hot.ip_bytes += fragment.payload_bytes;
  if (!counts_payload(flow.head->protocol)) return;
  hot.payload_bytes += fragment.payload_bytes;
  // The datagram grows from `before` to `after`.
  const std::uint64_t after = fragment.bytes_before + fragment.payload_bytes;
  hot.payload_squares += after * after - fragment.bytes_before * fragment.bytes_before;
  const std::uint64_t most = std::max<std::uint64_t>(cold.payload_greatest, after);
  cold.payload_greatest = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, 0xffffffffU));
}

TimeNs deadline_of(const FlowState& flow, const MeterSettings& settings) noexcept {
  const FlowCommon& common = *flow.common;
  if (!flow.is_tcp()) return idle_deadline(*flow.head, common.tcp.originator, common.first, common.last, settings);
  if (common.tcp.closed) return common.deadline;
  const TcpSide& from = *flow.tcp[common.tcp.originator];
  const TcpSide& to = *flow.tcp[1U - common.tcp.originator];
  const bool attempt = from.state == TcpState::syn_sent || from.state == TcpState::syn_ack_sent;
  if (attempt && to.state == TcpState::inactive) return common.deadline;
  const bool one_is = from.state == TcpState::reset || to.state == TcpState::reset ||
                      from.state == TcpState::inactive || to.state == TcpState::inactive;
  const bool nothing = from.state == TcpState::inactive && to.state == TcpState::inactive;
  if (nothing || ((from.did_close || to.did_close) && one_is)) return common.last + settings.tcp_close;
  const bool handshake = from.in_handshake() && to.in_handshake();
  return common.last + (handshake ? std::min(settings.udp_idle, settings.tcp_idle) : settings.tcp_idle);
}

TimeNs deadline_of_lone(const FlowHead& head, const MeterSettings& settings) noexcept {
  const LonePacket& lone = head.lone;
  const TimeNs time = lone.time.time();
  if (!FlowState::wants_tcp(head)) {
    const bool answer =
        !head.portless && is_answer(head.protocol, head.port[lone.sender], head.port[1U - lone.sender], lone.tcp_flags);
    return idle_deadline(head, answer ? 1U - lone.sender : lone.sender, time, time, settings);
  }
  if (lone.bad_checksum != 0) return time + settings.tcp_close;
  if ((lone.tcp_flags & (TcpFlags::kFin | TcpFlags::kRst)) != 0) return time + settings.tcp_close;
  if ((lone.tcp_flags & TcpFlags::kSyn) == 0) return time + settings.tcp_idle;
  // A SYN of the originator is an attempt; the answer to one that was not seen is not.
  const bool answer = is_answer(head.protocol, head.port[lone.sender], head.port[1U - lone.sender], lone.tcp_flags);
  return time + (answer ? settings.tcp_idle : settings.tcp_attempt);
}

bool is_closed(const FlowState& flow) noexcept { return flow.is_tcp() && flow.common->tcp.closed; }

void fill_record(const FlowState& flow, FlowRecord& record) {
  const FlowCommon& common = *flow.common;
  const std::size_t originator = common.tcp.originator;
  record.protocol = flow.head->protocol;
  record.vlan = flow.head->vlan;
  record.inner_vlan = flow.head->inner_vlan;
  record.depth = flow.head->depth;
  record.first = common.first;
  record.last = common.last;
  record.state = flow.is_tcp() ? flow.conversation().state() : state_without_tcp(flow);
  record.history.assign(common.history.text());
  fill_side(flow, originator, record.sent);
  fill_side(flow, 1 - originator, record.received);
}

}  // namespace netstray
