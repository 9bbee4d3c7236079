#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "netstray/flow/flow_blocks.h"
#include "netstray/flow/flow_index.h"
#include "netstray/flow/flow_state.h"

namespace netstray {

/// The conversations that go on, found by key, within a fixed amount of memory: their blocks and the index. Says when
/// there is room for no more, and which conversation had the oldest last packet; ends none by itself.
class FlowStore {
 public:
  /// Blocks that one packet may take at most.
  static constexpr std::uint64_t kBlocksPerPacket = 12;

  /// `with_vlan`: whether packets of different VLANs are different conversations.
  FlowStore(std::uint64_t memory_bytes, const SipKey& secret, bool with_vlan);

  std::uint64_t hash_of(const FlowKey& key) const noexcept { return netstray::hash_of(key, secret_); }
  void prefetch_slot(std::uint64_t hash) const noexcept { index_.prefetch(hash); }
  /// The conversation most likely meant, or 0.
  BlockRef guess(std::uint64_t hash) const noexcept { return index_.guess(hash); }
  void prefetch_blocks(BlockRef ref, std::uint8_t sender) const noexcept;

  BlockRef find(const FlowKey& key, std::uint64_t hash) const noexcept;
  FlowHead& head(BlockRef ref) const noexcept { return *static_cast<FlowHead*>(pool_.at(ref)); }
  FlowKey key_of(const FlowHead& head) const noexcept;
  const BlockPool& pool() const noexcept { return pool_; }
  std::size_t size() const noexcept { return index_.size(); }

  /// Whether there is room for what a packet may need. Makes the index larger where that helps.
  bool has_room();
  /// The conversation whose last packet is oldest by its time, the first that began where several are; not `keep`.
  /// As of the last time that all were looked at: since then they only got younger, unless time went back. 0: none.
  BlockRef oldest(BlockRef keep);

  /// A conversation of one packet. There must be room.
  BlockRef create(const PacketKey& key, std::uint64_t hash, const Packet& packet, std::uint64_t number) noexcept;
  /// Gives it blocks for more packets; what they hold is not set. There must be room.
  FlowState unfold(BlockRef ref) noexcept;
  FlowState state_of(BlockRef ref) const noexcept;
  /// Makes sure that there are blocks for what a side sends.
  void add_side(FlowState& flow, std::uint8_t sender) noexcept;
  void add_rare(FlowState& flow) noexcept;
  void add_first_packet(const FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept;
  void list_first_packets(const FlowState& flow, std::vector<FirstPacket>& out) const;
  void remove(BlockRef ref) noexcept;

  /// Calls last(ref) for all, in the order in which they began. None can be found afterwards.
  template <typename Last>
  void finish(const Last& last) {
    for (const FlowIndex::Slot& slot : sorted_entries()) last(slot.ref);
  }

  std::uint64_t memory_bytes() const noexcept {
    return pool_.taken_bytes() + index_.bytes() + candidates_.capacity() * sizeof(Candidate);
  }

 private:
  struct Candidate {
    TimeNs last = 0;
    std::uint64_t number = 0;
    std::uint32_t tag = 0;  ///< of its hash
    BlockRef ref = 0;
  };

  template <typename Block>
  Block* take(BlockRef& ref) noexcept {
    ref = pool_.take();
    return new (pool_.at(ref)) Block();
  }
  /// `ref` is not 0.
  template <typename Block>
  Block& block(BlockRef ref) const noexcept {
    return *static_cast<Block*>(pool_.at(ref));
  }
  template <typename Block>
  Block* at(BlockRef ref) const noexcept {
    return ref == 0 ? nullptr : &block<Block>(ref);
  }
  std::span<FlowIndex::Slot> sorted_entries() noexcept;
  void share_memory() noexcept;
  bool is_it(BlockRef ref, const FlowKey& key) const noexcept;
  bool is_live(const Candidate& candidate) const noexcept;
  Candidate candidate_of(FlowIndex::Slot slot) const noexcept;
  void find_candidates();

  SipKey secret_;
  bool with_vlan_;
  std::uint64_t memory_;
  std::uint64_t most_candidates_;
  BlockPool pool_;
  FlowIndex index_;
  std::vector<Candidate> candidates_;  // oldest last
};

}  // namespace netstray
