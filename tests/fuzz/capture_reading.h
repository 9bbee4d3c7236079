#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <pcap/pcap.h>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/capture/capture_files_testing.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/capture_testing.h"

namespace netstray::fuzz {

/// What a capture holds, and where it broke.
struct CaptureContent {
  bool is_capture = false;
  std::vector<OwnFrame> frames;
  std::string warning;

  bool operator==(const CaptureContent&) const = default;
};

/// Reads a stream that gives `piece` bytes at a time, `batch` frames at a time.
inline CaptureContent capture_content(std::string_view bytes, std::size_t piece, std::size_t batch) {
  CaptureContent content;
  try {
    const auto reader = CaptureReader::open(std::make_unique<TrickleSource>(std::string(bytes), piece));
    content.is_capture = true;
    content.frames = all_frames(*reader, batch);
    const CaptureInput& input = reader->inputs().front();
    content.warning = input.warning();
    require(reader->frames_read() == content.frames.size(), "frames are counted");
    require(!input.broken || input.broken->frames == content.frames.size(), "a file ends where it broke");
    require(!input.broken || input.broken->offset < bytes.size(), "it broke within the file");
    require(input.broken || reader->position() == bytes.size(), "a sound file is read to its end");
  } catch (const Error& error) {
    require(error.kind() == Error::Kind::failed, "a file is no usage error");
  }
  std::size_t sum = 0;
  for (const auto& frame : content.frames) {
    require(frame.bytes.size() <= CaptureReader::kMostFrameBytes, "a frame has a bound");
    sum += frame.bytes.size();
  }
  require(sum <= bytes.size(), "no byte is given twice");
  return content;
}

/// Link types whose frames begin with numbers in the byte order of the machine that captured them: libpcap turns them
/// round in files of the other order, we give what lies in the file.
inline bool turned_round_by_libpcap(int link) noexcept {
  return link == DLT_USB_LINUX || link == DLT_USB_LINUX_MMAPPED || link == DLT_NFLOG || link == DLT_LINUX_SLL ||
         link == DLT_LINUX_SLL2;
}

/// What libpcap reads is what we read, as far as it reads, and as much of a frame as it takes. Where it reads on (it
/// does not look at every length twice), we said what is wrong.
inline void compare_with_libpcap(std::string_view bytes, const CaptureContent& content) {
  std::FILE* const file = ::fmemopen(const_cast<char*>(bytes.data()), bytes.size(), "rb");
  if (file == nullptr) return;
  char problem[PCAP_ERRBUF_SIZE];
  pcap_t* const pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, problem);
  if (pcap == nullptr) {
    std::fclose(file);
    return;
  }
  pcap_pkthdr* head = nullptr;
  const u_char* data = nullptr;
  for (std::size_t i = 0; pcap_next_ex(pcap, &head, &data) == 1; ++i) {
    if (i == content.frames.size()) {
      require(!content.is_capture || !content.warning.empty(), "no frame is missed that libpcap finds");
      break;
    }
    const auto& frame = content.frames[i];
    require(frame.length == head->len, "libpcap finds the same length");
    require(turned_round_by_libpcap(pcap_datalink(pcap)) ||
                frame.bytes.starts_with(std::string_view(reinterpret_cast<const char*>(data), head->caplen)),
            "libpcap finds the same bytes");
  }
  pcap_close(pcap);
}

/// The first byte says how many bytes come at a time, the second how many frames are asked for.
inline void read_capture(std::string_view input) {
  if (input.size() < 3) return;
  const std::size_t piece = std::size_t{1} + static_cast<unsigned char>(input[0]) * std::size_t{5};
  const std::size_t batch = std::size_t{1} + static_cast<unsigned char>(input[1]) % 16U;
  const std::string_view bytes = input.substr(2);
  const CaptureContent content = capture_content(bytes, bytes.size(), 64);
  require(content == capture_content(bytes, piece, batch), "nothing depends on pieces and batches");
  require(!content.is_capture || is_capture(bytes), "what is a capture is recognised by its first bytes");
  compare_with_libpcap(bytes, content);
}

}  // namespace netstray::fuzz
