#pragma once

#include <cstddef>
#include <cstdint>

namespace netstray {

/// Which block of a BlockPool. 0 is none.
using BlockRef = std::uint32_t;

/// Blocks of 64 bytes, one cache line each, out of one stretch of address space that takes memory as it is used. What a
/// conversation needs is made of them, so that nothing is left over that only fits something else. Not zeroed.
class BlockPool {
 public:
  static constexpr std::size_t kBlockBytes = 64;

  /// Address space for `bytes`. Throws Error where that is not to be had.
  explicit BlockPool(std::uint64_t bytes);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// Bytes of the blocks that were ever in use; they are not given back.
  std::uint64_t taken_bytes() const noexcept { return static_cast<std::uint64_t>(fresh_) * kBlockBytes; }
  std::uint64_t free_blocks() const noexcept { return free_blocks_; }

  /// Blocks in use, or free after use, may be `bytes` together; less than taken_bytes() is taken as that.
  void set_limit(std::uint64_t bytes) noexcept;
  /// How many more may be taken.
  std::uint64_t available() const noexcept { return free_blocks_ + (limit_ > fresh_ ? limit_ - fresh_ : 0); }

  /// There must be one available.
  BlockRef take() noexcept {
    if (free_ != 0) {
      const BlockRef ref = free_;
      free_ = *static_cast<BlockRef*>(at(ref));
      --free_blocks_;
      return ref;
    }
    return fresh_++;
  }

  void give_back(BlockRef ref) noexcept {
    *static_cast<BlockRef*>(at(ref)) = free_;
    free_ = ref;
    ++free_blocks_;
  }

  void* at(BlockRef ref) const noexcept { return base_ + static_cast<std::size_t>(ref) * kBlockBytes; }
  void prefetch(BlockRef ref) const noexcept { __builtin_prefetch(at(ref), 1); }

 private:
  std::byte* base_ = nullptr;
  std::size_t reserved_ = 0;  // bytes
  std::uint64_t limit_ = 0;   // blocks, block 0 included
  BlockRef fresh_ = 1;        // the first that was never used
  BlockRef free_ = 0;
  std::uint64_t free_blocks_ = 0;
};

}  // namespace netstray
