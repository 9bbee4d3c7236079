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
  // Most that is counted has one address only, which takes no memory of its own.
  bool has_first_ = false;
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> least_;  // ascending; empty up to the second
};

/// A set of ports, in at most 8 KiB.
class PortSet {
 public:
  void add(std::uint16_t port) {
    if (size_ == 0) {
      first_ = port;
      size_ = 1;
    } else if (size_ > 1 || port != first_) {
      add_further(port);
    }
  }
  std::size_t size() const noexcept { return size_; }
  bool contains(std::uint16_t port) const noexcept;
  /// The smallest ones, ascending.
  std::vector<std::uint16_t> first(std::size_t count) const;
  void merge(const PortSet& other);

 private:
  void add_further(std::uint16_t port);

  std::uint16_t first_ = 0;         // the only one, where size_ is 1
  std::vector<std::uint16_t> few_;  // ascending; empty with one port, and once there are bits
  std::vector<std::uint64_t> bits_;
  std::size_t size_ = 0;
};

}  // namespace netstray
