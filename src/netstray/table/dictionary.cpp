#include "netstray/table/dictionary.h"

#include <algorithm>

#include "netstray/base/hash.h"

namespace netstray {

std::size_t Dictionary::slot_of(std::string_view text) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash64(text) & mask;
  while (slots_[slot] != 0 && levels_[slots_[slot] - 1] != text) slot = (slot + 1) & mask;
  return slot;
}

std::uint32_t Dictionary::find_or_add(std::string_view text) {
  if (slots_.size() < 2 * (levels_.size() + 1)) grow();
  const std::size_t slot = slot_of(text);
  if (slots_[slot] == 0) {
    levels_.emplace_back(text);
    slots_[slot] = static_cast<std::uint32_t>(levels_.size());
  }
  return slots_[slot] - 1;
}

void Dictionary::grow() {
  slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), 0);
  for (std::size_t code = 0; code < levels_.size(); ++code) {
    slots_[slot_of(levels_[code])] = static_cast<std::uint32_t>(code + 1);
  }
}

void Dictionary::pop_back() {
  slots_[slot_of(levels_.back())] = 0;  // no other text was placed behind the newest one
  levels_.pop_back();
  last_ = 0;
}

std::size_t Dictionary::memory_bytes() const noexcept {
  const std::size_t inline_capacity = std::string().capacity();
  std::size_t bytes = levels_.capacity() * sizeof(std::string) + slots_.capacity() * sizeof(slots_[0]);
  for (const auto& level : levels_) bytes += level.capacity() > inline_capacity ? level.capacity() + 1 : 0;
  return bytes;
}

}  // namespace netstray
