#include "netstray/base/serial.h"

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {

std::string_view ByteReader::take(std::uint64_t count) {
  if (count > bytes_.size()) fail("it ends early, or a length in it is wrong");
  const auto front = bytes_.substr(0, static_cast<std::size_t>(count));
  bytes_.remove_prefix(front.size());
  return front;
}

void ByteReader::expect_end() {
  if (!bytes_.empty()) fail(fmt::format("{} bytes follow its end", bytes_.size()));
}

void ByteReader::fail(std::string_view why) const {
  throw Error(fmt::format("{}: damaged model file: {}", name_, why));
}

}  // namespace netstray
