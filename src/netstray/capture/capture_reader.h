#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "netstray/base/byte_source.h"
#include "netstray/packet/frame.h"

namespace netstray {

struct CaptureOptions {
  /// As tcpdump takes it ("tcp port 80 and host 10.0.0.1"; pcap-filter(7)), compiled by libpcap for each link type.
  /// Names of hosts in it are looked up. Empty = all frames.
  std::string filter;
  /// A compressed file is unpacked on a thread of its own, a few MiB ahead (base/read_ahead.h). A plain one never is:
  /// copying its bytes once more costs what the thread would gain.
  bool unpack_ahead = true;
};

/// Where a file stopped making sense. All frames before it were given.
struct BrokenTail {
  std::uint64_t offset = 0;  ///< bytes of content, after decompression, before the record that is broken
  std::uint64_t frames = 0;  ///< read before it
  std::string why;
};

/// One of the files of a capture, as far as it was read.
struct CaptureInput {
  std::string name;          ///< as the user gave it, "standard input" for `-`
  std::string format;        ///< "pcap", "pcapng", "pcap.gz", "pcapng.zst", ...
  std::uint64_t frames = 0;  ///< read so far, before any filter
  std::optional<BrokenTail> broken;

  /// "x.pcap: broken after 12 packets, at byte 3,456: ...", or nothing.
  std::string warning() const;
};

/// Frames of capture files: pcap (both byte orders, micro- and nanoseconds, also with the longer record headers of old
/// Linux kernels) and pcapng (sections of either byte order, any number of interfaces, link types and time units;
/// blocks that hold no packet are skipped), plain, .gz or .zst, or `-` for standard input, where frames are given as
/// they come.
///
/// Several files are one capture: by time where they overlap; files that do not overlap come one after the other, each
/// in its own order, whatever the order of the arguments. Only those are open that are read.
///
/// A file whose head is no capture's is an Error. Damage behind the head ends that file: what came before was given,
/// and `inputs` says where it broke. A frame of more than 256 KiB, or a pcapng block of more than 16 MiB, is damage (as
/// it is for Wireshark). Memory: about 1 MiB a file that is open, 5 MiB where it is unpacked ahead. Not thread-safe.
class CaptureReader {
 public:
  static constexpr std::uint32_t kMostFrameBytes = 262'144;

  /// `paths` names at least one file. Throws Error where one cannot be opened or is no capture (and says what it looks
  /// like), usage Error in libpcap's words where the filter is wrong.
  static std::unique_ptr<CaptureReader> open(std::span<const std::string> paths, const CaptureOptions& options = {});
  /// The same of a stream that is open, from its beginning.
  static std::unique_ptr<CaptureReader> open(std::unique_ptr<ByteSource> source, const CaptureOptions& options = {});

  virtual ~CaptureReader() = default;
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  /// Fills the front of `frames` with the next ones and returns how many: at least one until the end, then 0. Fewer
  /// than asked say nothing about the end. Their bytes are valid until the next call. A good size is 64 to 256. Throws
  /// usage Error where the filter has no meaning for a frame's link type.
  virtual std::size_t next(std::span<Frame> frames) = 0;
  /// One frame; false at the end.
  bool next(Frame& frame) { return next({&frame, 1}) == 1; }

  /// Frames read so far, and those of them that the filter left out.
  virtual std::uint64_t frames_read() const noexcept = 0;
  virtual std::uint64_t frames_left_out() const noexcept = 0;
  /// In the order of the arguments.
  virtual std::span<const CaptureInput> inputs() const noexcept = 0;
  /// Bytes read of all files as they lie on disk, and of how many, where that is known: for progress.
  virtual std::uint64_t position() const noexcept = 0;
  virtual std::optional<std::uint64_t> size() const noexcept = 0;

 protected:
  CaptureReader() = default;
};

/// Bytes that `is_capture` should see, where there are so many.
inline constexpr std::size_t kCaptureMagicBytes = 4;

/// Whether a file that begins like this (unpacked) is a pcap or pcapng file.
bool is_capture(std::string_view head) noexcept;

}  // namespace netstray
