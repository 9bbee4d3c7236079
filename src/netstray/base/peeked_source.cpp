#include "netstray/base/peeked_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netstray {

PeekedSource::PeekedSource(std::unique_ptr<ByteSource> source)
    : ByteSource(source->name()), source_(std::move(source)) {
  size_ = source_->size();
}

std::string_view PeekedSource::peek(std::size_t at_least) {
  constexpr std::size_t kAtOnce = std::size_t{1} << 12;
  while (front_.size() < at_least) {
    const std::size_t before = front_.size();
    front_.resize(before + kAtOnce);
    const std::size_t got = source_->read({front_.data() + before, kAtOnce});
    front_.resize(before + got);
    if (got == 0) break;
  }
  return front_;
}

std::size_t PeekedSource::read(std::span<char> out) {
  std::size_t count = 0;
  if (given_ < front_.size()) {
    count = std::min(out.size(), front_.size() - given_);
    std::memcpy(out.data(), front_.data() + given_, count);
    given_ += count;
  } else {
    count = source_->read(out);
  }
  position_ = source_->position();
  return count;
}

}  // namespace netstray
