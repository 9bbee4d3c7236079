#include "netstray/base/raw_bytes.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netstray {

BufferedBytes::BufferedBytes(std::unique_ptr<RawBytes> raw) : raw_(std::move(raw)), buffer_(kBufferBytes) {}

std::span<const char> BufferedBytes::peek(std::size_t count) {
  while (end_ - begin_ < count && fill()) {
  }
  return visible();
}

bool BufferedBytes::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) return false;
  const std::size_t got = raw_->read(buffer_.data() + end_, buffer_.size() - end_);
  hash_.add({buffer_.data() + end_, got});
  end_ += got;
  taken_ += got;
  return got > 0;
}

std::size_t BufferedBytes::read(std::span<char> out) {
  if (begin_ == end_) {
    const std::size_t got = raw_->read(out.data(), out.size());
    hash_.add({out.data(), got});
    taken_ += got;
    return got;
  }
  const std::size_t count = std::min(out.size(), end_ - begin_);
  std::memcpy(out.data(), buffer_.data() + begin_, count);
  begin_ += count;
  return count;
}

}  // namespace netstray
