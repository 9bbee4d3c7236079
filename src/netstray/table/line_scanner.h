#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "netstray/base/byte_source.h"

namespace netstray {

/// Finds the lines of a stream of bytes, block by block; a line ends with LF or CRLF. Memory: one block and one line,
/// which is at most 16 MiB.
class LineScanner {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{16} << 20;
  /// Bytes behind a line that may be read.
  static constexpr std::size_t kPadding = 64;

  LineScanner(std::unique_ptr<ByteSource> source, std::size_t block_bytes);

  /// dry: no whole line is at hand, and reading was not allowed. too_long: of the line at hand nothing is kept.
  enum class Step { line, too_long, dry, end };
  Step next(bool may_read);

  /// The line at hand, without its end; valid until the next call.
  std::string_view text() const noexcept { return {buffer_.data() + line_begin_, line_size_}; }
  /// Its number, from 1.
  std::uint64_t line() const noexcept { return line_; }

  /// From here on everything is kept, so that rewind() can go back to here; then it may be let go of.
  void mark() noexcept;
  void rewind() noexcept;
  std::size_t bytes_since_mark() const noexcept { return next_ - *mark_; }

  const ByteSource& source() const noexcept { return *source_; }

 private:
  bool find_end() noexcept;
  void fill();

  std::unique_ptr<ByteSource> source_;
  std::size_t block_bytes_;
  std::string buffer_;  // bytes [0, end_) are filled
  std::size_t end_ = 0;
  std::size_t next_ = 0;     // where the next line begins
  std::size_t scanned_ = 0;  // no line end before
  std::size_t line_begin_ = 0;
  std::size_t line_size_ = 0;
  std::uint64_t line_ = 0;
  std::optional<std::size_t> mark_;
  std::uint64_t mark_line_ = 0;
  bool at_end_ = false;
  bool dropping_ = false;  // the rest of a line that is too long
};

}  // namespace netstray
