#include "netstray/report/terminal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include <fmt/core.h>
#include <unistd.h>

namespace netstray {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

/// The code point at the front of `text` (not empty); a byte that starts none is given back as it is.
CodePoint first_code_point(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (length == 1 || length > text.size()) return {lead, 1};
  std::uint32_t value = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {lead, 1};
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  return {value, length};
}

struct Range {
  std::uint32_t first, last;
};

template <std::size_t n>
bool within(const std::array<Range, n>& ranges, std::uint32_t value) noexcept {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return value >= range.first && value <= range.last; });
}

constexpr std::array<Range, 5> kNoWidth = {
    {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}}};
constexpr std::array<Range, 6> kDoubleWidth = {
    {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xff60}, {0x1f300, 0x1faff}}};

/// Bytes of the escape sequence "ESC [ ... m" at the front of `text`, 0 where there is none.
std::size_t colour_code_bytes(std::string_view text) noexcept {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

bool colour_wanted(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(descriptor) == 1;
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    if (const std::size_t skipped = colour_code_bytes(text); skipped > 0) {
      text.remove_prefix(skipped);
      continue;
    }
    const CodePoint point = first_code_point(text);
    if (!within(kNoWidth, point.value)) width += within(kDoubleWidth, point.value) ? 2U : 1U;
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const bool control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
    const bool reorders = point.value >= 0x202a && point.value <= 0x202e;  // bidirectional overrides
    if (control || (point.bytes == 1 && point.value >= 0x80)) {
      result += fmt::format("\\x{:02x}", point.value);
    } else if (reorders) {
      result += fmt::format("\\u{:04x}", point.value);
    } else {
      result += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  return result;
}

std::string Ink::wrapped(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace netstray
