#pragma once

#include <array>
#include <cstdint>

#include "netstray/flow/block_pool.h"
#include "netstray/flow/flow_history.h"
#include "netstray/flow/flow_key.h"
#include "netstray/flow/tcp_state.h"

namespace netstray {

/// A conversation is made of blocks of 64 bytes. Each has a head. While it has one packet, that is all: the head keeps
/// what is needed of the packet (IPv6 addresses take one more block). From the second packet on the head leads to the
/// blocks below. Sides are 0 and 1 as in its FlowKey; who the originator is says FlowCommon.

/// A place in a TimingWheel.
struct WheelLink {
  BlockRef next = 0, previous = 0;
};

/// A time in two halves, for places that are not aligned.
struct SplitTime {
  std::uint32_t low, high;

  static SplitTime of(TimeNs time) noexcept {
    const auto bits = static_cast<std::uint64_t>(time);
    return {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32U)};
  }
  TimeNs time() const noexcept { return static_cast<TimeNs>((static_cast<std::uint64_t>(high) << 32U) | low); }
};

/// The only packet of a conversation.
struct LonePacket {
  SplitTime time;
  std::uint32_t ip_bytes, payload_bytes, sequence, acknowledgement;
  std::uint8_t tcp_flags, ttl, sender, bad_checksum;
};

/// Where the rest of a conversation is; 0 where there is nothing yet.
struct FlowRefs {
  BlockRef common;
  std::array<BlockRef, 2> hot, cold, tcp;
};

struct FlowHead {
  WheelLink link;
  std::array<std::uint32_t, 2> address{};  ///< IPv4; with an IPv6 address: the block of both, and 0
  std::array<std::uint16_t, 2> port{};
  std::uint16_t vlan = 0, inner_vlan = 0;
  std::uint16_t window = 0;  ///< of the only packet
  std::uint16_t number_high = 0;
  std::uint32_t number_low = 0;
  Protocol protocol{};
  std::uint8_t depth = 0;
  bool is_full : 1 = false;  ///< it has `refs`, no `lone`
  bool first_v6 : 1 = false, second_v6 : 1 = false;
  bool one_way : 1 = false, portless : 1 = false;
  std::uint8_t spare = 0;
  union {
    LonePacket lone{};
    FlowRefs refs;
  };

  std::uint64_t number() const noexcept { return (static_cast<std::uint64_t>(number_high) << 32U) | number_low; }
};
static_assert(sizeof(FlowHead) == BlockPool::kBlockBytes);

struct AddressBlock {
  std::array<std::array<std::uint8_t, 16>, 2> address;
  std::array<std::uint8_t, 32> spare;
};
static_assert(sizeof(AddressBlock) == BlockPool::kBlockBytes);

struct FlowCommon {
  TimeNs first = 0, last = 0;
  TimeNs deadline = 0;  ///< TCP: when an attempt, or what follows a close, is over
  FlowHistory history;  // 24 bytes
  TcpPair tcp;
  std::array<std::uint16_t, 2> bad_checksums{};  ///< told in the history, by powers of ten
  BlockRef rare = 0;                             ///< TcpRare, which leads to TcpPieces
  BlockRef first_packets = 0;
};
static_assert(sizeof(FlowCommon) == BlockPool::kBlockBytes);

/// What changes with each packet of a side.
struct SideHot {
  std::uint64_t packets = 0, ip_bytes = 0, payload_bytes = 0;
  std::uint64_t payload_squares = 0;
  TimeNs last = 0;
  double gap_mean = 0, gap_m2 = 0;  ///< seconds between packets, Welford's
  std::uint32_t payload_packets = 0;
  std::uint32_t fragments = 0;
};
static_assert(sizeof(SideHot) == BlockPool::kBlockBytes);

struct SideCold {
  std::array<std::uint32_t, 8> flags{};
  double gap_least = 0, gap_greatest = 0;
  std::uint32_t payload_least = 0, payload_greatest = 0;
  std::uint16_t first_window = 0;
  std::uint8_t least_ttl = 0, greatest_ttl = 0;
  std::uint32_t spare = 0;
};
static_assert(sizeof(SideCold) == BlockPool::kBlockBytes);

/// Some of the first packets of a conversation, a chain of them.
struct FirstPacketsBlock {
  static constexpr std::size_t kMost = 3;
  struct Entry {
    TimeNs time = 0;
    std::uint32_t payload_bytes = 0;
    std::uint8_t tcp_flags = 0, sender = 0;
  };

  BlockRef next = 0;
  std::uint32_t count = 0;
  std::array<Entry, kMost> entries{};
};
static_assert(sizeof(FirstPacketsBlock) <= BlockPool::kBlockBytes);

}  // namespace netstray
