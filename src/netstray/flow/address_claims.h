#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/packet/address.h"
#include "netstray/packet/decoder.h"

namespace netstray {

/// A hardware address that said of itself to have an IP address.
struct Claimant {
  MacAddress mac;
  TimeNs first = 0, last = 0;
  std::uint64_t claims = 0;
};

/// An IP address and who claims it, in the order of their first claims.
struct ClaimedAddress {
  IpAddress ip;
  std::vector<Claimant> claimants;
  std::uint64_t further_claims = 0;  ///< by others than the first kMostClaimants
};

/// Remembers which hardware address claims which IP address (ARP, IPv6 neighbour discovery), and tells of those that
/// two claim: a wrong configuration, a failover, or somebody who wants to be in the middle. Bounded: when it is full,
/// the IP address with the oldest last claim is forgotten. Not thread-safe. A claim costs a search of a tree.
class AddressClaims {
 public:
  static constexpr std::size_t kMostClaimants = 4;

  /// For at most `capacity` IP addresses, >= 1; each takes about 300 bytes.
  explicit AddressClaims(std::size_t capacity = 65'536) : capacity_(capacity) {}

  /// The unspecified address (an ARP probe asks with it) and group hardware addresses claim nothing.
  void add(const AddressClaim& claim);

  /// IP addresses that more than one hardware address claims, by the time of the second one's first claim.
  std::vector<ClaimedAddress> disputed() const;

  std::size_t size() const noexcept { return addresses_.size(); }
  /// IP addresses that were forgotten to make room.
  std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Entry {
    ClaimedAddress address;
    TimeNs last = 0;
  };

  void forget_oldest();

  std::size_t capacity_;
  std::uint64_t forgotten_ = 0;
  std::map<IpAddress, Entry> addresses_;
  std::set<std::pair<TimeNs, IpAddress>> by_time_;  // Entry::last
};

}  // namespace netstray
