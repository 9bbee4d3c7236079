#pragma once

#include <span>

#include "netstray/feature/flow_field.h"

namespace netstray {

/// What only our own meter knows of a flow, in the order in which docs/conn-v1.md has it. (flow_field.h gives the list
/// to everybody else.)
std::span<const FlowField> meter_fields() noexcept;

}  // namespace netstray
