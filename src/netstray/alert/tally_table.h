#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "netstray/packet/address.h"

namespace netstray {

/// Spreads the bits of a number over all others (the finisher of MurmurHash3).
inline std::uint64_t mixed(std::uint64_t bits) noexcept {
  bits = (bits ^ bits >> 33U) * 0xff51afd7ed558ccdU;
  bits = (bits ^ bits >> 33U) * 0xc4ceb9fe1a85ec53U;
  return bits ^ bits >> 33U;
}

/// Always the same for an address, so that no result depends on a secret.
inline std::uint64_t hash_of(const IpAddress& address) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes.data(), sizeof high);
  std::memcpy(&low, address.bytes.data() + sizeof high, sizeof low);
  return mixed(high + mixed(low + (address.v6 ? 6 : 4)));
}

/// What something is counted for: one or two hosts, a protocol, a port. What a table does not tell apart is left out.
struct TallyKey {
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;

  auto operator<=>(const TallyKey&) const = default;
};

/// Counts by key, for at most `most` keys. When it is full, the half with the fewest flows leaves (of equal ones those
/// that came first): what stands out by its count stays. `Tally` has a member `flows`. Results do not depend on the
/// order within the hash table. O(1) a call, amortised.
template <typename Tally>
class TallyTable {
 public:
  explicit TallyTable(std::size_t most) : most_(most), places_(std::bit_ceil(2 * most), kFree) {}

  Tally& at(const TallyKey& key) {
    std::size_t place = find(key);
    if (places_[place] != kFree) return items_[places_[place]].tally;
    if (items_.size() >= most_) {
      let_go_of_half();
      place = find(key);
    }
    places_[place] = static_cast<std::uint32_t>(items_.size());
    items_.push_back({key, next_++, {}});
    return items_.back().tally;
  }
  /// All, in order of key.
  std::vector<std::pair<TallyKey, Tally*>> sorted() {
    std::vector<std::pair<TallyKey, Tally*>> all;
    all.reserve(items_.size());
    for (Item& item : items_) all.emplace_back(item.key, &item.tally);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
  }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  static constexpr std::uint32_t kFree = 0xffffffffU;

  struct Item {
    TallyKey key;
    std::uint64_t number = 0;  ///< in order of coming
    Tally tally;
  };

  /// The place of the key, or the free one where it would be.
  std::size_t find(const TallyKey& key) const noexcept {
    const std::uint64_t rest = std::uint64_t{key.protocol} << 16U | key.port;
    std::size_t place = mixed(hash_of(key.source) + 3 * hash_of(key.destination) + rest) & (places_.size() - 1);
    while (places_[place] != kFree && items_[places_[place]].key != key) place = (place + 1) & (places_.size() - 1);
    return place;
  }

  void let_go_of_half() {
    using Rank = std::pair<std::uint64_t, std::uint64_t>;
    const auto rank = [](const Item& item) { return Rank{item.tally.flows, item.number}; };
    std::vector<Rank> ranks;
    ranks.reserve(items_.size());
    for (const Item& item : items_) ranks.push_back(rank(item));
    const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2);
    std::nth_element(ranks.begin(), middle, ranks.end());
    const Rank least = *middle;
    std::erase_if(items_, [&](const Item& item) { return rank(item) < least; });
    std::fill(places_.begin(), places_.end(), kFree);
    for (std::size_t i = 0; i < items_.size(); ++i) places_[find(items_[i].key)] = static_cast<std::uint32_t>(i);
  }

  std::size_t most_;
  std::uint64_t next_ = 0;
  std::vector<std::uint32_t> places_;
  std::vector<Item> items_;
};

}  // namespace netstray
