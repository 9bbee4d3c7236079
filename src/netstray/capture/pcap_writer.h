#pragma once

#include <cstdint>
#include <string>

#include "netstray/base/output_file.h"
#include "netstray/packet/frame.h"

namespace netstray {

/// Writes a pcap file (in this machine's byte order) that appears whole or not at all; `-` is standard output. Not
/// thread-safe.
class PcapWriter {
 public:
  enum class Resolution : std::uint8_t { microseconds, nanoseconds };

  /// Throws Error where the place cannot be written.
  PcapWriter(std::string path, LinkType link, Resolution resolution = Resolution::nanoseconds);

  /// Throws Error where the frame has another link type (a pcap file has one), is longer than 256 KiB or has a time
  /// that the format cannot hold (before 1970, from 2106-02-07 on), and as OutputFile does.
  void write(const Frame& frame);
  /// Gives the file its name.
  void commit() { file_.commit(); }

  std::uint64_t frames() const noexcept { return frames_; }

 private:
  std::string path_;
  OutputFile file_;
  LinkType link_;
  Resolution resolution_;
  std::uint64_t frames_ = 0;
  std::string record_;
};

}  // namespace netstray
