#pragma once

#include <cstdint>

namespace netstray {

/// Bytes of memory that this process may take in all: what the machine has, or less where a control group (a container)
/// sets a limit.
std::uint64_t memory_allowed();

/// Up to 128 MB of freed memory is kept for the next use, and large vectors come from the same heap as small ones.
/// Otherwise each vector of some megabytes goes back to the system, which clears its pages anew for the next one: with
/// a column at a time that took as long as the work itself.
/// Programs call it once, first; a library does not decide this.
void keep_freed_memory() noexcept;

}  // namespace netstray
