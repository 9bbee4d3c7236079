#include "netstray/flow/flow_store.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace netstray {
namespace {

constexpr std::size_t kFirstSlots = 4096;
/// How much of the memory the search for the oldest may take: a 32nd.
constexpr std::uint64_t kCandidatesShare = 32;

std::uint32_t half_word_of(const IpAddress& address) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, address.bytes.data(), sizeof word);
  return word;
}

}  // namespace

FlowStore::FlowStore(std::uint64_t memory_bytes, const SipKey& secret, bool with_vlan)
    : secret_(secret),
      with_vlan_(with_vlan),
      memory_(memory_bytes),
      most_candidates_(memory_bytes / kCandidatesShare / sizeof(Candidate) / 2),
      pool_(memory_bytes),
      index_(kFirstSlots) {
  share_memory();
}

/// What the index and the candidates do not take is the blocks'.
void FlowStore::share_memory() noexcept {
  const std::uint64_t others = index_.bytes() + memory_ / kCandidatesShare;
  pool_.set_limit(memory_ > others ? memory_ - others : 0);
}

bool FlowStore::has_room() {
  if (index_.wants_to_grow()) {
    const std::uint64_t during = 3 * index_.bytes() + pool_.taken_bytes() + memory_ / kCandidatesShare;
    if (during <= memory_) {
      index_.grow();
      share_memory();
    } else if (index_.is_full()) {
      return false;
    }
  }
  return pool_.available() >= kBlocksPerPacket;
}

void FlowStore::prefetch_blocks(BlockRef ref, std::uint8_t sender) const noexcept {
  const FlowHead& flow = head(ref);
  if (!flow.is_full) return;
  const FlowRefs& refs = flow.refs;
  pool_.prefetch(refs.common);
  pool_.prefetch(refs.hot[sender]);
  pool_.prefetch(refs.cold[sender]);
  pool_.prefetch(refs.tcp[0]);
  pool_.prefetch(refs.tcp[1]);
}

bool FlowStore::is_it(BlockRef ref, const FlowKey& key) const noexcept {
  const FlowHead& flow = head(ref);
  if (flow.port != key.port || flow.protocol != key.protocol || flow.one_way != key.one_way ||
      flow.portless != key.portless || flow.first_v6 != key.address[0].v6 || flow.second_v6 != key.address[1].v6) {
    return false;
  }
  if (!flow.first_v6 && !flow.second_v6) {
    if (flow.address[0] != half_word_of(key.address[0]) || flow.address[1] != half_word_of(key.address[1])) {
      return false;
    }
  } else {
    const auto& addresses = block<AddressBlock>(flow.address[0]).address;
    if (addresses[0] != key.address[0].bytes || addresses[1] != key.address[1].bytes) return false;
  }
  return !with_vlan_ || (flow.vlan == key.vlan && flow.inner_vlan == key.inner_vlan);
}

BlockRef FlowStore::find(const FlowKey& key, std::uint64_t hash) const noexcept {
  const std::size_t place = index_.find(hash, [&](BlockRef ref) { return is_it(ref, key); });
  return place == FlowIndex::kNowhere ? 0 : index_.at(place).ref;
}

FlowKey FlowStore::key_of(const FlowHead& flow) const noexcept {
  FlowKey key;
  key.port = flow.port;
  key.protocol = flow.protocol;
  key.one_way = flow.one_way;
  key.portless = flow.portless;
  if (with_vlan_) {
    key.vlan = flow.vlan;
    key.inner_vlan = flow.inner_vlan;
  }
  key.address[0].v6 = flow.first_v6;
  key.address[1].v6 = flow.second_v6;
  for (std::size_t side = 0; side < 2; ++side) {
    if (flow.first_v6 || flow.second_v6) {
      key.address[side].bytes = block<AddressBlock>(flow.address[0]).address[side];
    } else {
      std::memcpy(key.address[side].bytes.data(), &flow.address[side], sizeof flow.address[side]);
    }
  }
  return key;
}

