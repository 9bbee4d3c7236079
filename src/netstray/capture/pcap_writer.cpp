#include "netstray/capture/pcap_writer.h"

#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/pcap_format.h"

namespace netstray {
namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kMicrosecond = 1'000;

template <typename T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

PcapWriter::PcapWriter(std::string path, LinkType link, Resolution resolution)
    : path_(path), file_(std::move(path)), link_(link), resolution_(resolution) {
  constexpr std::uint16_t kMajor = 2;
  constexpr std::uint16_t kMinor = 4;
  std::string head;
  append(head, resolution == Resolution::nanoseconds ? pcap_format::kNanoseconds : pcap_format::kMicroseconds);
  append(head, kMajor);
  append(head, kMinor);
  append(head, std::uint64_t{0});
  append(head, CaptureReader::kMostFrameBytes);
  append(head, static_cast<std::uint32_t>(link));
  file_.write(head);
}

void PcapWriter::write(const Frame& frame) {
  if (frame.link != link_) {
    throw Error(fmt::format("{}: a pcap file holds frames of one link type; this one has {}, and a frame has {}", path_,
                            static_cast<std::uint32_t>(link_), static_cast<std::uint32_t>(frame.link)));
  }
  if (frame.bytes.size() > CaptureReader::kMostFrameBytes) {
    throw Error(fmt::format("{}: a frame of {} bytes, more than the {} that a pcap file may hold", path_,
                            grouped(frame.bytes.size()), grouped(CaptureReader::kMostFrameBytes)));
  }
  constexpr TimeNs kEnd = (TimeNs{std::numeric_limits<std::uint32_t>::max()} + 1) * kSecond;
  if (frame.time < 0 || frame.time >= kEnd) {
    throw Error(fmt::format("{}: a frame of {}, which a pcap file cannot hold", path_, format_time(frame.time)));
  }
  const TimeNs unit = resolution_ == Resolution::nanoseconds ? 1 : kMicrosecond;
  record_.clear();
  append(record_, static_cast<std::uint32_t>(frame.time / kSecond));
  append(record_, static_cast<std::uint32_t>(frame.time % kSecond / unit));
  append(record_, static_cast<std::uint32_t>(frame.bytes.size()));
  append(record_, frame.length);
  file_.write(record_);
  file_.write({reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()});
  ++frames_;
}

}  // namespace netstray
