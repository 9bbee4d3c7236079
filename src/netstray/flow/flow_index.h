#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/flow/block_pool.h"

namespace netstray {

/// Finds by hash: open addressing with linear probing, 8 bytes a slot, deletion by moving back. It keeps half of the
/// hash, so that growing and most misses need not look at what it leads to. Holds no keys: `is_it(ref)` tells whether
/// an entry of the same hash is the one.
class FlowIndex {
 public:
  struct Slot {
    std::uint32_t tag = 0;
    BlockRef ref = 0;
  };
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  /// `slots` is a power of two.
  explicit FlowIndex(std::size_t slots);
  ~FlowIndex();
  FlowIndex(const FlowIndex&) = delete;
  FlowIndex& operator=(const FlowIndex&) = delete;

  std::size_t size() const noexcept { return size_; }
  std::size_t slots() const noexcept { return mask_ + 1; }
  std::uint64_t bytes() const noexcept { return bytes_for(slots()); }
  static std::uint64_t bytes_for(std::size_t slots) noexcept { return slots * sizeof(Slot); }

  /// Whether one more makes it slow (three quarters full), and whether one more is too much.
  bool wants_to_grow() const noexcept { return 4 * (size_ + 1) > 3 * slots(); }
  bool is_full() const noexcept { return 8 * (size_ + 1) > 7 * slots(); }
  /// Twice the slots; while it works both tables are there. Throws Error as take_pages does.
  void grow();

  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[home(tag_of(hash))]); }
  /// The entry most likely meant, or 0: what to prefetch.
  BlockRef guess(std::uint64_t hash) const noexcept {
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag); slots_[at].ref != 0; at = (at + 1) & mask_) {
      if (slots_[at].tag == tag) return slots_[at].ref;
    }
    return 0;
  }

  /// The place of the entry, or kNowhere.
  template <typename IsIt>
  std::size_t find(std::uint64_t hash, const IsIt& is_it) const {
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag); slots_[at].ref != 0; at = (at + 1) & mask_) {
      if (slots_[at].tag == tag && is_it(slots_[at].ref)) return at;
    }
    return kNowhere;
  }

  const Slot& at(std::size_t place) const noexcept { return slots_[place]; }

  /// It must not be full.
  void add(std::uint64_t hash, BlockRef ref) noexcept { put({tag_of(hash), ref}); }
  void remove(std::size_t place) noexcept;

  /// All entries, in no order; the index is empty afterwards, and no more is to be added while they are looked at.
  std::span<Slot> drain() noexcept;

 private:
  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash); }
  std::size_t home(std::uint32_t tag) const noexcept { return tag & mask_; }
  void put(Slot slot) noexcept;

  Slot* slots_;
  std::size_t mask_;
  std::size_t size_ = 0;
};

}  // namespace netstray
