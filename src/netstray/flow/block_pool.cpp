#include "netstray/flow/block_pool.h"

#include <algorithm>

#include "netstray/flow/pages.h"

namespace netstray {

BlockPool::BlockPool(std::uint64_t bytes)
    : base_(static_cast<std::byte*>(take_pages(bytes, "flows"))), reserved_(bytes), limit_(bytes / kBlockBytes) {}

BlockPool::~BlockPool() { give_back_pages(base_, reserved_); }

void BlockPool::set_limit(std::uint64_t bytes) noexcept {
  limit_ = std::clamp<std::uint64_t>(bytes / kBlockBytes, fresh_, reserved_ / kBlockBytes);
}

}  // namespace netstray
