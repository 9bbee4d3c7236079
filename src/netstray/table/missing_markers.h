#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// The texts that stand for "no value", compared without regard to case and to spaces around them.
class MissingMarkers {
 public:
  explicit MissingMarkers(std::span<const std::string> markers);

  bool contains(std::string_view text) const noexcept {
    if (text.empty()) return empty_;
    return first_[static_cast<unsigned char>(text.front())] && search(text);
  }
  /// Whether a marker could be taken for a number, such as -1.
  bool has_numbers() const noexcept { return has_numbers_; }

 private:
  bool search(std::string_view text) const noexcept;

  std::vector<std::string> markers_;  // in lower case
  std::array<bool, 256> first_{};     // bytes that a marker may begin with
  bool empty_ = false;
  bool has_numbers_ = false;
};

}  // namespace netstray
