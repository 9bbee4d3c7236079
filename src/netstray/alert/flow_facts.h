#pragma once

#include <cstdint>

#include "netstray/flow/record.h"

namespace netstray {

/// What several conditions ask of a flow, worked out once.
struct FlowFacts {
  explicit FlowFacts(const FlowRecord& record) noexcept;

  const FlowRecord& flow;
  std::uint64_t packets, bytes;  ///< both ways; bytes are IP's
  bool tcp, udp;
  bool echo;           ///< ping: echo requests, with or without answers
  bool icmp_asks;      ///< echo, timestamp, information or address mask requests (RFC 792, RFC 950)
  bool to_many;        ///< its responder is a multicast or broadcast address
  bool probe;          ///< asks for a port, and nothing more: no payload went either way (UDP: nothing came back)
  bool half_open;      ///< TCP that began with a SYN which the originator never followed up
  std::uint64_t syns;  ///< of the originator
};

/// What is added up of the flows of a story.
struct FlowSum {
  std::uint64_t flows = 0, packets = 0, bytes = 0;
  TimeNs first = 0, last = 0;

  /// Whether a flow that begins now belongs to the same run of flows: no longer silence between.
  bool continues(const FlowRecord& flow, TimeNs silence) const noexcept {
    return flows == 0 || (flow.first <= last + silence && flow.last >= first - silence);
  }
  void add(const FlowFacts& facts) noexcept;
  void add(const FlowSum& other) noexcept;
  /// So many of something a second, over a time of at least `least`.
  double per_second(std::uint64_t count, TimeNs least) const noexcept;
};

}  // namespace netstray
