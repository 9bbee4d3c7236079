#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/pcap_format.h"
#include "netstray/capture/pcapng_format.h"
#include "netstray/packet/frame.h"

/// Made-up frames, and captures of them written by the letter of the formats: what the tests of readers begin with.
namespace netstray {

/// A frame that owns its bytes.
struct OwnFrame {
  TimeNs time = 0;
  LinkType link = LinkType::ethernet;
  std::uint32_t length = 0;
  std::string bytes;

  bool operator==(const OwnFrame&) const = default;
};

inline OwnFrame owned(const Frame& frame) {
  return {frame.time, frame.link, frame.length,
          std::string(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size())};
}
/// Valid as long as `frame`.
inline Frame borrowed(const OwnFrame& frame) {
  return {frame.time, frame.link, frame.length, std::as_bytes(std::span(frame.bytes))};
}

/// Frames of random bytes, mostly small, in no strict order of time; of whole microseconds, so that every format holds
/// them.
inline std::vector<OwnFrame> random_frames(Rng& rng, std::size_t count) {
  std::vector<OwnFrame> frames(count);
  TimeNs time = 1'700'000'000'000'000'000;
  for (OwnFrame& frame : frames) {
    time += static_cast<TimeNs>(rng.below(3'000'000)) * 1000 - 500'000'000;
    frame.time = time;
    frame.bytes.resize(rng.below(rng.below(8) == 0 ? 3000 : 90));
    for (char& byte : frame.bytes) byte = static_cast<char>(rng.below(256));
    frame.length = static_cast<std::uint32_t>(frame.bytes.size() + (rng.below(4) == 0 ? rng.below(1000) : 0));
  }
  return frames;
}

/// Appends numbers in one byte order or the other.
class Bytes {
 public:
  explicit Bytes(bool swapped = false) : swapped_(swapped) {}

  template <typename T>
  Bytes& number(T value) {
    std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
    if (swapped_) std::ranges::reverse(bytes);
    text_ += bytes;
    return *this;
  }
  Bytes& u8(std::uint8_t value) { return number(value); }
  Bytes& u16(std::uint16_t value) { return number(value); }
  Bytes& u32(std::size_t value) { return number(static_cast<std::uint32_t>(value)); }
  Bytes& u64(std::uint64_t value) { return number(value); }
  Bytes& raw(const std::string& bytes) {
    text_ += bytes;
    return *this;
  }
  Bytes& pad() {
    text_.resize((text_.size() + 3) / 4 * 4);
    return *this;
  }

  bool swapped() const { return swapped_; }
  const std::string& text() const { return text_; }

 private:
  bool swapped_;
  std::string text_;
};

struct PcapForm {
  bool swapped = false;
  bool nanoseconds = false;
  bool modified = false;  ///< with the longer record headers
  std::uint16_t minor = 4;
};

inline std::string pcap_head(const PcapForm& form, LinkType link = LinkType::ethernet) {
  const std::uint32_t magic = form.modified      ? pcap_format::kModified
                              : form.nanoseconds ? pcap_format::kNanoseconds
                                                 : pcap_format::kMicroseconds;
  Bytes head(form.swapped);
  head.u32(magic).u16(2).u16(form.minor).u64(0).u32(262'144).u32(static_cast<std::uint32_t>(link));
  return head.text();
}

inline std::string pcap_record(const OwnFrame& frame, const PcapForm& form) {
  constexpr TimeNs kSecond = 1'000'000'000;
  Bytes record(form.swapped);
  record.u32(static_cast<std::size_t>(frame.time / kSecond));
  record.u32(static_cast<std::size_t>(frame.time % kSecond / (form.nanoseconds ? 1 : 1000)));
  record.u32(frame.bytes.size()).u32(frame.length);
  if (form.modified) record.u32(1).u16(0x0800).u8(0).u8(0);
  return record.raw(frame.bytes).text();
}

/// Of frames of one link type.
inline std::string pcap_of(const std::vector<OwnFrame>& frames, const PcapForm& form = {}) {
  std::string file = pcap_head(form, frames.empty() ? LinkType::ethernet : frames.front().link);
  for (const OwnFrame& frame : frames) file += pcap_record(frame, form);
  return file;
}

inline std::string block(std::uint32_t type, const Bytes& body) {
  Bytes block(body.swapped());
  const std::size_t length = (body.text().size() + 3) / 4 * 4 + pcapng_format::kBlockLeast;
  return block.u32(type).u32(length).raw(body.text()).pad().u32(length).text();
}

inline std::string section_header(bool swapped = false) {
  Bytes body(swapped);
  return block(pcapng_format::kSectionHeader, body.u32(pcapng_format::kByteOrderMagic).u16(1).u16(0).u64(UINT64_MAX));
}

/// `options` are appended as they are.
inline std::string interface_description(bool swapped = false, LinkType link = LinkType::ethernet,
                                         const std::string& options = {}) {
  Bytes body(swapped);
  return block(pcapng_format::kInterface, body.u16(static_cast<std::uint16_t>(link)).u16(0).u32(0).raw(options));
}

inline std::string option(bool swapped, std::uint16_t code, const Bytes& value) {
  Bytes option(swapped);
  return option.u16(code).u16(static_cast<std::uint16_t>(value.text().size())).raw(value.text()).pad().text();
}

inline std::string resolution_option(std::uint8_t resolution, bool swapped = false) {
  return option(swapped, pcapng_format::kTimeResolution, Bytes(swapped).u8(resolution));
}

inline std::string enhanced_packet(const OwnFrame& frame, std::uint64_t ticks, std::uint32_t interface = 0,
                                   bool swapped = false, const std::string& options = {}) {
  Bytes body(swapped);
  body.u32(interface).u32(ticks >> 32U).u32(ticks & UINT32_MAX).u32(frame.bytes.size()).u32(frame.length);
  return block(pcapng_format::kEnhancedPacket, body.raw(frame.bytes).pad().raw(options));
}

/// One section and one interface, microseconds.
inline std::string pcapng_of(const std::vector<OwnFrame>& frames, bool swapped = false) {
  const LinkType link = frames.empty() ? LinkType::ethernet : frames.front().link;
  std::string file = section_header(swapped) + interface_description(swapped, link);
  for (const OwnFrame& frame : frames) {
    file += enhanced_packet(frame, static_cast<std::uint64_t>(frame.time) / 1000, 0, swapped);
  }
  return file;
}

/// All frames of a reader, asked for so many at a time.
inline std::vector<OwnFrame> all_frames(CaptureReader& reader, std::size_t batch = 64) {
  std::vector<OwnFrame> all;
  std::vector<Frame> frames(batch);
  while (const std::size_t count = reader.next(frames)) {
    for (std::size_t i = 0; i < count; ++i) all.push_back(owned(frames[i]));
  }
  return all;
}

}  // namespace netstray
