#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/packet/address.h"
#include "netstray/table/dictionary.h"

namespace netstray {

/// An autonomous system, its country and who runs it, as a file has them.
struct AsnOwner {
  std::uint32_t asn = 0;     ///< 0: none
  std::string country;       ///< "PT"; "" where the file has none
  std::string organisation;  ///< "" where the file has none

  /// Whether it stands for addresses that nobody announces.
  bool is_gap() const noexcept { return asn == 0 && country.empty(); }
  bool operator==(const AsnOwner&) const = default;
};

/// An IPv6 address as a number of 128 bits.
struct V6Number {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const V6Number&) const = default;
};

/// An address of its family as a number, the first byte as the highest.
std::uint32_t v4_number(const IpAddress& address) noexcept;
V6Number v6_number(const IpAddress& address) noexcept;

/// Addresses first to last and who owns them, a place in AsnRanges::owners. `line` is the line of the file, or 0.
template <typename Address>
struct AsnRange {
  Address first, last;
  std::uint32_t owner = 0;
  std::uint32_t line = 0;
};

/// Ranges as they are read from a file, in its order, and their owners, each kept once.
class AsnRanges {
 public:
  static constexpr std::size_t kMostRanges = 50'000'000;

  /// The place of an owner that is the same wherever `key` is.
  std::uint32_t owner(std::string_view key, const auto& make) {
    const std::uint32_t place = keys_.code(key);
    if (place == owners.size()) owners.push_back(make());
    return place;
  }
  std::size_t size() const noexcept { return v4.size() + v6.size(); }

  std::vector<AsnOwner> owners;
  std::vector<AsnRange<std::uint32_t>> v4;
  std::vector<AsnRange<V6Number>> v6;

 private:
  Dictionary keys_;
};

}  // namespace netstray