BlockRef FlowStore::create(const PacketKey& key, std::uint64_t hash, const Packet& packet,
                           std::uint64_t number) noexcept {
  BlockRef ref = 0;
  auto& flow = *take<FlowHead>(ref);
  flow.port = key.key.port;
  flow.vlan = packet.vlan;
  flow.inner_vlan = packet.inner_vlan;
  flow.window = packet.window;
  flow.number_high = static_cast<std::uint16_t>(number >> 32U);
  flow.number_low = static_cast<std::uint32_t>(number);
  flow.protocol = packet.protocol;
  flow.depth = packet.depth;
  flow.is_full = false;
  flow.first_v6 = key.key.address[0].v6;
  flow.second_v6 = key.key.address[1].v6;
  flow.one_way = key.key.one_way;
  flow.portless = key.key.portless;
  if (flow.first_v6 || flow.second_v6) {
    auto* addresses = take<AddressBlock>(flow.address[0]);
    addresses->address = {key.key.address[0].bytes, key.key.address[1].bytes};
  } else {
    flow.address = {half_word_of(key.key.address[0]), half_word_of(key.key.address[1])};
  }
  flow.lone = {SplitTime::of(packet.time),
               packet.ip_bytes,
               packet.payload_bytes,
               packet.sequence,
               packet.acknowledgement,
               packet.tcp_flags,
               packet.ttl,
               key.sender,
               packet.bad_checksum ? std::uint8_t{1} : std::uint8_t{0}};
  index_.add(hash, ref);
  return ref;
}

FlowState FlowStore::unfold(BlockRef ref) noexcept {
  FlowHead& flow = head(ref);
  flow.refs = {};
  flow.is_full = true;
  take<FlowCommon>(flow.refs.common);
  if (FlowState::wants_tcp(flow)) {
    for (BlockRef& side : flow.refs.tcp) take<TcpSide>(side);
  }
  return state_of(ref);
}

FlowState FlowStore::state_of(BlockRef ref) const noexcept {
  FlowState flow;
  flow.head = &head(ref);
  const FlowRefs& refs = flow.head->refs;
  flow.common = at<FlowCommon>(refs.common);
  for (std::size_t side = 0; side < 2; ++side) {
    flow.hot[side] = at<SideHot>(refs.hot[side]);
    flow.cold[side] = at<SideCold>(refs.cold[side]);
    flow.tcp[side] = at<TcpSide>(refs.tcp[side]);
  }
  if (flow.common->rare != 0) {
    flow.rare = at<TcpRare>(flow.common->rare);
    flow.pieces = at<TcpPieces>(flow.rare->pieces);
  }
  return flow;
}

void FlowStore::add_side(FlowState& flow, std::uint8_t sender) noexcept {
  if (flow.hot[sender] != nullptr) return;
  flow.hot[sender] = take<SideHot>(flow.head->refs.hot[sender]);
  flow.cold[sender] = take<SideCold>(flow.head->refs.cold[sender]);
}

void FlowStore::add_rare(FlowState& flow) noexcept {
  if (flow.rare != nullptr) return;
  flow.rare = take<TcpRare>(flow.common->rare);
  flow.pieces = take<TcpPieces>(flow.rare->pieces);
}

