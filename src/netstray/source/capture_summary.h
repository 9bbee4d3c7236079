#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/flow/address_claims.h"
#include "netstray/source/talkers.h"

namespace netstray {

/// What was in a capture, and what became of it.
struct CaptureSummary {
  struct ProtocolShare {
    std::string name;  ///< "tcp", "icmpv6", ...
    std::uint64_t flows = 0, packets = 0, bytes = 0;
  };
  struct Warning {
    std::string id;  ///< stable, for programs
    std::string text;
  };

  std::uint64_t packets_read = 0;
  std::uint64_t packets_in_flows = 0;
  /// Packets that are in no flow, by reason (name_of(DropReason), and "filter" for those that --filter left out). With
  /// packets_in_flows they make packets_read.
  std::map<std::string, std::uint64_t> dropped;
  std::uint64_t flows = 0;            ///< records, interim ones not counted
  std::optional<TimeNs> first, last;  ///< least and greatest time of the packets, those left out by a filter excepted
  std::vector<ProtocolShare> protocols;  ///< of the flows, most packets first
  std::vector<Talker> talkers;           ///< most bytes first
  std::uint64_t talkers_error = 0;       ///< Talkers::error
  std::vector<ClaimedAddress> disputed;  ///< IP addresses that several hardware addresses claim
  std::vector<Warning> warnings;         ///< in a fixed order
  std::vector<CaptureInput> inputs;
};

}  // namespace netstray
