#include "netstray/detect/svm/kernel_row_cache.h"

#include <algorithm>

namespace netstray {

KernelRowCache::KernelRowCache(std::size_t count, std::size_t length, std::size_t bytes)
    : length_(length),
      most_slots_(std::max<std::size_t>(2, bytes / std::max<std::size_t>(1, length * sizeof(float)))),
      slot_of_(count, kNone) {}

KernelRowCache::Found KernelRowCache::find(std::uint32_t index) {
  std::uint32_t slot = slot_of_[index];
  if (slot != kNone) {
    unlink(slot);
    make_newest(slot);
    return {slots_[slot].row, true};
  }
  if (slots_.size() < most_slots_) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back().row.resize(length_);
  } else {
    slot = oldest_;
    unlink(slot);
    slot_of_[slots_[slot].index] = kNone;
  }
  slots_[slot].index = index;
  slot_of_[index] = slot;
  make_newest(slot);
  return {slots_[slot].row, false};
}

void KernelRowCache::unlink(std::uint32_t slot) noexcept {
  const Slot& gone = slots_[slot];
  (gone.newer == kNone ? newest_ : slots_[gone.newer].older) = gone.older;
  (gone.older == kNone ? oldest_ : slots_[gone.older].newer) = gone.newer;
}

void KernelRowCache::make_newest(std::uint32_t slot) noexcept {
  slots_[slot].newer = kNone;
  slots_[slot].older = newest_;
  (newest_ == kNone ? oldest_ : slots_[newest_].newer) = slot;
  newest_ = slot;
}

}  // namespace netstray
