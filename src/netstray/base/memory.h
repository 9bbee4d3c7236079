#pragma once

#include <cstdint>

namespace netstray {

/// Bytes of memory that this process may take in all: what the machine has, or less where a control group (a container)
/// sets a limit.
std::uint64_t memory_allowed();

}  // namespace netstray
