#include "netstray/capture/byte_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "netstray/base/error.h"

namespace netstray {
namespace {

/// What is read at once stays in the second-level cache until it is looked at.
constexpr std::size_t kAtOnce = std::size_t{1} << 18;

}  // namespace

ByteWindow::ByteWindow(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), bytes_(std::make_unique_for_overwrite<std::byte[]>(kCapacity)) {}

bool ByteWindow::fill() {
  if (!failure_.empty()) return false;
  if (begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t room = std::min(kAtOnce, kCapacity - end_);
  if (room == 0) return false;
  try {
    const std::size_t got = source_->read({reinterpret_cast<char*>(bytes_.get() + end_), room});
    end_ += got;
    filled_ += got;
    return got > 0;
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::failed) throw;
    failure_ = error.what();
    return false;
  }
}

}  // namespace netstray
