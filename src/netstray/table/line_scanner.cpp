#include "netstray/table/line_scanner.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netstray {

LineScanner::LineScanner(std::unique_ptr<ByteSource> source, std::size_t block_bytes)
    : source_(std::move(source)), block_bytes_(block_bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  while (!at_end_ && end_ < kByteOrderMark.size()) fill();
  if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) next_ = kByteOrderMark.size();
  scanned_ = next_;
}

void LineScanner::fill() {
  const std::size_t keep = mark_.value_or(next_);
  if (keep > 0) {
    std::memmove(buffer_.data(), buffer_.data() + keep, end_ - keep);
    end_ -= keep;
    next_ -= keep;
    scanned_ -= keep;
    if (mark_) mark_ = 0;
  }
  const std::size_t wanted = end_ + block_bytes_ + kPadding;
  if (buffer_.size() < wanted) buffer_.resize(std::max(2 * buffer_.size(), wanted));
  const std::size_t got = source_->read({buffer_.data() + end_, block_bytes_});
  at_end_ = got == 0;
  end_ += got;
}

/// Looks for the next line end in what is at hand; at the end of the stream a last line needs none.
bool LineScanner::find_end() noexcept {
  const void* found = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
  if (found == nullptr && !(at_end_ && next_ < end_)) {
    scanned_ = end_;
    return false;
  }
  const std::size_t end =
      found == nullptr ? end_ : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
  line_begin_ = next_;
  line_size_ = end - next_;
  if (line_size_ > 0 && buffer_[end - 1] == '\r') --line_size_;
  next_ = std::min(end + 1, end_);
  scanned_ = next_;
  return true;
}

LineScanner::Step LineScanner::next(bool may_read) {
  for (;;) {
    if (find_end()) {
      if (std::exchange(dropping_, false)) continue;
      ++line_;
      if (line_size_ <= kLongestLine) return Step::line;
      line_size_ = 0;
      return Step::too_long;
    }
    if (dropping_) next_ = end_;
    if (at_end_) return Step::end;
    if (!dropping_ && end_ - next_ > kLongestLine) {
      dropping_ = true;
      next_ = end_;
      line_size_ = 0;
      ++line_;
      return Step::too_long;
    }
    if (!may_read) return Step::dry;
    fill();
  }
}

void LineScanner::mark() noexcept {
  mark_ = next_;
  mark_line_ = line_;
}

void LineScanner::rewind() noexcept {
  next_ = *mark_;
  scanned_ = next_;
  line_ = mark_line_;
  mark_.reset();
  dropping_ = false;
}

}  // namespace netstray
