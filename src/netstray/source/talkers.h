#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/packet/address.h"

namespace netstray {

/// What an address took part in.
struct Talker {
  IpAddress address;
  std::uint64_t flows = 0, packets = 0, bytes = 0;  ///< sent and received; bytes are IP's

  bool operator==(const Talker&) const = default;
};

/// Which addresses talk most, in constant memory. Exact up to 1,024 addresses. With more, those with the fewest bytes
/// are let go of, and what is left may be told too small, by no more than error(): an address with more bytes than that
/// is never missed. (E. Anderson et al., "A high-performance algorithm for identifying frequent items in data streams",
/// 2017.) The result depends on the order of the calls alone. O(1) a call, amortised.
class Talkers {
 public:
  Talkers();

  /// An address took part in a flow of so many packets and bytes.
  void add(const IpAddress& address, std::uint64_t packets, std::uint64_t bytes);
  /// Those with most bytes, equal ones by address; of what is told too small only what is larger than the error.
  std::vector<Talker> top(std::size_t count) const;
  /// Bytes by which a talker may be told too small.
  std::uint64_t error() const noexcept { return error_; }

 private:
  std::size_t place_of(const IpAddress& address) const noexcept;
  void let_go_of_the_least();

  std::vector<Talker> places_;  // a hash table with linear probing; flows is 0 in a free place
  std::size_t used_ = 0;
  std::uint64_t error_ = 0;
};

}  // namespace netstray
