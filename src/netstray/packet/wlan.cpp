#include "netstray/packet/walk.h"

namespace netstray {
namespace {

/// A number of bytes as the next multiple of four.
std::uint32_t to_four(std::uint32_t count) noexcept { return (count + 3) & ~3U; }

/// Several frames in one (802.11-2020, 9.3.2.2): each has addresses, a length, LLC, and zeros up to a multiple of four.
void read_aggregate(Walk& walk, WireBytes bytes) noexcept {
  while (walk.needs(bytes, 14, DropReason::bad_link_header)) {
    const std::uint32_t length = bytes.u16(12);
    Walk part = walk;
    const WireBytes body = bytes.from(14);
    if (length > body.wire()) return walk.drop(DropReason::bad_link_header);
    read_llc(part, body.first(length));
    const std::uint32_t next = to_four(14 + length);
    if (bytes.wire() < next + 14 || !bytes.has(next)) return;  // a checksum of the frame may follow
    bytes = bytes.from(next);
  }
}

}  // namespace

void read_wlan(Walk& walk, WireBytes bytes) noexcept {
  constexpr unsigned kDataType = 2, kQosSubtype = 8, kNoDataSubtype = 4;
  constexpr unsigned kBothDirections = 0x03, kProtected = 0x40, kOrder = 0x80, kAggregate = 0x80;
  if (!walk.needs(bytes, 2, DropReason::bad_link_header)) return;
  const unsigned control = bytes.u8(0);
  const unsigned flags = bytes.u8(1);
  const unsigned subtype = control >> 4;
  if ((control >> 2 & 3) != kDataType || (subtype & kNoDataSubtype) != 0) return walk.drop(DropReason::link_control);

  std::uint32_t header = 24;
  if ((flags & kBothDirections) == kBothDirections) header += 6;
  const std::uint32_t qos_at = header;
  const bool qos = (subtype & kQosSubtype) != 0;
  if (qos) header += (flags & kOrder) != 0 ? 6 : 2;
  if (!walk.needs(bytes, header, DropReason::bad_link_header)) return;
  if ((flags & kProtected) != 0) return walk.drop(DropReason::encrypted);
  if ((bytes.u8(22) & 0x0f) != 0) return walk.drop(DropReason::link_fragment);
  if (qos && (bytes.u8(qos_at) & kAggregate) != 0) return read_aggregate(walk, bytes.from(header));
  read_llc(walk, bytes.from(header));
}

/// Little-endian, unlike all else (radiotap.org). Only the length counts, so whatever fields it has are skipped.
void read_radiotap(Walk& walk, WireBytes bytes) noexcept {
  if (!walk.needs(bytes, 8, DropReason::bad_link_header)) return;
  const std::uint32_t length = bytes.little16(2);
  if (length < 8) return walk.drop(DropReason::bad_link_header);
  if (!walk.needs(bytes, length, DropReason::bad_link_header)) return;
  read_wlan(walk, bytes.from(length));
}

}  // namespace netstray
