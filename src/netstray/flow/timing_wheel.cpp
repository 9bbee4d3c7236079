#include "netstray/flow/timing_wheel.h"

#include <algorithm>

namespace netstray {

TimingWheel::TimingWheel(const BlockPool& pool) noexcept : pool_(pool) {
  for (std::size_t bucket = 0; bucket < ends_.size(); ++bucket) {
    const BlockRef end = kEnds + static_cast<BlockRef>(bucket);
    ends_[bucket] = {end, end};
  }
}

WheelLink& TimingWheel::link(BlockRef ref) noexcept {
  return ref >= kEnds ? ends_[ref - kEnds] : static_cast<FlowHead*>(pool_.at(ref))->link;
}

void TimingWheel::add(BlockRef ref, TimeNs deadline) noexcept {
  const std::int64_t tick = std::clamp(tick_of(deadline) + 1, tick_ + 1, tick_ + kBuckets - 1);
  const BlockRef end = kEnds + static_cast<BlockRef>(bucket_of(tick));
  const BlockRef last = link(end).previous;
  link(ref) = {end, last};
  link(last).next = ref;
  link(end).previous = ref;
}

void TimingWheel::remove(BlockRef ref) noexcept {
  const WheelLink here = link(ref);
  if (here.next == 0) return;
  link(here.previous).next = here.next;
  link(here.next).previous = here.previous;
  link(ref) = {};
}

/// Empties a bucket; its list ends with 0.
BlockRef TimingWheel::take_all(std::int64_t tick) noexcept {
  const BlockRef end = kEnds + static_cast<BlockRef>(bucket_of(tick));
  WheelLink& ends = link(end);
  if (ends.next == end) return 0;
  const BlockRef first = ends.next;
  link(ends.previous).next = 0;
  ends = {end, end};
  return first;
}

}  // namespace netstray
