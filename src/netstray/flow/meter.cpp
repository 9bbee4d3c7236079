#include "netstray/flow/meter.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/flow/flow_store.h"
#include "netstray/flow/fragment_table.h"
#include "netstray/flow/timing_wheel.h"

namespace netstray {
namespace {

/// Packets whose conversations are fetched together.
constexpr std::size_t kBatch = 32;

SipKey key_from(std::uint64_t secret) {
  if (secret != 0) return {secret, secret * 0x9e3779b97f4a7c15ULL};
  std::random_device device;
  const auto word = [&] { return (static_cast<std::uint64_t>(device()) << 32U) | device(); };
  return {word(), word()};
}

/// Times beyond 1933 and 2116 are taken for those, so that sums of them and of spans are times as well.
constexpr TimeNs kEarliest = -(1LL << 60U);
constexpr TimeNs kLatest = 1LL << 62U;
constexpr TimeNs kLongestSpan = 1LL << 59U;  // 18 years

void require_span(TimeNs span, TimeNs least, const char* name) {
  if (span >= least && span <= kLongestSpan) return;
  throw usage_error(fmt::format("{} of {} ns: {} ns to 18 years are possible", name, span, least));
}

void check(const MeterSettings& settings) {
  require_span(settings.tcp_idle, 1, "TCP idle time");
  require_span(settings.udp_idle, 1, "UDP idle time");
  require_span(settings.icmp_idle, 1, "ICMP idle time");
  require_span(settings.other_idle, 1, "idle time of other protocols");
  require_span(settings.tcp_attempt, 1, "time for an answer to a SYN");
  require_span(settings.tcp_close, 1, "time after a close");
  require_span(settings.dns_idle, 0, "DNS idle time");
  require_span(settings.active_limit, 0, "active limit");
  require_span(settings.interim_interval, 0, "interval of interim records");
  constexpr std::uint64_t kMost = 240ULL << 30U;
  if (settings.memory_bytes < MeterSettings::kLeastMemory || settings.memory_bytes > kMost) {
    throw usage_error(
        fmt::format("memory for flows of {} bytes: 256 KiB to 240 GiB are possible", settings.memory_bytes));
  }
}

/// How many datagrams in fragments are remembered: those that fit into a 64th of the memory.
std::size_t fragments_for(std::uint64_t memory_bytes) noexcept {
  const std::uint64_t each = FragmentTable::bytes_for(1024) / 1024;
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(memory_bytes / 64 / each, 64, 8192));
}

/// Blocks for a conversation of one packet that is about to become a record.
struct Scratch {
  FlowHead head{};
  FlowCommon common;
  SideHot hot;
  SideCold cold;
  std::array<TcpSide, 2> tcp;
  TcpRare rare;
};

/// The first fragment of an IPv6 datagram has a header for that, which is gone when the datagram is put together.
constexpr std::uint32_t kFragmentHeader = 8;
bool has_fragment_header(const Packet& packet) noexcept {
  return packet.is_fragment && packet.more_fragments && packet.fragment_offset == 0 && packet.source.v6 &&
         packet.ip_bytes >= packet.payload_bytes + kFragmentHeader;
}

bool is_later_fragment(const Packet& packet) noexcept { return packet.is_fragment && packet.fragment_offset > 0; }

}  // namespace

class Meter::State {
 public:
  State(const MeterSettings& settings, Sink sink)
      : settings_(settings),
        sink_(std::move(sink)),
        secret_(key_from(settings.hash_secret)),
        fragments_(fragments_for(settings.memory_bytes), secret_,
                   [this](const FragmentedDatagram& datagram) { add_lone_fragments(datagram); }),
        store_(settings.memory_bytes - FragmentTable::bytes_for(fragments_for(settings.memory_bytes)), secret_,
               settings.vlan_in_key),
        wheel_(store_.pool()) {}

  void add(std::span<const Packet> packets, std::span<Metered> metered);
  void finish();
  MeterCounters counters() const noexcept;

 private:
  struct Lookup {
    PacketKey key;
    std::uint64_t hash = 0;
    BlockRef guess = 0;
  };

