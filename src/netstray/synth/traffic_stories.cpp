#include <algorithm>

#include "netstray/synth/conversation.h"
#include "netstray/synth/traffic.h"
#include "netstray/synth/wire.h"

namespace netstray {
namespace {

constexpr TimeNs kWithinBurst = 50'000;  // between segments that nobody waits for

ConnState state_of(TcpEnding ending) noexcept {
  switch (ending) {
    case TcpEnding::finished:
      return ConnState::sf;
    case TcpEnding::left_open:
      return ConnState::s1;
    case TcpEnding::originator_closed:
      return ConnState::s2;
    case TcpEnding::responder_closed:
      return ConnState::s3;
    case TcpEnding::originator_reset:
      return ConnState::rsto;
    case TcpEnding::responder_reset:
      return ConnState::rstr;
    case TcpEnding::refused:
      return ConnState::rej;
    case TcpEnding::unanswered:
      return ConnState::s0;
  }
  return ConnState::oth;
}

/// A TCP connection as both ends see it.
class TcpConnection {
 public:
  TcpConnection(TrafficWriter& writer, const TcpStory& story)
      : conversation_(writer, story.ends, Protocol::tcp, state_of(story.ending)),
        story_(story),
        now_(story.start),
        sequence_{static_cast<std::uint32_t>(conversation_.rng().next()),
                  static_cast<std::uint32_t>(conversation_.rng().next())} {}

  void play() {
    segment(true, TcpFlags::kSyn);
    if (story_.ending == TcpEnding::refused) answer(false, TcpFlags::kRst | TcpFlags::kAck);
    if (story_.ending != TcpEnding::refused && story_.ending != TcpEnding::unanswered) {
      answer(false, TcpFlags::kSyn | TcpFlags::kAck);
      answer(true, TcpFlags::kAck);
      transfer(true, story_.sent_bytes, story_.sent_twice, story_.sent_missed);
      transfer(false, story_.received_bytes, story_.received_twice, story_.received_missed);
      close();
    }
    conversation_.finish();
  }

  /// Of a scanner that only wants to know whether somebody listens.
  void play_half_open() {
    segment(true, TcpFlags::kSyn);
    answer(false, TcpFlags::kSyn | TcpFlags::kAck);
    answer(true, TcpFlags::kRst);
    conversation_.finish();
  }

 private:
  /// Half a round trip after the last one.
  void answer(bool from_originator, std::uint8_t flags) {
    now_ += story_.round_trip / 2;
    segment(from_originator, flags);
  }

  /// One segment without payload.
  void segment(bool from_originator, std::uint8_t flags) {
    write(from_originator, flags, {}, sequence(from_originator));
    if ((flags & (TcpFlags::kSyn | TcpFlags::kFin)) != 0) ++sequence(from_originator);
  }

  void write(bool from_originator, std::uint8_t flags, std::span<const std::byte> payload, std::uint32_t at) {
    TcpHeader header;
    header.source_port = conversation_.source_port(from_originator);
    header.destination_port = conversation_.source_port(!from_originator);
    header.sequence = at;
    header.acknowledgement = (flags & TcpFlags::kAck) != 0 ? sequence(!from_originator) : 0;
    header.flags = flags;
    const WireBytes bytes =
        tcp_segment(conversation_.source(from_originator), conversation_.destination(from_originator), header, payload);
    conversation_.send(now_, from_originator, bytes.bytes());
  }

