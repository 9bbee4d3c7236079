#pragma once

#include <vector>

#include "netstray/synth/flow_table.h"
#include "netstray/synth/made_flow.h"
#include "netstray/synth/traffic.h"
#include "netstray/table/table.h"

namespace netstray {

/// A made-up office as packets, and the truth about them.
struct OfficeTraffic {
  MadeTraffic traffic;
  /// A row for each anomalous flow: time (when it began), src_ip, src_port, dst_ip, dst_port, proto, label. What has no
  /// row is normal.
  Table truth;
};

/// The flows of make_flow_table(settings) as frames of which 96 bytes are captured: the same ends, times, states and
/// about the same durations and bytes, though no end sends more than 4 MB, in segments as long as a card that cuts them
/// itself gets them. Flows of GRE are left out: a tunnel is no flow. Ten thousand flows take a second or two and some
/// 20 MB. Throws as make_flow_table does.
OfficeTraffic make_office_traffic(const FlowTableSettings& settings);

/// The flows of make_flow_table(settings), in order of time.
std::vector<MadeFlow> make_flows(const FlowTableSettings& settings);

}  // namespace netstray
