#include "netstray/flow/tcp_state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "netstray/packet/packet.h"

namespace netstray {
namespace {

/// A jump of sequence numbers by more than this is no data (Zeek's TOO_LARGE_SEQ_DELTA).
constexpr std::int32_t kTooFar = 1 << 20;
/// Data behind a hole, without a single acknowledgement, after which a side is not followed any more (Zeek's
/// tcp_max_above_hole_without_any_acks).
constexpr std::uint64_t kMostBehindHole = 16384;

std::int32_t distance(std::uint32_t to, std::uint32_t from) noexcept { return static_cast<std::int32_t>(to - from); }

std::uint64_t widened(std::uint32_t number, std::uint32_t wraps) noexcept {
  return (static_cast<std::uint64_t>(wraps) << 32U) + number;
}

void set_state(TcpSide& side, TcpState state) noexcept {
  if (side.state == state) return;
  side.previous = side.state;
  side.state = state;
}

void set_numbers(TcpSide& side, std::uint32_t start, std::uint32_t last) noexcept {
  side.start = side.ack = start;
  side.last = last;
}

/// One past the segment: SYN and FIN take a number each; what a RST carries is no data.
std::uint32_t length_in_numbers(const TcpSegment& segment) noexcept {
  std::uint32_t length = segment.has(TcpFlags::kRst) ? 0 : segment.length;
  if (segment.has(TcpFlags::kSyn)) ++length;
  if (segment.has(TcpFlags::kFin)) ++length;
  return length;
}

bool is_clean(const TcpSide& side) noexcept {
  return side.state == TcpState::established ||
         (side.state == TcpState::closed && side.previous == TcpState::established);
}

bool nothing_acknowledged(const TcpSide& side) noexcept {
  return side.ack_wraps == 0 && (side.ack == side.start || side.ack == side.start + 1);
}

}  // namespace

bool TcpConversation::add(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  set_partial(side, segment);
  const std::uint32_t end = segment.sequence + length_in_numbers(segment);
  begin_side(own, segment, end);
  const Relative begin = relative(own, segment.sequence, own.last, own.last_wraps);
  tell(side, segment, static_cast<std::uint32_t>(begin.number));
  if (segment.has(TcpFlags::kFin)) {
    own.fin_seen = true;
    own.fin_end = begin.number + length_in_numbers(segment);
  }
  const std::uint64_t acknowledged = segment.has(TcpFlags::kAck) ? acknowledge(side, segment) : 0;
  advance_last(side, end, segment);
  const bool closes = change_state(side, segment);

  bool completed = false;
  if (segment.has(TcpFlags::kAck)) {
    see_acknowledged(1 - side, acknowledged);
    completed = check_end(1 - side);
  }
  own.seen = true;
  if (segment.length > 0 && !segment.has(TcpFlags::kRst) && !begin.underflow) {
    const std::uint64_t data = begin.number + (segment.has(TcpFlags::kSyn) ? 1U : 0U);
    see_data(side, data, data + segment.length);
  }
  completed |= check_end(side);
  if (closes) completed |= close(side);
  return completed;
}

void TcpConversation::add_fragment(std::size_t side, std::uint32_t sequence, std::uint32_t length) noexcept {
  TcpSide& own = *sides_[side];
  if (own.state == TcpState::inactive || own.state == TcpState::reset) return;
  const Relative begin = relative(own, sequence, own.last, own.last_wraps);
  advance_last(side, sequence + length, {.length = length});
  if (!begin.underflow) see_data(side, begin.number, begin.number + length);
}

bool TcpConversation::is_reuse(const TcpSegment& segment) const noexcept {
  if (!segment.has(TcpFlags::kSyn)) return false;
  const TcpSide& originator = *sides_[pair_.originator];
  const TcpSide& responder = *sides_[1U - pair_.originator];
  const bool answer = segment.has(TcpFlags::kAck);
  if (answer && originator.state != TcpState::inactive) return false;
  if (originator.did_close && responder.did_close) return true;
  if (segment.sequence == (answer ? responder : originator).start) return false;
  return answer || originator.state != TcpState::syn_ack_sent || responder.state != TcpState::inactive ||
         segment.sequence != responder.start;
}

bool TcpConversation::needs_rare(const TcpSide& own, const TcpSide& peer, const TcpSegment& segment) noexcept {
  if (segment.length > 0) {
    // What a SYN or RST carries counts as seen before: in Zeek their numbers are taken over first.
    if (segment.has(TcpFlags::kSyn | TcpFlags::kRst)) return true;
    const std::uint32_t expected = own.start + static_cast<std::uint32_t>(own.delivered);
    if (own.state != TcpState::inactive && segment.sequence != expected) return true;
  }
  if (!segment.has(TcpFlags::kAck) || peer.state == TcpState::inactive) return false;
  return distance(segment.acknowledgement, peer.start + static_cast<std::uint32_t>(peer.delivered)) > 1;
}

TcpConversation::Relative TcpConversation::relative(const TcpSide& side, std::uint32_t number, std::uint32_t last,
                                                    std::uint32_t wraps) noexcept {
  const std::int32_t delta = distance(number, last);
  if (delta < 0 && wraps > 0 && number > last) --wraps;
  if (delta > 0 && number < last) ++wraps;
  if (wraps > 0) return {widened(number, wraps) - side.start, false};
  const std::int32_t from_start = distance(number, side.start);
  return {static_cast<std::uint64_t>(static_cast<std::int64_t>(from_start)), from_start < 0};
}

void TcpConversation::set_partial(std::size_t side, const TcpSegment& segment) noexcept {
  if (sides_[side]->seen) return;
  const bool syn = segment.has(TcpFlags::kSyn);
  if (from_originator(side)) {
    pair_.partial = !syn || segment.has(TcpFlags::kAck);
  } else if (!pair_.partial) {
    pair_.partial = !syn;
  }
}

void TcpConversation::begin_side(TcpSide& side, const TcpSegment& segment, std::uint32_t end) noexcept {
  const bool syn = segment.has(TcpFlags::kSyn);
  if (side.state == TcpState::inactive) {
    // Without a SYN, numbers count as if one had come just before; and this packet is no retransmission.
    set_numbers(side, syn ? segment.sequence : segment.sequence - 1, syn ? end : segment.sequence);
    return;
  }
  if (!syn) return;
  const bool early = side.state == TcpState::syn_sent || side.state == TcpState::syn_ack_sent;
  const bool again = side.state == TcpState::established || side.state == TcpState::partial;
  const bool after_lone_reset = side.state == TcpState::reset && side.previous == TcpState::inactive;
  if ((early && segment.sequence != side.start) || again || after_lone_reset) {
    set_numbers(side, segment.sequence, end);
  }
}

void TcpConversation::tell(std::size_t side, const TcpSegment& segment, std::uint32_t relative_low) noexcept {
  TcpSide& own = *sides_[side];
  const bool originator = from_originator(side);
  const bool syn = segment.has(TcpFlags::kSyn);
  const bool fin = segment.has(TcpFlags::kFin);
  const bool rst = segment.has(TcpFlags::kRst);
  if (fin && rst) {
    history_.seen_before(HistoryBit::fin_rst, 'I', originator);
  } else if (syn && (fin || rst)) {
    history_.seen_before(HistoryBit::multi_flag, 'Q', originator);
  } else if (syn) {
    tell_again(side, HistoryBit::syn, segment.has(TcpFlags::kAck) ? 'H' : 'S', relative_low, own.told_syn);
  } else if (fin) {
    tell_again(side, HistoryBit::fin, 'F', relative_low + segment.length, own.told_fin);
  } else if (rst) {
    tell_again(side, HistoryBit::rst, 'R', relative_low, own.told_rst);
  } else if (segment.length > 0) {
    history_.seen_before(HistoryBit::data, 'D', originator);
  } else if (segment.has(TcpFlags::kAck)) {
    history_.seen_before(HistoryBit::ack, 'A', originator);
  }
  if (segment.window == 0 && !rst && sides_[1 - side]->state != TcpState::closed && own.state != TcpState::reset) {
    history_.put_scaled(own.zero_windows, 'W', originator);
  }
}

/// A SYN, FIN or RST is told once more when its number is not that of the last one.
void TcpConversation::tell_again(std::size_t side, HistoryBit bit, char code, std::uint32_t number,
                                 std::uint32_t& told) noexcept {
  const bool originator = from_originator(side);
  if (history_.seen_before(bit, code, originator) && number != told) history_.put(code, originator);
  told = number;
}

/// Notes what the packet acknowledges of the peer's; that as a relative number.
std::uint64_t TcpConversation::acknowledge(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& peer = *sides_[1 - side];
  const std::uint32_t number = segment.acknowledgement;
  if (peer.state == TcpState::inactive) {
    set_numbers(peer, number - 1, number - 1);
    return 1;
  }
  const Relative acknowledged = relative(peer, number, peer.ack, peer.ack_wraps);
  if (acknowledged.underflow) return 0;
  if (segment.has(TcpFlags::kRst)) return acknowledged.number;
  const std::int32_t delta = distance(number, peer.ack);
  const bool broken = number == 0 && delta > kTooFar;
  if (delta > 0 && !broken) {
    if (number < peer.ack && peer.ack_wraps < 0xffff) ++peer.ack_wraps;
    peer.ack = number;
  }
  return acknowledged.number;
}

void TcpConversation::advance_last(std::size_t side, std::uint32_t end, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  const std::int32_t delta = distance(end, own.last);
  const bool doubtful = segment.has(TcpFlags::kSyn | TcpFlags::kRst) && (delta > kTooFar || delta < -kTooFar);
  if (doubtful) return;
  // Of a connection whose data was not captured the FIN alone tells how much there was, even over 2 GiB.
  const bool only_fin = segment.has(TcpFlags::kFin) && own.last == own.start + 1;
  if (only_fin || (own.state != TcpState::reset && delta > 0)) {
    if (end < own.last && own.last_wraps < 0xffff) ++own.last_wraps;
    own.last = end;
  } else if (own.state != TcpState::reset && segment.length > 0 && rare_ != nullptr) {
    rare_->retransmitted_bytes[side] += segment.length;
    const std::uint32_t count = ++rare_->retransmitted_packets[side];
    if (count == 1 || count == 10 || count == 100 || count == 1000 || count == 10'000 || count == 100'000) {
      history_.put('T', from_originator(side));
    }
  }
}

/// Whether the side closes with this packet.
bool TcpConversation::change_state(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  switch (own.state) {
    case TcpState::inactive:
      return from_inactive(side, segment);
    case TcpState::syn_sent:
    case TcpState::syn_ack_sent:
      if (segment.has(TcpFlags::kFin)) set_state(own, TcpState::closed);
      if (segment.has(TcpFlags::kRst)) set_state(own, TcpState::reset);
      return segment.has(TcpFlags::kFin | TcpFlags::kRst);
    case TcpState::established:
    case TcpState::partial:
      return from_established(side, segment);
    case TcpState::closed:
      // A reset after both have closed is nothing new.
      if (!segment.has(TcpFlags::kRst) || sides_[1 - side]->state == TcpState::closed) return false;
      set_state(own, TcpState::reset);
      return !own.did_close;
    case TcpState::reset:
      return false;
  }
  return false;
}

bool TcpConversation::from_inactive(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  const TcpSide& peer = *sides_[1 - side];
  if (segment.has(TcpFlags::kSyn)) {
    if (from_originator(side)) {
      set_state(own, segment.has(TcpFlags::kAck) ? TcpState::syn_ack_sent : TcpState::syn_sent);
    } else {
      answer_syn(side, segment);
    }
  }
  if (segment.has(TcpFlags::kFin)) set_state(own, TcpState::closed);
  if (segment.has(TcpFlags::kRst)) set_state(own, TcpState::reset);
  if (own.state == TcpState::inactive) {
    // Some acknowledge a SYN before they answer it.
    const bool early_ack = !from_originator(side) && segment.length == 0 && peer.state == TcpState::syn_sent;
    if (segment.has(TcpFlags::kAck) && peer.state == TcpState::established && !early_ack) {
      // The answer to a SYN that was not captured, and now its acknowledgement.
      set_state(own, TcpState::established);
      pair_.partial = false;
      own.seen = true;
    } else if (!early_ack) {
      set_state(own, TcpState::partial);
    }
  }
  return segment.has(TcpFlags::kFin | TcpFlags::kRst);
}

/// The first packet of the responder has SYN.
void TcpConversation::answer_syn(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  TcpSide& peer = *sides_[1 - side];
  if (!segment.has(TcpFlags::kAck) && peer.state == TcpState::syn_ack_sent && segment.sequence == own.start) {
    // SYN and its answer came in the wrong order.
    pair_.originator = side & 1U;
    pair_.partial = false;
    history_.put('^');
    set_state(peer, TcpState::established);
    own.seen = true;
  }
  if (peer.state == TcpState::syn_sent) set_state(peer, TcpState::established);
  set_state(own, TcpState::established);
}

bool TcpConversation::from_established(std::size_t side, const TcpSegment& segment) noexcept {
  TcpSide& own = *sides_[side];
  TcpSide& peer = *sides_[1 - side];
  const bool rst = segment.has(TcpFlags::kRst);
  if (segment.has(TcpFlags::kSyn) && !segment.has(TcpFlags::kAck) && own.state == TcpState::partial &&
      peer.state == TcpState::inactive) {
    set_state(own, TcpState::syn_sent);
  }
  if (segment.has(TcpFlags::kFin) && !rst) {
    set_state(own, TcpState::closed);
    // The peer sent a FIN, then a RST: that was a close.
    if (peer.state == TcpState::reset && peer.previous == TcpState::closed) set_state(peer, TcpState::closed);
  }
  if (rst) set_state(own, TcpState::reset);
  return rst || segment.has(TcpFlags::kFin);
}

void TcpConversation::see_data(std::size_t side, std::uint64_t begin, std::uint64_t end) noexcept {
  TcpSide& own = *sides_[side];
  if (own.not_followed) return;
  const std::uint64_t acknowledged = widened(own.ack, own.ack_wraps) - own.start;
  begin = std::max({begin, own.trimmed, std::min(acknowledged, end)});
  if (begin >= end || end <= own.delivered) return;
  if (begin <= own.delivered) {
    deliver_to(side, end);
  } else {
    keep_piece(side, begin, end);
    if (nothing_acknowledged(own) && end - own.delivered > kMostBehindHole) {
      own.not_followed = true;
      own.pieces = 0;
    }
  }
}

/// The peer acknowledged all before `to`; what of it was not seen is missed.
void TcpConversation::see_acknowledged(std::size_t side, std::uint64_t to) noexcept {
  TcpSide& own = *sides_[side];
  if (own.fin_seen && to >= own.fin_end) to = own.fin_end - 1;
  if (to <= own.trimmed || to > (1ULL << 62U)) return;
  if (to > own.delivered && !(to <= 2 && pair_.partial)) miss(side, to);
  own.trimmed = to;
}

void TcpConversation::miss(std::size_t side, std::uint64_t to) noexcept {
  TcpSide& own = *sides_[side];
  if (own.not_followed) {
    own.delivered = to;
    return;
  }
  while (own.pieces > 0 && own.delivered + pieces_->of_side[side][0].begin < to) {
    const TcpPieces::Piece first = pieces_->of_side[side][0];
    gap(side, first.begin);
    deliver_to(side, own.delivered + first.end);
  }
  if (to > own.delivered) {
    gap(side, to - own.delivered);
    deliver_to(side, to);
  }
}

void TcpConversation::gap(std::size_t side, std::uint64_t length) noexcept {
  // Elsewhere a hole may come from numbers that do not fit, as those of a reset.
  if (!is_clean(*sides_[0]) || !is_clean(*sides_[1])) return;
  history_.put_scaled(sides_[side]->gaps, 'G', from_originator(side));
  if (rare_ != nullptr) rare_->missed_bytes[side] += length;
}

/// Moves `delivered` to where data begins that is not seen yet.
void TcpConversation::deliver_to(std::size_t side, std::uint64_t to) noexcept {
  TcpSide& own = *sides_[side];
  const std::uint64_t by = to - own.delivered;
  own.delivered = to;
  if (own.pieces == 0) return;
  auto& pieces = pieces_->of_side[side];
  std::uint8_t kept = 0;
  std::uint64_t joined = 0;  // distance from the new place
  for (std::size_t i = 0; i < own.pieces; ++i) {
    const TcpPieces::Piece piece = pieces[i];
    const std::uint64_t begin = piece.begin > by ? piece.begin - by : 0;
    const std::uint64_t end = piece.end > by ? piece.end - by : 0;
    if (begin <= joined) {
      joined = std::max(joined, end);
    } else {
      pieces[kept++] = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    }
  }
  own.pieces = kept;
  own.delivered += joined;
  for (std::size_t i = 0; i < kept; ++i) {
    pieces[i].begin -= static_cast<std::uint32_t>(joined);
    pieces[i].end -= static_cast<std::uint32_t>(joined);
  }
}

void TcpConversation::keep_piece(std::size_t side, std::uint64_t begin, std::uint64_t end) noexcept {
  TcpSide& own = *sides_[side];
  if (pieces_ == nullptr || end - own.delivered > std::numeric_limits<std::uint32_t>::max()) return;
  auto& pieces = pieces_->of_side[side];
  TcpPieces::Piece added{static_cast<std::uint32_t>(begin - own.delivered),
                         static_cast<std::uint32_t>(end - own.delivered)};
  std::array<TcpPieces::Piece, TcpPieces::kMost + 1> all{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < own.pieces; ++i) {
    const TcpPieces::Piece& piece = pieces[i];
    if (piece.end < added.begin) {
      all[count++] = piece;
    } else if (piece.begin > added.end) {
      all[count++] = std::exchange(added, piece);
    } else {
      added = {std::min(piece.begin, added.begin), std::max(piece.end, added.end)};
    }
  }
  all[count++] = added;
  if (count > TcpPieces::kMost) {
    std::size_t smallest = 1;
    for (std::size_t i = 2; i < count; ++i) {
      if (all[i].begin - all[i - 1].end < all[smallest].begin - all[smallest - 1].end) smallest = i;
    }
    all[smallest - 1].end = all[smallest].end;
    --count;
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(smallest) + 1, count - smallest,
                all.begin() + static_cast<std::ptrdiff_t>(smallest));
  }
  std::copy_n(all.begin(), count, pieces.begin());
  own.pieces = static_cast<std::uint8_t>(count);
}