  void look_up(std::span<const Packet> packets) noexcept;
  Metered take(const Packet& packet, const Lookup& lookup);
  void advance_clock(TimeNs time);
  void check_timer(BlockRef ref);
  bool add_to_its_flow(const Packet& packet, const Lookup& lookup);
  bool add_to(BlockRef ref, FlowState& flow, const Packet& packet, std::uint8_t sender);
  void create(const Packet& packet, const Lookup& lookup);
  void add_blocks(FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept;
  void make_room(BlockRef keep);
  TimeNs deadline(BlockRef ref) const noexcept;
  std::optional<EndReason> why_over(BlockRef ref, FlowState& flow, const Packet& packet);
  FlowState unfold(BlockRef ref);
  Packet lone_packet(const FlowHead& head) const noexcept;
  FlowState unfold_into(Scratch& scratch, const FlowHead& head) const noexcept;
  void end(BlockRef ref, EndReason reason);
  void give_record(BlockRef ref, EndReason reason);

  void remember_first_fragment(const Packet& packet, const Lookup& lookup);
  Metered take_later_fragment(const Packet& packet);
  bool add_fragment(const FragmentedDatagram& datagram, const LaterFragment& fragment);
  void add_lone_fragments(const FragmentedDatagram& datagram);
  void count(Metered metered) noexcept;

  MeterSettings settings_;
  Sink sink_;
  SipKey secret_;
  FragmentTable fragments_;
  FlowStore store_;
  TimingWheel wheel_;
  std::array<Lookup, kBatch> lookups_{};
  FlowRecord record_;
  MeterCounters counters_;
  TimeNs now_ = 0;
};

void Meter::State::add(std::span<const Packet> packets, std::span<Metered> metered) {
  for (std::size_t begin = 0; begin < packets.size(); begin += kBatch) {
    const auto batch = packets.subspan(begin, std::min(kBatch, packets.size() - begin));
    look_up(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      metered[begin + i] = take(batch[i], lookups_[i]);
      count(metered[begin + i]);
    }
  }
}

/// Fetches what the packets will need, each kind of it for all of them before the next kind.
void Meter::State::look_up(std::span<const Packet> packets) noexcept {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    lookups_[i].key = key_of(packets[i], settings_.vlan_in_key);
    lookups_[i].hash = store_.hash_of(lookups_[i].key.key);
    store_.prefetch_slot(lookups_[i].hash);
  }
  if (packets.size() == 1) return;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    lookups_[i].guess = store_.guess(lookups_[i].hash);
    store_.pool().prefetch(lookups_[i].guess);
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (lookups_[i].guess != 0) store_.prefetch_blocks(lookups_[i].guess, lookups_[i].key.sender);
  }
}

void Meter::State::count(Metered metered) noexcept {
  switch (metered) {
    case Metered::counted:
      ++counters_.counted;
      break;
    case Metered::fragment:
      ++counters_.fragments;
      break;
    case Metered::bad_checksum:
      ++counters_.bad_checksum;
      break;
    case Metered::not_a_flow:
      ++counters_.not_a_flow;
      break;
  }
}

Metered Meter::State::take(const Packet& packet, const Lookup& lookup) {
  if (!packet.is_flow) return Metered::not_a_flow;
  if (packet.time < kEarliest || packet.time > kLatest) {
    Packet nearer = packet;
    nearer.time = std::clamp(packet.time, kEarliest, kLatest);
    return take(nearer, lookup);
  }
  if (has_fragment_header(packet)) {
    Packet without = packet;
    without.ip_bytes -= kFragmentHeader;
    without.more_fragments = false;
    const Metered metered = take(without, lookup);
    if (metered == Metered::counted) remember_first_fragment(without, lookup);
    return metered;
  }
  if (wheel_.reaches(packet.time)) advance_clock(packet.time);
  if (is_later_fragment(packet)) return take_later_fragment(packet);
  const bool counted = add_to_its_flow(packet, lookup);
  if (packet.is_fragment && packet.more_fragments && counted) remember_first_fragment(packet, lookup);
  return counted ? Metered::counted : Metered::bad_checksum;
}

/// Adds a packet to its conversation, or begins one. Returns whether it was counted.
bool Meter::State::add_to_its_flow(const Packet& packet, const Lookup& lookup) {
  BlockRef ref = store_.find(lookup.key.key, lookup.hash);
  FlowState flow;
  if (ref != 0) {
    if (store_.head(ref).is_full) flow = store_.state_of(ref);
    if (const auto reason = why_over(ref, flow, packet)) {
      end(ref, *reason);
      ref = 0;
    }
  }
  make_room(ref);
  if (ref == 0) {
    create(packet, lookup);
    return !packet.bad_checksum;
  }
  if (flow.head == nullptr) flow = unfold(ref);
  return add_to(ref, flow, packet, lookup.key.sender);
}

