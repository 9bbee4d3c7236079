#include "netstray/flow/flow_index.h"

#include <utility>

#include "netstray/flow/pages.h"

namespace netstray {

FlowIndex::FlowIndex(std::size_t slots)
    : slots_(static_cast<Slot*>(take_pages(bytes_for(slots), "the index of flows"))), mask_(slots - 1) {}

FlowIndex::~FlowIndex() { give_back_pages(slots_, bytes()); }

void FlowIndex::put(Slot slot) noexcept {
  std::size_t at = home(slot.tag);
  while (slots_[at].ref != 0) at = (at + 1) & mask_;
  slots_[at] = slot;
  ++size_;
}

void FlowIndex::grow() {
  FlowIndex larger(2 * slots());
  for (std::size_t at = 0; at < slots(); ++at) {
    if (slots_[at].ref != 0) larger.put(slots_[at]);
  }
  std::swap(slots_, larger.slots_);
  std::swap(mask_, larger.mask_);
}

void FlowIndex::remove(std::size_t place) noexcept {
  --size_;
  std::size_t hole = place;
  for (std::size_t at = (place + 1) & mask_; slots_[at].ref != 0; at = (at + 1) & mask_) {
    // An entry may move back into the hole unless that is before its home.
    const std::size_t from_home = (at - home(slots_[at].tag)) & mask_;
    const std::size_t from_hole = (at - hole) & mask_;
    if (from_home < from_hole) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

std::span<FlowIndex::Slot> FlowIndex::drain() noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < slots(); ++at) {
    if (slots_[at].ref != 0) slots_[count++] = slots_[at];
  }
  size_ = 0;
  return {slots_, count};
}

}  // namespace netstray
