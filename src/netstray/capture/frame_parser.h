#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "netstray/capture/byte_window.h"
#include "netstray/packet/frame.h"

namespace netstray {

/// Finds the frames in the bytes of one capture file.
class FrameParser {
 public:
  virtual ~FrameParser() = default;
  FrameParser(const FrameParser&) = delete;
  FrameParser& operator=(const FrameParser&) = delete;

  /// Takes records from the window and fills the front of `frames` (at least one); returns how many. Fewer than asked:
  /// the next record is not whole yet, so the window must be filled, or it is broken. The frames' bytes lie in the
  /// window.
  virtual std::size_t parse(ByteWindow& window, std::span<Frame> frames) = 0;

  /// "pcap" or "pcapng".
  virtual std::string_view format() const noexcept = 0;
  /// Where in the stream the record begins at which parse() stopped.
  virtual std::uint64_t record_offset(const ByteWindow& window) const noexcept { return window.offset(); }
  /// Why no frame can be found any more: what is wrong with the record that the window begins with. Empty while all is
  /// well.
  const std::string& broken() const noexcept { return broken_; }

 protected:
  FrameParser() = default;

  std::string broken_;
};

/// Begins with the file's head, which the window makes visible as far as it is there, and consumes it. Throws Error
/// with `name` where it begins as the format does and is broken nevertheless; nothing where it does not.
std::unique_ptr<FrameParser> pcap_parser(ByteWindow& window, const std::string& name);
std::unique_ptr<FrameParser> pcapng_parser(ByteWindow& window, const std::string& name);

/// Makes at least `count` bytes visible; false where the stream has fewer.
bool show(ByteWindow& window, std::size_t count);

/// What the number in a file's header means as a link type: some systems stored their own numbers for raw IP.
LinkType link_type_of(std::uint32_t number) noexcept;

}  // namespace netstray