void Meter::State::advance_clock(TimeNs time) {
  now_ = time;
  wheel_.turn(time, [this](BlockRef ref) { check_timer(ref); });
}

void Meter::State::check_timer(BlockRef ref) {
  const TimeNs due = deadline(ref);
  if (due > now_) {
    wheel_.add(ref, due);
  } else {
    const bool closed = store_.head(ref).is_full && is_closed(store_.state_of(ref));
    end(ref, closed ? EndReason::closed : EndReason::idle);
  }
}

TimeNs Meter::State::deadline(BlockRef ref) const noexcept {
  const FlowHead& head = store_.head(ref);
  return head.is_full ? deadline_of(store_.state_of(ref), settings_) : deadline_of_lone(head, settings_);
}

/// Why the conversation has ended before this packet of the same key, which then begins another; nothing where it has
/// not. `flow` is the conversation unless it has only its first packet; it is unfolded where that has to be known.
/// Gives a record of what it was so far where one is due.
std::optional<EndReason> Meter::State::why_over(BlockRef ref, FlowState& flow, const Packet& packet) {
  const FlowHead& head = store_.head(ref);
  const bool full = flow.head != nullptr;
  const auto ended = [&] { return flow.head != nullptr && is_closed(flow) ? EndReason::closed : EndReason::idle; };
  if (packet.time >= (full ? deadline_of(flow, settings_) : deadline_of_lone(head, settings_))) return ended();
  const bool may_be_reuse = FlowState::wants_tcp(head) && (packet.tcp_flags & TcpFlags::kSyn) != 0;
  const bool may_be_long = settings_.active_limit > 0 || settings_.interim_interval > 0;
  if (!may_be_reuse && !may_be_long) return {};
  if (!full) {
    make_room(ref);
    flow = unfold(ref);
  }
  if (may_be_reuse && !packet.bad_checksum && flow.conversation().is_reuse(segment_of(packet))) return ended();
  const TimeNs first = flow.common->first;
  const TimeNs last = flow.common->last;
  if (settings_.active_limit > 0 && packet.time - first >= settings_.active_limit) return EndReason::active;
  const TimeNs every = settings_.interim_interval;
  if (every > 0 && packet.time > last && (packet.time - first) / every > (last - first) / every) {
    give_record(ref, EndReason::interim);
  }
  return {};
}

void Meter::State::create(const Packet& packet, const Lookup& lookup) {
  const BlockRef ref = store_.create(lookup.key, lookup.hash, packet, ++counters_.flows);
  wheel_.add(ref, deadline_of_lone(store_.head(ref), settings_));
}

bool Meter::State::add_to(BlockRef ref, FlowState& flow, const Packet& packet, std::uint8_t sender) {
  add_blocks(flow, packet, sender);
  const TimeNs before = flow.is_tcp() ? flow.common->deadline : 0;
  const bool counted = add_to_flow(flow, packet, sender, settings_);
  if (counted && settings_.first_packets > 0) {
    std::uint64_t packets = 0;
    for (const SideHot* hot : flow.hot) packets += hot == nullptr ? 0 : hot->packets;
    if (packets <= settings_.first_packets) store_.add_first_packet(flow, packet, sender);
  }
  // A deadline that comes nearer is the one thing that the wheel would not notice by itself.
  if (flow.is_tcp() && flow.common->deadline != before && flow.common->tcp.closed) {
    wheel_.remove(ref);
    wheel_.add(ref, flow.common->deadline);
  }
  return counted;
}

