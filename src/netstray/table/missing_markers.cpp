#include "netstray/table/missing_markers.h"

#include <algorithm>

#include "netstray/base/text.h"
#include "netstray/table/number_text.h"

namespace netstray {
namespace {

char lower_case(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

MissingMarkers::MissingMarkers(std::span<const std::string> markers) {
  for (const auto& marker : markers) {
    markers_.push_back(lower(trim(marker)));
    const auto& text = markers_.back();
    has_numbers_ = has_numbers_ || parse_number(text).is_number();
    if (text.empty()) {
      empty_ = true;
      continue;
    }
    first_[static_cast<unsigned char>(text.front())] = true;
    const char upper =
        text.front() >= 'a' && text.front() <= 'z' ? static_cast<char>(text.front() - 'a' + 'A') : text.front();
    first_[static_cast<unsigned char>(upper)] = true;
  }
  for (const char space : {' ', '\t', '\r', '\n'}) first_[static_cast<unsigned char>(space)] = true;
}

bool MissingMarkers::search(std::string_view text) const noexcept {
  const std::string_view bare = trim(text);
  return std::any_of(markers_.begin(), markers_.end(), [bare](const std::string& marker) {
    return std::equal(bare.begin(), bare.end(), marker.begin(), marker.end(),
                      [](char a, char b) { return lower_case(a) == b; });
  });
}

}  // namespace netstray
