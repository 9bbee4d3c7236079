#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "netstray/base/hash.h"
#include "netstray/packet/address.h"

namespace netstray {

/// The same on every machine, so that no result depends on a secret.
inline std::uint64_t hash_of(const IpAddress& address) noexcept {
  const auto* bytes = reinterpret_cast<const char*>(address.bytes.data());
  return hash64({bytes, address.v6 ? std::size_t{16} : std::size_t{4}}, address.v6 ? 6 : 4);
}

/// What something is counted for: one or two hosts, a protocol, a port. What a table does not tell apart is left out.
struct TallyKey {
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;

  auto operator<=>(const TallyKey&) const = default;
};

struct TallyKeyHash {
  std::size_t operator()(const TallyKey& key) const noexcept {
    const std::uint64_t rest = std::uint64_t{key.protocol} << 16U | key.port;
    return static_cast<std::size_t>(hash_of(key.source) * 31 + hash_of(key.destination) * 7 +
                                    rest * 0x9e3779b97f4a7c15U);
  }
};

/// Counts by key, for at most `most` keys. When it is full, the half with the fewest flows leaves (of equal ones those
/// that came first): what stands out by its count stays. `Tally` has a member `flows`. Results do not depend on the
/// order within a hash table. O(1) a call, amortised.
template <typename Tally>
class TallyTable {
 public:
  explicit TallyTable(std::size_t most) : most_(most) {}

  Tally& at(const TallyKey& key) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) return found->second.tally;
    if (entries_.size() >= most_) let_go_of_half();
    return entries_.emplace(key, Entry{{}, next_++}).first->second.tally;
  }
  /// All, in order of key.
  std::vector<std::pair<TallyKey, Tally*>> sorted() {
    std::vector<std::pair<TallyKey, Tally*>> all;
    all.reserve(entries_.size());
    for (auto& [key, entry] : entries_) all.emplace_back(key, &entry.tally);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
  }
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    Tally tally;
    std::uint64_t number;
  };

  void let_go_of_half() {
    using Rank = std::pair<std::uint64_t, std::uint64_t>;
    const auto rank = [](const Entry& entry) { return Rank{entry.tally.flows, entry.number}; };
    std::vector<Rank> ranks;
    ranks.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) ranks.push_back(rank(entry));
    const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2);
    std::nth_element(ranks.begin(), middle, ranks.end());
    const Rank least = *middle;
    std::erase_if(entries_, [&](const auto& item) { return rank(item.second) < least; });
  }

  std::size_t most_;
  std::uint64_t next_ = 0;
  std::unordered_map<TallyKey, Entry, TallyKeyHash> entries_;
};

}  // namespace netstray
