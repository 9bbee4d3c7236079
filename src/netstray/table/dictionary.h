#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// Distinct texts, numbered from 0 in order of first appearance. Looked up without a copy; each text is kept once.
class Dictionary {
 public:
  /// The code of `text`, which is added where it is new.
  std::uint32_t code(std::string_view text) {
    if (last_ < levels_.size() && levels_[last_] == text) return last_;  // values come in runs
    return last_ = find_or_add(text);
  }
  /// Takes back the newest text.
  void pop_back();

  const std::vector<std::string>& levels() const noexcept { return levels_; }
  std::size_t memory_bytes() const noexcept;

 private:
  std::uint32_t find_or_add(std::string_view text);
  std::size_t slot_of(std::string_view text) const noexcept;
  void grow();

  std::vector<std::string> levels_;
  std::vector<std::uint32_t> slots_;  // a hash table with linear probing: code + 1, or 0 for a free slot
  std::uint32_t last_ = 0;
};

}  // namespace netstray