/// Whether data of the side, or of its peer, is still to come to fill a hole.
bool TcpConversation::data_pending(std::size_t side) const noexcept {
  const TcpSide& own = *sides_[side];
  if (own.not_followed) return false;
  const std::uint64_t delivered = own.start + own.delivered;
  const std::uint64_t last = widened(own.last, own.last_wraps);
  if (last < delivered) return false;
  if (delivered != last && delivered + 1 != last) return true;
  return own.state != TcpState::reset && sides_[1 - side]->pieces > 0;
}

bool TcpConversation::check_end(std::size_t side) noexcept {
  TcpSide& own = *sides_[side];
  const bool closing = own.fin_seen || own.state == TcpState::closed || own.state == TcpState::reset;
  if (own.did_end || !closing || data_pending(side)) return false;
  own.did_end = true;
  if (!pair_.close_deferred) return false;
  const bool completed = close(side);
  pair_.close_deferred = false;
  return completed;
}

/// Takes notice of a close; whether that is the end of the connection.
bool TcpConversation::close(std::size_t side) noexcept {
  TcpSide& own = *sides_[side];
  if (data_pending(side)) {
    pair_.close_deferred = true;
    return false;
  }
  pair_.close_deferred = false;
  if (own.did_close) return false;
  own.did_close = true;
  const TcpSide& peer = *sides_[1 - side];
  const bool completed = own.state == TcpState::reset || peer.did_close || peer.state == TcpState::inactive;
  if (completed) pair_.closed = true;
  return completed;
}