  void transfer(bool from_originator, std::uint64_t bytes, unsigned twice, unsigned missed) {
    if (bytes == 0) return;
    now_ += story_.pause + story_.round_trip / 2;
    const std::uint64_t segments = (bytes + story_.segment_bytes - 1) / story_.segment_bytes;
    ExpectedSide& side = conversation_.side(from_originator);
    for (std::uint64_t i = 0; i < segments; ++i) {
      const std::uint64_t size = std::min<std::uint64_t>(story_.segment_bytes, bytes - i * story_.segment_bytes);
      const auto payload = random_bytes(conversation_.rng(), size);
      const bool is_last = i + 1 == segments;
      const bool is_missed = i > 0 && i <= missed && !is_last;
      const auto flags = static_cast<std::uint8_t>(TcpFlags::kAck | (is_last ? TcpFlags::kPsh : 0));
      const std::uint32_t at = sequence(from_originator);
      sequence(from_originator) += static_cast<std::uint32_t>(size);
      side.payload_bytes += size;
      if (is_missed) side.missed_bytes += size;
      if (!is_missed) write(from_originator, flags, payload, at);
      if (!is_missed && i < twice) {
        now_ += story_.round_trip;
        write(from_originator, flags, payload, at);
        ++side.retransmitted_packets;
        side.retransmitted_bytes += size;
      }
      now_ += kWithinBurst;
      if (i % 2 == 1 || is_last) answer(!from_originator, TcpFlags::kAck);
    }
  }

  void close() {
    constexpr std::uint8_t kFinAck = TcpFlags::kFin | TcpFlags::kAck;
    constexpr std::uint8_t kRstAck = TcpFlags::kRst | TcpFlags::kAck;
    now_ += story_.pause;
    switch (story_.ending) {
      case TcpEnding::finished:
        answer(true, kFinAck);
        answer(false, kFinAck);
        return answer(true, TcpFlags::kAck);
      case TcpEnding::originator_closed:
        answer(true, kFinAck);
        return answer(false, TcpFlags::kAck);
      case TcpEnding::responder_closed:
        answer(false, kFinAck);
        return answer(true, TcpFlags::kAck);
      case TcpEnding::originator_reset:
        return answer(true, kRstAck);
      case TcpEnding::responder_reset:
        return answer(false, kRstAck);
      case TcpEnding::left_open:
      case TcpEnding::refused:
      case TcpEnding::unanswered:
        return;
    }
  }

  std::uint32_t& sequence(bool from_originator) noexcept { return sequence_[from_originator ? 0 : 1]; }

