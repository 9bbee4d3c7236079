#include "netstray/base/memory.h"

#include <algorithm>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

namespace netstray {

std::uint64_t memory_allowed() {
  auto allowed = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES))) *
                 static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t limit = 0;
    if (file >> limit && limit > 0) allowed = std::min(allowed, limit);
  }
  return allowed;
}

void keep_freed_memory() noexcept {
  constexpr int kKept = 128 << 20;
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, kKept);
}

}  // namespace netstray