std::uint64_t TcpConversation::payload_bytes(std::size_t side) const noexcept {
  const TcpSide& own = *sides_[side];
  // A half-open connection that was given up: its numbers mean nothing.
  if (own.previous == TcpState::syn_sent && own.state == TcpState::reset &&
      sides_[1 - side]->state == TcpState::inactive && !nothing_acknowledged(own)) {
    return 0;
  }
  const std::uint64_t end = std::max(widened(own.last, own.last_wraps), widened(own.ack, own.ack_wraps));
  std::uint64_t size = end - own.start;
  if (end < own.start) size = (size & 0xffffffffU) < (1U << 31U) ? size & 0xffffffffU : 0;
  if (size > 0) --size;
  if (own.fin_seen && size > 0) --size;
  return size;
}

ConnState TcpConversation::state() const noexcept {
  const TcpSide& from = *sides_[pair_.originator];
  const TcpSide& to = *sides_[1U - pair_.originator];
  const auto silent = [](const TcpSide& side) {
    return side.state == TcpState::inactive || side.state == TcpState::partial;
  };
  if (to.state == TcpState::reset) {
    const bool tried = from.state == TcpState::syn_sent || from.state == TcpState::syn_ack_sent;
    const bool empty = from.state == TcpState::reset && payload_bytes(pair_.originator) == 0 &&
                       payload_bytes(1U - pair_.originator) == 0;
    if (tried || empty) return ConnState::rej;
    return silent(from) ? ConnState::rstrh : ConnState::rstr;
  }
  if (from.state == TcpState::reset) {
    if (!silent(to)) return ConnState::rsto;
    // A SYN, then a RST, without anything but data, resets, ... of either side between.
    const std::string_view text = history_.text();
    const std::size_t syn = text.starts_with('^') ? 1 : 0;
    const std::size_t rst = text.find('R');
    if (text.substr(syn).starts_with('S') && rst != std::string_view::npos &&
        text.substr(syn, rst - syn).find_first_of("HAFGIQ") == std::string_view::npos) {
      return ConnState::rstos0;
    }
    return ConnState::oth;
  }
  if (from.state == TcpState::closed && to.state == TcpState::closed) return ConnState::sf;
  if (from.state == TcpState::closed) return silent(to) ? ConnState::sh : ConnState::s2;
  if (to.state == TcpState::closed) return silent(from) ? ConnState::shr : ConnState::s3;
  if (from.state == TcpState::syn_sent && to.state == TcpState::inactive) return ConnState::s0;
  if (from.state == TcpState::established && to.state == TcpState::established) return ConnState::s1;
  return ConnState::oth;
}

}  // namespace netstray
