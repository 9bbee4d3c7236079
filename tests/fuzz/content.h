#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/byte_source.h"
#include "netstray/base/error.h"

namespace netstray::fuzz {

inline constexpr std::size_t kMostContent = std::size_t{1} << 18;  // a bomb ends here

enum class End { whole, damaged, too_long };

/// What a stream holds, and how it ended. Where it is damaged, how much came before that is told by nobody.
struct Content {
  End end = End::whole;
  std::string bytes;

  /// Whether these can be readings of one stream. One that goes on for too long may be damaged further on.
  bool agrees_with(const Content& other) const {
    if (end == End::too_long || other.end == End::too_long) return true;
    return end == other.end && (end == End::damaged || bytes == other.bytes);
  }
};

/// Reads a stream, compressed or not; `piece` bytes are asked for at once.
inline Content content_of(std::string_view bytes, std::size_t piece) {
  Content content;
  try {
    const auto source = open_memory("fuzz", std::string(bytes));
    std::vector<char> buffer(piece);
    while (const std::size_t got = source->read(buffer)) {
      require(got <= piece, "no more than was asked for");
      content.bytes.append(buffer.data(), got);
      if (content.bytes.size() > kMostContent) return {.end = End::too_long, .bytes = {}};
    }
    require(source->position() <= bytes.size(), "no byte is taken twice");
  } catch (const Error&) {
    content.end = End::damaged;
  }
  return content;
}

}  // namespace netstray::fuzz
