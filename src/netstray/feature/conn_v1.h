#pragma once

#include <span>

#include "netstray/feature/flow_field.h"

namespace netstray {

/// The columns that every source of flows can fill: our own meter, Zeek's conn.log, Suricata's EVE and NetFlow alike.
/// docs/conn-v1.md has them, and how each source does.
std::span<const FlowField> conn_v1_fields() noexcept;

}  // namespace netstray
