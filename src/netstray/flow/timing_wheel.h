#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "netstray/base/time.h"
#include "netstray/flow/flow_blocks.h"

namespace netstray {

/// Tells which conversations may be over: a hashed timing wheel (Varghese, Lauck 1987) of 512 buckets of about a
/// second. A conversation whose deadline moves on stays where it is; it is looked at when its bucket comes, and put
/// where it then belongs. So a packet costs nothing here. Buckets are lists through FlowHead::link, first come, first
/// served.
class TimingWheel {
 public:
  explicit TimingWheel(const BlockPool& pool) noexcept;

  /// The first packet's time starts the clock. Returns whether any bucket may be due: then call `turn`.
  bool reaches(TimeNs now) const noexcept { return tick_of(now) != tick_ || !started_; }

  /// Calls due(ref) for every conversation in the buckets that time has passed; each was taken out before and may be
  /// put in again. A clock that goes back by more than the wheel's turn is believed.
  template <typename Due>
  void turn(TimeNs now, const Due& due) {
    const std::int64_t to = tick_of(now);
    if (!started_ || to < tick_ - kBuckets) {
      started_ = true;
      tick_ = to;
      return;
    }
    const std::int64_t from = tick_;
    if (to <= from) return;
    tick_ = to;
    const std::int64_t steps = to - from < kBuckets ? to - from : kBuckets;
    for (std::int64_t step = 1; step <= steps; ++step) {
      for (BlockRef ref = take_all(from + step); ref != 0;) {
        const BlockRef next = link(ref).next;
        pool_.prefetch(next);
        link(ref) = {};
        due(ref);
        ref = next;
      }
    }
  }

  void add(BlockRef ref, TimeNs deadline) noexcept;
  void remove(BlockRef ref) noexcept;

 private:
  static constexpr std::int64_t kBuckets = 512;
  static constexpr unsigned kTickBits = 30;  // 1.07 s
  /// References from here on are the ends of the buckets' lists.
  static constexpr BlockRef kEnds = 0xffff0000U;

  static std::int64_t tick_of(TimeNs time) noexcept { return time >> kTickBits; }
  static std::size_t bucket_of(std::int64_t tick) noexcept { return static_cast<std::size_t>(tick) & (kBuckets - 1); }
  WheelLink& link(BlockRef ref) noexcept;
  BlockRef take_all(std::int64_t tick) noexcept;

  const BlockPool& pool_;
  std::array<WheelLink, kBuckets> ends_{};  // next: first of the list; previous: last
  std::int64_t tick_ = 0;
  bool started_ = false;
};

}  // namespace netstray