/// What the packet needs of blocks. There must be room.
void Meter::State::add_blocks(FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept {
  if (flow.is_tcp() && flow.rare == nullptr &&
      TcpConversation::needs_rare(*flow.tcp[sender], *flow.tcp[1U - sender], segment_of(packet))) {
    store_.add_rare(flow);
  }
  store_.add_side(flow, sender);
}

/// Ends the conversations with the oldest last packets until there is room for a packet.
void Meter::State::make_room(BlockRef keep) {
  while (!store_.has_room()) {
    const BlockRef oldest = store_.oldest(keep);
    if (oldest == 0) throw Error("the memory for flows is too small to hold one");
    end(oldest, EndReason::memory);
  }
}

/// The packet that a conversation of one packet began with.
Packet Meter::State::lone_packet(const FlowHead& head) const noexcept {
  const LonePacket& lone = head.lone;
  const FlowKey key = store_.key_of(head);
  Packet packet;
  packet.time = lone.time.time();
  packet.source = key.address[lone.sender];
  packet.destination = key.address[1U - lone.sender];
  packet.protocol = head.protocol;
  packet.source_port = head.port[lone.sender];
  packet.destination_port = head.port[1U - lone.sender];
  packet.ttl = lone.ttl;
  packet.tcp_flags = lone.tcp_flags;
  packet.sequence = lone.sequence;
  packet.acknowledgement = lone.acknowledgement;
  packet.window = head.window;
  packet.ip_bytes = lone.ip_bytes;
  packet.payload_bytes = lone.payload_bytes;
  packet.bad_checksum = lone.bad_checksum != 0;
  return packet;
}

/// The conversation with blocks for more than one packet, and the first packet in them. There must be room.
FlowState Meter::State::unfold(BlockRef ref) {
  FlowHead& head = store_.head(ref);
  if (head.is_full) return store_.state_of(ref);
  const Packet first = lone_packet(head);
  const std::uint8_t sender = head.lone.sender;
  FlowState flow = store_.unfold(ref);
  add_blocks(flow, first, sender);
  begin_flow(flow, first, sender);
  const bool counted = add_to_flow(flow, first, sender, settings_);
  if (counted && settings_.first_packets > 0) store_.add_first_packet(flow, first, sender);
  return flow;
}

FlowState Meter::State::unfold_into(Scratch& scratch, const FlowHead& head) const noexcept {
  scratch.head = head;
  FlowState flow;
  flow.head = &scratch.head;
  flow.common = &scratch.common;
  const std::uint8_t sender = head.lone.sender;
  flow.hot[sender] = &scratch.hot;
  flow.cold[sender] = &scratch.cold;
  if (FlowState::wants_tcp(head)) {
    flow.tcp = {&scratch.tcp[0], &scratch.tcp[1]};
    flow.rare = &scratch.rare;
  }
  const Packet first = lone_packet(head);
  begin_flow(flow, first, sender);
  add_to_flow(flow, first, sender, settings_);
  return flow;
}

void Meter::State::end(BlockRef ref, EndReason reason) {
  give_record(ref, reason);
  wheel_.remove(ref);
  store_.remove(ref);
}

void Meter::State::give_record(BlockRef ref, EndReason reason) {
  const FlowHead& head = store_.head(ref);
  Scratch scratch;
  const FlowState flow = head.is_full ? store_.state_of(ref) : unfold_into(scratch, head);
  const FlowKey key = store_.key_of(head);
  const std::size_t originator = flow.common->tcp.originator;
  record_.number = head.number();
  record_.originator = key.address[originator];
  record_.responder = key.address[1 - originator];
  record_.originator_port = key.port[originator];
  record_.responder_port = key.port[1 - originator];
  record_.end = reason;
  fill_record(flow, record_);
  record_.first_packets.clear();
  if (settings_.first_packets > 0 && head.is_full) {
    store_.list_first_packets(flow, record_.first_packets);
  } else if (settings_.first_packets > 0 && head.lone.bad_checksum == 0) {
    record_.first_packets.push_back(
        {head.lone.time.time(), head.lone.payload_bytes, head.lone.tcp_flags, head.lone.sender == originator});
  }
  ++counters_.records[static_cast<std::size_t>(reason)];
  sink_(std::move(record_));
}

void Meter::State::remember_first_fragment(const Packet& packet, const Lookup& lookup) {
  FragmentedDatagram* datagram = fragments_.find(packet);
  if (datagram != nullptr && datagram->first_seen) {
    fragments_.forget(*datagram);
    datagram = nullptr;
  }
  if (datagram == nullptr) datagram = &fragments_.begin(packet);
  const std::uint32_t waiting = std::exchange(datagram->waiting, 0);
  const std::uint32_t waiting_bytes = std::exchange(datagram->payload_bytes, packet.payload_bytes);
  datagram->first_seen = true;
  datagram->source_port = packet.source_port;
  datagram->destination_port = packet.destination_port;
  datagram->next_sequence = packet.sequence + packet.payload_bytes;
  datagram->time = std::max(datagram->time, packet.time);
  if (waiting == 0) return;
  const BlockRef ref = store_.find(lookup.key.key, lookup.hash);
  make_room(ref);
  const FlowState flow = unfold(ref);
  add_fragment_to_flow(flow, {packet.time, waiting_bytes, waiting, packet.payload_bytes, datagram->next_sequence},
                       lookup.key.sender);
  datagram->payload_bytes += waiting_bytes;
  datagram->next_sequence += waiting_bytes;
}

Metered Meter::State::take_later_fragment(const Packet& packet) {
  FragmentedDatagram* datagram = fragments_.find(packet);
  if (datagram == nullptr) datagram = &fragments_.begin(packet);
  datagram->time = std::max(datagram->time, packet.time);
  if (!datagram->first_seen) {
    ++datagram->waiting;
    datagram->payload_bytes += packet.payload_bytes;
    return Metered::fragment;
  }
  const LaterFragment fragment{packet.time, packet.payload_bytes, 1, datagram->payload_bytes, datagram->next_sequence};
  if (add_fragment(*datagram, fragment)) {
    datagram->payload_bytes += packet.payload_bytes;
    datagram->next_sequence += packet.payload_bytes;
  } else {
    // Its conversation has ended meanwhile.
    FragmentedDatagram alone = *datagram;
    alone.waiting = 1;
    alone.payload_bytes = packet.payload_bytes;
    alone.time = packet.time;
    add_lone_fragments(alone);
  }
  return Metered::fragment;
}

/// Adds to the conversation of the datagram, if that goes on.
bool Meter::State::add_fragment(const FragmentedDatagram& datagram, const LaterFragment& fragment) {
  Packet first;
  first.source = datagram.source;
  first.destination = datagram.destination;
  first.protocol = datagram.protocol;
  first.source_port = datagram.source_port;
  first.destination_port = datagram.destination_port;
  first.vlan = datagram.vlan;
  first.inner_vlan = datagram.inner_vlan;
  const PacketKey key = key_of(first, settings_.vlan_in_key);
  const BlockRef ref = store_.find(key.key, store_.hash_of(key.key));
  if (ref == 0 || fragment.time >= deadline(ref)) return false;
  make_room(ref);
  FlowState flow = unfold(ref);
  if (flow.hot[key.sender] == nullptr) return false;
  if (flow.is_tcp()) store_.add_rare(flow);
  add_fragment_to_flow(flow, fragment, key.sender);
  return true;
}

/// Fragments whose first one never came are a conversation without ports; those of one datagram are one packet of it.
void Meter::State::add_lone_fragments(const FragmentedDatagram& datagram) {
  Packet packet;
  packet.time = datagram.time;
  packet.source = datagram.source;
  packet.destination = datagram.destination;
  packet.protocol = datagram.protocol;
  packet.vlan = datagram.vlan;
  packet.inner_vlan = datagram.inner_vlan;
  packet.ttl = datagram.ttl;
  packet.depth = datagram.depth;
  packet.ip_bytes = datagram.header_bytes + datagram.payload_bytes;
  packet.payload_bytes = datagram.payload_bytes;
  packet.is_fragment = true;
  packet.fragment_offset = 1;
  Lookup lookup;
  lookup.key = key_of(packet, settings_.vlan_in_key);
  lookup.hash = store_.hash_of(lookup.key.key);
  add_to_its_flow(packet, lookup);
  if (datagram.waiting < 2) return;
  const BlockRef ref = store_.find(lookup.key.key, lookup.hash);
  make_room(ref);
  unfold(ref).hot[lookup.key.sender]->fragments += datagram.waiting - 1;
}

void Meter::State::finish() {
  fragments_.finish();
  store_.finish([this](BlockRef ref) { give_record(ref, EndReason::end_of_input); });
}

MeterCounters Meter::State::counters() const noexcept {
  MeterCounters out = counters_;
  out.live = store_.size();
  out.memory_bytes = store_.memory_bytes() + FragmentTable::bytes_for(fragments_for(settings_.memory_bytes));
  return out;
}

Meter::Meter(const MeterSettings& settings, Sink sink) {
  check(settings);
  state_ = std::make_unique<State>(settings, std::move(sink));
}

Meter::~Meter() = default;
Meter::Meter(Meter&&) noexcept = default;
Meter& Meter::operator=(Meter&&) noexcept = default;

void Meter::add(std::span<const Packet> packets, std::span<Metered> metered) { state_->add(packets, metered); }

Metered Meter::add(std::span<const Packet> packets) {
  auto best = Metered::not_a_flow;
  for (const Packet& packet : packets) {
    auto metered = Metered::not_a_flow;
    state_->add({&packet, 1}, {&metered, 1});
    best = std::min(best, metered);
  }
  return best;
}

void Meter::finish() { state_->finish(); }

MeterCounters Meter::counters() const noexcept { return state_->counters(); }

}  // namespace netstray
