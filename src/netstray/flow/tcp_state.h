#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "netstray/flow/flow_history.h"
#include "netstray/flow/record.h"

namespace netstray {

/// How far one end of a TCP connection is; Zeek's endpoint states.
enum class TcpState : std::uint8_t {
  inactive,      ///< nothing seen from it
  syn_sent,      ///< a SYN
  syn_ack_sent,  ///< a SYN with ACK, but from the originator
  partial,       ///< something else, before any SYN
  established,
  closed,  ///< a FIN
  reset,
};

/// One end of a TCP connection. Sequence numbers "relative" to a side count from its SYN, whose own number is 0, in 64
/// bits; where no SYN was seen they count from one before the first number seen.
struct TcpSide {
  std::uint32_t start = 0;  ///< the SYN's number
  std::uint32_t last = 0;   ///< one past the last seen
  std::uint32_t ack = 0;    ///< the highest that the peer acknowledged
  std::uint16_t last_wraps = 0, ack_wraps = 0;
  /// Relative numbers of the last SYN, end of FIN, and RST, lower half: whether one more is told in the history.
  std::uint32_t told_syn = 0, told_fin = 0, told_rst = 0;
  TcpState state = TcpState::inactive, previous = TcpState::inactive;
  bool seen : 1 = false;                     ///< a packet was processed
  bool fin_seen : 1 = false;                 ///< a FIN was
  bool did_close : 1 = false;                ///< its close was taken notice of
  bool did_end : 1 = false;                  ///< all its data was there when it closed
  bool not_followed : 1 = false;             ///< too much data was seen behind a hole without any acknowledgement
  std::uint8_t pieces = 0;                   ///< how many TcpPieces it has
  std::uint64_t delivered = 1;               ///< relative; all before was seen, or is known to be missed
  std::uint64_t trimmed = 1;                 ///< relative; all before was acknowledged
  std::uint64_t fin_end = 0;                 ///< relative; one past the FIN
  std::uint16_t gaps = 0, zero_windows = 0;  ///< events told in the history, by powers of ten
  std::uint32_t spare = 0;

  bool in_handshake() const noexcept { return state <= TcpState::syn_ack_sent; }
};
static_assert(sizeof(TcpSide) == 64);

/// What most connections never need: retransmissions, gaps.
struct TcpRare {
  std::array<std::uint64_t, 2> retransmitted_bytes{}, missed_bytes{};
  std::array<std::uint32_t, 2> retransmitted_packets{};
  std::uint32_t pieces = 0;  ///< for whoever keeps this: where the TcpPieces are
  std::array<std::uint32_t, 5> spare{};
};
static_assert(sizeof(TcpRare) == 64);

/// Data of each side that was seen before what precedes it: pieces beyond TcpSide::delivered, as distances from it,
/// ascending and apart from each other. Where there are more than four, the smallest hole is taken for seen.
struct TcpPieces {
  static constexpr std::size_t kMost = 4;
  struct Piece {
    std::uint32_t begin = 0, end = 0;
  };

  std::array<std::array<Piece, kMost>, 2> of_side{};
};
static_assert(sizeof(TcpPieces) == 64);

/// What a TCP packet says.
struct TcpSegment {
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint32_t length = 0;  ///< of the payload

  bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
};

/// State of both sides together. Which of the two the originator is may change.
struct TcpPair {
  std::uint8_t originator : 1 = 0;  ///< which side, 0 or 1
  bool partial : 1 = false;         ///< it did not begin with a SYN
  bool close_deferred : 1 = false;  ///< a side closed while data of it was still missing
  bool closed : 1 = false;          ///< both sides have, or one of them alone where that ends it
};
static_assert(sizeof(TcpPair) == 1);

/// Follows a TCP connection as Zeek does (its TCPSessionAdapter, TCP_Endpoint, TCP_Reassembler), without looking at
/// payload: states, history, relative sequence numbers, gaps. Where we differ: a packet that was captured in part
/// counts as seen; and at most four separate pieces of data beyond a hole are kept apart.
///
/// A view of state that is kept elsewhere; made for one packet and thrown away. Nothing throws or allocates.
class TcpConversation {
 public:
  /// `rare` and `pieces` may be null: what would go there is lost then (needs_rare tells when they are wanted).
  TcpConversation(std::array<TcpSide*, 2> sides, TcpRare* rare, TcpPieces* pieces, TcpPair& pair,
                  FlowHistory& history) noexcept
      : sides_(sides), rare_(rare), pieces_(pieces), pair_(pair), history_(history) {}

  /// A packet of side 0 or 1. Returns whether it completed a close: the connection then lasts for a moment only.
  bool add(std::size_t side, const TcpSegment& segment) noexcept;

  /// A later fragment of a segment: `length` more bytes at `sequence`.
  void add_fragment(std::size_t side, std::uint32_t sequence, std::uint32_t length) noexcept;

  /// Whether a SYN begins another connection of the same ports.
  bool is_reuse(const TcpSegment& segment) const noexcept;

  /// Whether the packet may retransmit, or show a hole.
  static bool needs_rare(const TcpSide& own, const TcpSide& peer, const TcpSegment& segment) noexcept;

  /// By sequence numbers, without SYN and FIN.
  std::uint64_t payload_bytes(std::size_t side) const noexcept;
  ConnState state() const noexcept;

 private:
  struct Relative {
    std::uint64_t number = 0;
    bool underflow = false;
  };

  bool from_originator(std::size_t side) const noexcept { return side == pair_.originator; }
  static Relative relative(const TcpSide& side, std::uint32_t number, std::uint32_t last, std::uint32_t wraps) noexcept;
  void set_partial(std::size_t side, const TcpSegment& segment) noexcept;
  static void begin_side(TcpSide& side, const TcpSegment& segment, std::uint32_t end) noexcept;
  void tell(std::size_t side, const TcpSegment& segment, std::uint32_t relative_low) noexcept;
  void tell_again(std::size_t side, HistoryBit bit, char code, std::uint32_t number, std::uint32_t& told) noexcept;
  std::uint64_t acknowledge(std::size_t side, const TcpSegment& segment) noexcept;
  void advance_last(std::size_t side, std::uint32_t end, const TcpSegment& segment) noexcept;

  bool change_state(std::size_t side, const TcpSegment& segment) noexcept;
  bool from_inactive(std::size_t side, const TcpSegment& segment) noexcept;
  void answer_syn(std::size_t side, const TcpSegment& segment) noexcept;
  bool from_established(std::size_t side, const TcpSegment& segment) noexcept;

  void see_data(std::size_t side, std::uint64_t begin, std::uint64_t end) noexcept;
  void see_acknowledged(std::size_t side, std::uint64_t to) noexcept;
  void miss(std::size_t side, std::uint64_t to) noexcept;
  void gap(std::size_t side, std::uint64_t length) noexcept;
  void deliver_to(std::size_t side, std::uint64_t to) noexcept;
  void keep_piece(std::size_t side, std::uint64_t begin, std::uint64_t end) noexcept;

  bool data_pending(std::size_t side) const noexcept;
  bool check_end(std::size_t side) noexcept;
  bool close(std::size_t side) noexcept;

  std::array<TcpSide*, 2> sides_;
  TcpRare* rare_;
  TcpPieces* pieces_;
  TcpPair& pair_;
  FlowHistory& history_;
};

}  // namespace netstray
