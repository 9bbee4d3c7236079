#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "netstray/base/byte_source.h"

namespace netstray {

/// The part of a byte stream that is being looked at: its front is consumed, its end is filled.
class ByteWindow {
 public:
  /// So many bytes can be visible at once: the longest frame that is taken, its headers, and room to read well.
  static constexpr std::size_t kCapacity = std::size_t{1} << 19;

  explicit ByteWindow(std::unique_ptr<ByteSource> source);

  std::span<const std::byte> visible() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) noexcept { begin_ += count; }
  /// What was visible stays so, though elsewhere in memory, with more behind it, as much as the stream has at hand.
  /// False where the window is full, where the stream has ended and where it is damaged (`failure`).
  bool fill();
  /// Bytes of the stream before what is visible.
  std::uint64_t offset() const noexcept { return filled_ - (end_ - begin_); }
  /// Why the stream could not be read to its end; empty where it could.
  const std::string& failure() const noexcept { return failure_; }

  const ByteSource& source() const noexcept { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<std::byte[]> bytes_;  // kCapacity of them, touched only as far as they are filled
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t filled_ = 0;  // bytes of the stream up to end_
  std::string failure_;
};

}  // namespace netstray
