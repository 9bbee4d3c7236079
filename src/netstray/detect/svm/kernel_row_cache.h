#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace netstray {

/// Rows of a kernel matrix that were computed before, as many as fit into so many bytes (two at least): the least
/// recently used one makes room.
class KernelRowCache {
 public:
  /// For `count` rows of `length` values each.
  KernelRowCache(std::size_t count, std::size_t length, std::size_t bytes);

  struct Found {
    std::span<float> row;  ///< good until the next but one call
    bool filled;           ///< false: to be filled by the caller
  };
  Found find(std::uint32_t index);

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  struct Slot {
    std::vector<float> row;
    std::uint32_t index = kNone;
    std::uint32_t newer = kNone;
    std::uint32_t older = kNone;
  };
  void unlink(std::uint32_t slot) noexcept;
  void make_newest(std::uint32_t slot) noexcept;

  std::size_t length_;
  std::size_t most_slots_;
  std::vector<std::uint32_t> slot_of_;  ///< per index
  std::vector<Slot> slots_;
  std::uint32_t newest_ = kNone;
  std::uint32_t oldest_ = kNone;
};

}  // namespace netstray
