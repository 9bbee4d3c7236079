#pragma once

#include <array>
#include <cstdint>

#include "netstray/flow/flow_blocks.h"
#include "netstray/flow/meter.h"

namespace netstray {

/// A conversation with all its blocks at hand. Blocks that are not there are null: those of a side that has sent
/// nothing, TCP's where it is none, and what is rarely needed.
struct FlowState {
  FlowHead* head = nullptr;
  FlowCommon* common = nullptr;
  std::array<SideHot*, 2> hot{};
  std::array<SideCold*, 2> cold{};
  std::array<TcpSide*, 2> tcp{};
  TcpRare* rare = nullptr;
  TcpPieces* pieces = nullptr;

  /// Whether TCP's blocks belong to it.
  static bool wants_tcp(const FlowHead& head) noexcept { return head.protocol == Protocol::tcp && !head.portless; }
  bool is_tcp() const noexcept { return tcp[0] != nullptr; }
  TcpConversation conversation() const noexcept { return {tcp, rare, pieces, common->tcp, common->history}; }
};

TcpSegment segment_of(const Packet& packet) noexcept;

/// What is told of a new conversation before its first packet is added.
void begin_flow(const FlowState& flow, const Packet& packet, std::uint8_t sender) noexcept;

/// Adds a packet of side `sender`, whose blocks must be there. Returns whether it was counted: one with a bad checksum
/// is only told in the history. Of the settings it takes how long an attempt, and what follows a close, may last.
bool add_to_flow(const FlowState& flow, const Packet& packet, std::uint8_t sender,
                 const MeterSettings& settings) noexcept;

/// A later fragment of a datagram of which `bytes_before` were seen, at `sequence` in TCP.
struct LaterFragment {
  TimeNs time = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t count = 1;  ///< how many fragments these bytes came in
  std::uint64_t bytes_before = 0;
  std::uint32_t sequence = 0;
};
void add_fragment_to_flow(const FlowState& flow, const LaterFragment& fragment, std::uint8_t sender) noexcept;

/// When the conversation is over unless a packet comes before.
TimeNs deadline_of(const FlowState& flow, const MeterSettings& settings) noexcept;
/// The same for one that has only its first packet.
TimeNs deadline_of_lone(const FlowHead& head, const MeterSettings& settings) noexcept;
/// Whether it has been closed by those who had it.
bool is_closed(const FlowState& flow) noexcept;

/// Everything but number, ports and addresses, first_packets and `end`.
void fill_record(const FlowState& flow, FlowRecord& record);

}  // namespace netstray
