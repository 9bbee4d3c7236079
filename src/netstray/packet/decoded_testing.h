#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "netstray/packet/decoder.h"

/// For tests and fuzzing: what holds of the decoder's answer whatever the bytes.
namespace netstray::made {

inline constexpr std::array kLinkTypes{
    LinkType::null,        LinkType::ethernet,   LinkType::ppp,       LinkType::raw_bsd,
    LinkType::raw_openbsd, LinkType::ppp_hdlc,   LinkType::ppp_ether, LinkType::raw,
    LinkType::ieee802_11,  LinkType::loop,       LinkType::linux_sll, LinkType::ieee802_11_radiotap,
    LinkType::ipv4,        LinkType::linux_sll2, LinkType::ipv6,      LinkType{147},
    LinkType::fddi,        LinkType::cisco_hdlc, LinkType::nflog};

inline bool same_conversation(const Packet& a, const Packet& b) {
  return a.source == b.source && a.destination == b.destination && a.protocol == b.protocol &&
         a.source_port == b.source_port && a.destination_port == b.destination_port && a.depth == b.depth &&
         a.is_flow == b.is_flow && a.fragment_offset == b.fragment_offset && a.tcp_flags == b.tcp_flags;
}

/// The promise that a packet breaks, or nullptr.
inline const char* broken_promise(const Frame& frame, const DecodeSettings& settings, const Packet& packet) {
  const bool inside = packet.payload.empty() ||
                      (packet.payload.data() >= frame.bytes.data() &&
                       packet.payload.data() + packet.payload.size() <= frame.bytes.data() + frame.bytes.size());
  if (!inside) return "a payload is a part of its frame";
  if (packet.payload.size() > packet.payload_bytes) return "no more payload than there was on the wire";
  if (packet.payload_bytes > packet.ip_bytes) return "a payload is a part of its datagram";
  if (packet.time != frame.time) return "a packet has the time of its frame";
  if (packet.depth > settings.most_tunnels) return "no more tunnels than asked for";
  if (packet.is_fragment != (packet.more_fragments || packet.fragment_offset > 0))
    return "a fragment says why it is one";
  if (packet.fragment_offset > 0 && packet.source_port + packet.destination_port > 0) {
    return "a later fragment has no ports";
  }
  if (packet.bad_checksum && !settings.check_checksums) return "no checksum is looked at where that was not asked for";
  return nullptr;
}

/// The promise that the answer for a frame breaks, or nullptr.
inline const char* broken_promise(const Frame& frame, const DecodeSettings& settings, const Decoded& out) {
  if (out.count > out.packets.size()) return "no more packets than there is room for";
  if (out.count == 0 && out.dropped == DropReason::none) return "a frame without packets has a reason";
  if (out.dropped > DropReason::too_deep) return "the reasons of the flow meter are not the decoder's";
  for (const Packet& packet : out.all()) {
    if (const char* broken = broken_promise(frame, settings, packet)) return broken;
  }
  return nullptr;
}

/// The promise that is broken by the decoder with this frame, or with the first part of it, or nullptr. `cut` <= the
/// number of bytes that were captured.
inline const char* broken_promise(const Frame& frame, const DecodeSettings& settings, std::size_t cut) {
  Decoded whole;
  Decoder(settings).decode(frame, whole);
  if (const char* broken = broken_promise(frame, settings, whole)) return broken;

  DecodeSettings lax = settings;
  lax.check_checksums = false;
  Decoder(lax).decode(frame, whole);
  if (const char* broken = broken_promise(frame, lax, whole)) return broken;

  Frame shorter = frame;
  shorter.bytes = frame.bytes.first(cut);
  Decoded part;
  part.packets[0].source_port = 99;  // what an earlier frame left behind
  part.count = 1;
  part.claim.emplace();
  Decoder(lax).decode(shorter, part);
  if (const char* broken = broken_promise(shorter, lax, part)) return broken;
  if (part.count > whole.count) return "less of a frame gives no more packets";
  if (part.claim && !whole.claim) return "less of a frame gives no more claims";
  for (std::size_t i = 0; i < part.count; ++i) {
    if (!same_conversation(part.packets[i], whole.packets[i]))
      return "less of a frame gives the same packets, only fewer";
  }
  return nullptr;
}

}  // namespace netstray::made
