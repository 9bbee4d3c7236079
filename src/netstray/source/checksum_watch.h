#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "netstray/packet/packet.h"

namespace netstray {

/// Watches for hosts many of whose packets have wrong checksums: a capture made on the sending host itself, whose
/// network card fills them in later (offloading), for some kinds of packets or for all. Damage on the way is far rarer.
/// Looks at the first 16 addresses that sent a wrong one; cheap where there are none.
class ChecksumWatch {
 public:
  ChecksumWatch() { senders_.reserve(kMostSenders); }

  void look(const Packet& packet) noexcept {
    if (packet.bad_checksum || !senders_.empty()) look_closely(packet);
  }
  /// "1,234 packets from 10.0.0.1 have wrong checksums, ...", or empty where no address has at least three, and these
  /// are a fifth of those that it sent since the first.
  std::string warning() const;

 private:
  static constexpr std::size_t kMostSenders = 16;
  struct Sender {
    IpAddress address;
    std::uint64_t wrong = 0, right = 0;
  };
  void look_closely(const Packet& packet) noexcept;

  std::vector<Sender> senders_;
};

}  // namespace netstray
