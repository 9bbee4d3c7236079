#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "netstray/base/time.h"
#include "netstray/table/table.h"

namespace netstray {

/// A made-up office: what is written, how much, and when.
struct FlowTableSettings {
  std::size_t rows = 20'000;                 ///< 1 to 10^8
  double anomaly_share = 0.02;               ///< of the rows, [0, 1]; 0 makes quiet days
  std::uint64_t seed = 1;                    ///< the office (its users and their habits) and what happens in it
  TimeNs start = 1'772'409'600'000'000'000;  ///< the first day's midnight, UTC; by default Monday 2026-03-02
  unsigned days = 5;                         ///< 1 to 366
};

/// A kind of anomaly that is planted: its label, and what happens.
struct PlantedKind {
  std::string_view label;
  std::string_view story;
};
/// All kinds; each is there as soon as the table has that many anomalies.
std::span<const PlantedKind> planted_kinds() noexcept;

/// The label of everything else.
inline constexpr std::string_view kNormalLabel = "normal";

/// Makes a table of flows in order of time: time, src_ip, dst_ip, src_port, dst_port, proto, service (missing where
/// nobody could tell), conn_state (Zeek's), duration (seconds), orig_bytes, resp_bytes, orig_pkts, resp_pkts, label.
///
/// Office traffic: some forty users and a few machines with habits of their own (hours, favourite sites, mix of web,
/// DNS, mail, SSH, time and file sharing), a daily rhythm with quiet nights and week-ends, log-normal sizes and
/// durations, and the failures that every network has. In it round(rows x anomaly_share) anomalous flows, in episodes.
/// Inside addresses are of 10.20.0.0/16, those outside of the ranges kept for documentation (RFC 5737).
///
/// The same settings give the same table. The same seed with another `start` gives other days of the same office: learn
/// from quiet ones, watch the rest. A million rows take a second or two. Throws usage Error for a setting out of range.
Table make_flow_table(const FlowTableSettings& settings);

}  // namespace netstray
