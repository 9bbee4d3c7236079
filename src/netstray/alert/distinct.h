#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/packet/address.h"

namespace netstray {

/// How many different addresses there were, in at most 8 KiB: exact up to 1,024, beyond that within about 3 % (one
/// standard deviation). Keeps the smallest hash values (Z. Bar-Yossef et al., "Counting distinct elements in a data
/// stream", RANDOM 2002). The order of the calls does not matter.
class DistinctAddresses {
 public:
  static constexpr std::size_t kMostExact = 1024;

  void add(const IpAddress& address);
  std::uint64_t count() const noexcept;
  bool exact() const noexcept { return least_.size() < kMostExact; }

 private:
  std::vector<std::uint64_t> least_;  // ascending
};

/// A set of ports, in at most 8 KiB.
class PortSet {
 public:
  void add(std::uint16_t port);
  std::size_t size() const noexcept { return size_; }
  bool contains(std::uint16_t port) const noexcept;
  /// The smallest ones, ascending.
  std::vector<std::uint16_t> first(std::size_t count) const;
  void merge(const PortSet& other);

 private:
  std::vector<std::uint16_t> few_;  // ascending; empty once there are bits
  std::vector<std::uint64_t> bits_;
  std::size_t size_ = 0;
};

}  // namespace netstray
