#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstray/base/time.h"

namespace netstray {

/// The numbers that capture files give link layers (the tcpdump group's LINKTYPE_ list); any other number is a link
/// type that is not decoded.
enum class LinkType : std::uint32_t {
  null = 0,
  ethernet = 1,
  ppp = 9,
  fddi = 10,
  raw_bsd = 12,  ///< some systems write their own number for `raw`
  raw_openbsd = 14,
  ppp_hdlc = 50,
  ppp_ether = 51,
  raw = 101,
  cisco_hdlc = 104,
  ieee802_11 = 105,
  loop = 108,
  linux_sll = 113,
  ieee802_11_radiotap = 127,
  ipv4 = 228,
  ipv6 = 229,
  nflog = 239,
  linux_sll2 = 276,
};

/// Bytes from the wire with a time: what a capture file or an interface gives.
struct Frame {
  TimeNs time = 0;
  LinkType link = LinkType::ethernet;
  std::uint32_t length = 0;          ///< on the wire; at least bytes.size() in a sound capture
  std::span<const std::byte> bytes;  ///< the part that was captured; valid until the reader is asked for more
};

}  // namespace netstray