  Conversation conversation_;
  const TcpStory& story_;
  TimeNs now_;
  std::uint32_t sequence_[2];  // next of the originator, of the responder
};

ConnState udp_state(unsigned answers) noexcept { return answers > 0 ? ConnState::sf : ConnState::s0; }

void append_name(WireBytes& bytes, std::string_view name) {
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    bytes.u8(static_cast<unsigned>(label.size())).raw(std::as_bytes(std::span(label)));
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  bytes.u8(0);
}

/// A DNS message (RFC 1035) with a question for an address, and an answer.
WireBytes dns_message(std::uint16_t id, std::string_view name, const IpAddress* answer) {
  constexpr unsigned kQuestionFlags = 0x0100;
  constexpr unsigned kAnswerFlags = 0x8180;
  constexpr unsigned kAddress = 1;
  constexpr unsigned kInternet = 1;
  constexpr unsigned kNameOfQuestion = 0xc00c;
  constexpr std::uint32_t kSecondsToLive = 300;
  WireBytes message;
  message.u16(id).u16(answer == nullptr ? kQuestionFlags : kAnswerFlags).u16(1).u16(answer == nullptr ? 0 : 1);
  message.u16(0).u16(0);
  append_name(message, name);
  message.u16(kAddress).u16(kInternet);
  if (answer != nullptr) {
    message.u16(kNameOfQuestion).u16(kAddress).u16(kInternet).u32(kSecondsToLive).u16(4).address(*answer);
  }
  return message;
}

}  // namespace

void TrafficWriter::add(const TcpStory& story) { TcpConnection(*this, story).play(); }

void TrafficWriter::add(const UdpStory& story) {
  const unsigned answers = std::min(story.answers, story.datagrams);
  Conversation conversation(*this, story.ends, Protocol::udp, udp_state(answers));
  TimeNs now = story.start;
  for (unsigned i = 0; i < story.datagrams; ++i, now += story.gap) {
    conversation.send_udp(now, true, random_bytes(rng_, story.sent_size), story.fragment_bytes);
    if (i >= answers) continue;
    now += story.gap;
    conversation.send_udp(now, false, random_bytes(rng_, story.received_size), story.fragment_bytes);
  }
  conversation.finish();
}

void TrafficWriter::add(const PingStory& story) {
  constexpr std::uint16_t kRequest = 8;
  constexpr std::uint16_t kReply = 0;
  constexpr std::uint16_t kRequest6 = 128;
  constexpr std::uint16_t kReply6 = 129;
  const bool v6 = story.originator.v6;
  const TrafficEnds ends{story.originator, story.responder, v6 ? kRequest6 : kRequest, v6 ? kReply6 : kReply};
  Conversation conversation(*this, ends, v6 ? Protocol::icmpv6 : Protocol::icmp, ConnState::oth);
  const auto identifier = static_cast<std::uint16_t>(rng_.next());
  TimeNs now = story.start;
  for (unsigned i = 0; i < story.requests; ++i, now += story.gap) {
    const auto payload = random_bytes(rng_, story.size);
    for (const bool reply : {false, true}) {
      if (reply && i >= story.replies) break;
      const WireBytes message = echo_message(conversation.source(!reply), conversation.destination(!reply), reply,
                                             identifier, static_cast<std::uint16_t>(i + 1), payload);
      conversation.send(reply ? now + kWithinBurst : now, !reply, message.bytes());
      conversation.side(!reply).payload_bytes += payload.size();
    }
  }
  conversation.finish();
}

void TrafficWriter::add(const ScanStory& story) {
  TcpStory probe;
  probe.ends = {story.scanner, story.target, static_cast<std::uint16_t>(1024 + rng_.below(64'000)), 0};
  probe.round_trip = std::min<TimeNs>(story.gap, kWithinBurst);
  for (std::uint32_t i = 0; i < story.ports; ++i) {
    probe.ends.responder_port = static_cast<std::uint16_t>(story.first_port + i);
    probe.start = story.start + static_cast<TimeNs>(i) * story.gap;
    if (std::ranges::find(story.open_ports, probe.ends.responder_port) != story.open_ports.end()) {
      probe.ending = TcpEnding::originator_reset;
      TcpConnection(*this, probe).play_half_open();
    } else {
      probe.ending = story.silent ? TcpEnding::unanswered : TcpEnding::refused;
      add(probe);
    }
  }
}

void TrafficWriter::add(const FloodStory& story) {
  constexpr std::uint32_t kAddresses = 1U << 17U;  // of 198.18.0.0/15, which is for measurements (RFC 2544)
  constexpr std::uint32_t kFirstPort = 1024;
  const auto first = static_cast<std::uint32_t>(rng_.below(kAddresses));
  const auto stride = static_cast<std::uint32_t>(rng_.below(kAddresses)) | 1U;  // odd, so that none comes twice
  TcpStory probe;
  probe.ending = TcpEnding::unanswered;
  for (std::uint32_t i = 0; i < story.packets; ++i) {
    const std::uint32_t host = (first + i * stride) % kAddresses;
    const auto port = static_cast<std::uint16_t>(kFirstPort + i / kAddresses);
    probe.ends = {ipv4_address(198, 18 + (host >> 16U), host >> 8U & 0xffU, host & 0xffU), story.target, port,
                  story.port};
    probe.start = story.start + static_cast<TimeNs>(i) * story.gap;
    add(probe);
  }
}

void TrafficWriter::add_dns(const TrafficEnds& ends, TimeNs start, std::string_view name, bool answered) {
  constexpr std::uint16_t kDns = 53;
  constexpr TimeNs kAnswerAfter = 15'000'000;
  TrafficEnds to_port = ends;
  to_port.responder_port = kDns;
  Conversation conversation(*this, to_port, Protocol::udp, udp_state(answered ? 1 : 0));
  const auto id = static_cast<std::uint16_t>(rng_.next());
  conversation.send_udp(start, true, dns_message(id, name, nullptr).bytes());
  if (answered) {
    const IpAddress answer = ipv4_address(203, 0, 113, 1 + static_cast<unsigned>(rng_.below(254)));
    conversation.send_udp(start + kAnswerAfter, false, dns_message(id, name, &answer).bytes());
  }
  conversation.finish();
}

}  // namespace netstray