void FlowStore::add_first_packet(const FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept {
  auto* block = at<FirstPacketsBlock>(flow.common->first_packets);
  if (block == nullptr) block = take<FirstPacketsBlock>(flow.common->first_packets);
  while (block->next != 0) block = at<FirstPacketsBlock>(block->next);
  if (block->count == FirstPacketsBlock::kMost) block = take<FirstPacketsBlock>(block->next);
  block->entries[block->count++] = {packet.time, packet.payload_bytes, packet.tcp_flags, sender};
}

void FlowStore::list_first_packets(const FlowState& flow, std::vector<FirstPacket>& out) const {
  out.clear();
  for (auto* block = at<FirstPacketsBlock>(flow.common->first_packets); block != nullptr;
       block = at<FirstPacketsBlock>(block->next)) {
    for (std::size_t i = 0; i < block->count; ++i) {
      const auto& entry = block->entries[i];
      out.push_back({entry.time, entry.payload_bytes, entry.tcp_flags, entry.sender == flow.common->tcp.originator});
    }
  }
}

void FlowStore::remove(BlockRef ref) noexcept {
  FlowHead& flow = head(ref);
  index_.remove(index_.find(hash_of(key_of(flow)), [&](BlockRef other) { return other == ref; }));
  const auto give_back = [&](BlockRef block) {
    if (block != 0) pool_.give_back(block);
  };
  if (flow.is_full) {
    const FlowState state = state_of(ref);
    if (state.rare != nullptr) give_back(state.rare->pieces);
    give_back(state.common->rare);
    for (BlockRef block = state.common->first_packets; block != 0;) {
      const BlockRef next = this->block<FirstPacketsBlock>(block).next;
      pool_.give_back(block);
      block = next;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      give_back(flow.refs.hot[side]);
      give_back(flow.refs.cold[side]);
      give_back(flow.refs.tcp[side]);
    }
    give_back(flow.refs.common);
  }
  if (flow.first_v6 || flow.second_v6) pool_.give_back(flow.address[0]);
  pool_.give_back(ref);
}

FlowStore::Candidate FlowStore::candidate_of(FlowIndex::Slot slot) const noexcept {
  const FlowHead& flow = head(slot.ref);
  const TimeNs last = flow.is_full ? block<FlowCommon>(flow.refs.common).last : flow.lone.time.time();
  return {last, flow.number(), slot.tag, slot.ref};
}

/// Whether nothing has happened to it. Its block may be in use for something else by now.
bool FlowStore::is_live(const Candidate& candidate) const noexcept {
  const std::size_t place = index_.find(candidate.tag, [&](BlockRef ref) { return ref == candidate.ref; });
  if (place == FlowIndex::kNowhere) return false;
  const Candidate now = candidate_of(index_.at(place));
  return now.number == candidate.number && now.last == candidate.last;
}

BlockRef FlowStore::oldest(BlockRef keep) {
  for (int searches = 0; searches < 2; ++searches) {
    while (!candidates_.empty()) {
      const Candidate candidate = candidates_.back();
      candidates_.pop_back();
      if (candidate.ref != keep && is_live(candidate)) return candidate.ref;
    }
    find_candidates();
  }
  return 0;
}

/// Gathers the conversations with the oldest last packets: a 16th of all, where there is room for that.
void FlowStore::find_candidates() {
  const auto before = [](const Candidate& a, const Candidate& b) {
    return std::tie(a.last, a.number) < std::tie(b.last, b.number);
  };
  const std::size_t wanted = std::min<std::size_t>(most_candidates_, index_.size() / 16 + 16);
  candidates_.reserve(2 * most_candidates_);
  const auto keep_oldest = [&] {
    if (candidates_.size() <= wanted) return;
    const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(wanted);
    std::nth_element(candidates_.begin(), end, candidates_.end(), before);
    candidates_.erase(end, candidates_.end());
  };
  candidates_.clear();
  for (std::size_t slot = 0; slot < index_.slots(); ++slot) {
    constexpr std::size_t kAhead = 24;
    if (slot + kAhead < index_.slots()) pool_.prefetch(index_.at(slot + kAhead).ref);
    if (index_.at(slot).ref == 0) continue;
    candidates_.push_back(candidate_of(index_.at(slot)));
    if (candidates_.size() == 2 * wanted) keep_oldest();
  }
  keep_oldest();
  std::sort(candidates_.begin(), candidates_.end(), [&](const auto& a, const auto& b) { return before(b, a); });
}

std::span<FlowIndex::Slot> FlowStore::sorted_entries() noexcept {
  const std::span<FlowIndex::Slot> entries = index_.drain();
  std::uint64_t least = ~0ULL;
  for (const auto& entry : entries) least = std::min(least, head(entry.ref).number());
  // The place of the hash takes the number, from the least on.
  for (auto& entry : entries) {
    entry.tag = static_cast<std::uint32_t>(std::min<std::uint64_t>(head(entry.ref).number() - least, 0xffffffffU));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return std::tie(a.tag, a.ref) < std::tie(b.tag, b.ref); });
  return entries;
}

}  // namespace netstray
