#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "netstray/base/byte_source.h"
#include "netstray/capture/byte_window.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/frame_parser.h"

namespace netstray {

/// One capture file, open. Not thread-safe.
class CaptureFile {
 public:
  /// Throws Error where the stream is no capture, and says what it looks like.
  explicit CaptureFile(std::unique_ptr<ByteSource> source);

  /// As CaptureReader::next.
  std::size_t next(std::span<Frame> frames);

  /// What is known of it so far.
  const CaptureInput& input() const noexcept { return input_; }
  const ByteSource& source() const noexcept { return window_.source(); }

 private:
  void end();

  ByteWindow window_;
  CaptureInput input_;
  std::unique_ptr<FrameParser> parser_;
  bool ended_ = false;
};

}  // namespace netstray
