#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/hash.h"

namespace netstray {

/// Where bytes come from as they lie on disk, before any decompression.
class RawBytes {
 public:
  virtual ~RawBytes() = default;
  RawBytes(const RawBytes&) = delete;
  RawBytes& operator=(const RawBytes&) = delete;
  /// Fills the front of `out`; 0 at the end only. Throws Error where reading fails.
  virtual std::size_t read(char* out, std::size_t size) = 0;

 protected:
  RawBytes() = default;
};

/// Raw bytes through a buffer whose front can be looked at, hashed as they are taken.
class BufferedBytes {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

  explicit BufferedBytes(std::unique_ptr<RawBytes> raw);

  /// Makes at least `count` bytes (at most kBufferBytes) visible where the stream has them.
  std::span<const char> peek(std::size_t count);
  std::span<const char> visible() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count) noexcept { begin_ += count; }
  /// Reads more behind what is visible; false at the end of the stream, and where the buffer is full.
  bool fill();
  /// Straight into the caller's memory once nothing is buffered.
  std::size_t read(std::span<char> out);

  /// Bytes taken from the source so far, and their XXH3-128.
  std::uint64_t taken() const noexcept { return taken_; }
  std::string digest() const { return hash_.hex(); }

 private:
  std::unique_ptr<RawBytes> raw_;
  std::vector<char> buffer_;
  StreamHash hash_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace netstray
