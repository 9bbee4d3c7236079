#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/capture/byte_order.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/frame_parser.h"
#include "netstray/capture/pcap_format.h"

namespace netstray {
namespace {

/// Whether a record's two lengths stand the other way round: version 2.3 left that open, older ones did so.
enum class Lengths { captured_first, captured_second, smaller_is_captured };

struct Head {
  ByteOrder order;
  TimeNs unit = 1000;  ///< nanoseconds that a fraction of 1 stands for
  std::size_t record_bytes = pcap_format::kRecordBytes;
  Lengths lengths = Lengths::captured_first;
  LinkType link{};
};

class PcapParser final : public FrameParser {
 public:
  explicit PcapParser(const Head& head) : head_(head) {}

  std::size_t parse(ByteWindow& window, std::span<Frame> frames) override {
    if (head_.lengths != Lengths::captured_first) return parse_as<OldLengths>(window, frames);
    return head_.order.swapped() ? parse_as<Swapped>(window, frames) : parse_as<Native>(window, frames);
  }
  std::string_view format() const noexcept override { return "pcap"; }

 private:
  struct Sizes {
    std::uint32_t captured;
    std::uint32_t length;
  };
  // How numbers are read: one loop is compiled for each, as this decides the speed of reading.
  struct Native {
    static std::uint32_t u32(const Head&, const std::byte* from) noexcept {
      return ByteOrder::native<std::uint32_t>(from);
    }
    static Sizes sizes(const Head& head, const std::byte* from) noexcept {
      return {u32(head, from), u32(head, from + 4)};
    }
  };
  struct Swapped {
    static std::uint32_t u32(const Head&, const std::byte* from) noexcept {
      return __builtin_bswap32(ByteOrder::native<std::uint32_t>(from));
    }
    static Sizes sizes(const Head& head, const std::byte* from) noexcept {
      return {u32(head, from), u32(head, from + 4)};
    }
  };
  struct OldLengths {
    static std::uint32_t u32(const Head& head, const std::byte* from) noexcept { return head.order.u32(from); }
    static Sizes sizes(const Head& head, const std::byte* from) noexcept {
      Sizes sizes{u32(head, from), u32(head, from + 4)};
      if (head.lengths == Lengths::captured_second || sizes.captured > sizes.length) {
        std::swap(sizes.captured, sizes.length);
      }
      return sizes;
    }
  };

  template <typename Numbers>
  std::size_t parse_as(ByteWindow& window, std::span<Frame> frames) {
    const auto visible = window.visible();
    const Head head = head_;
    std::size_t at = 0;
    std::size_t count = 0;
    while (count < frames.size() && visible.size() - at >= head.record_bytes) {
      const std::byte* const record = visible.data() + at;
      const auto [captured, length] = Numbers::sizes(head, record + 8);
      if (captured > CaptureReader::kMostFrameBytes) {
        broken_ = fmt::format("a record says that it holds {} bytes, more than the {} that a frame may have",
                              grouped(captured), grouped(CaptureReader::kMostFrameBytes));
        break;
      }
      if (visible.size() - at - head.record_bytes < captured) break;
      Frame& frame = frames[count];
      frame.time =
          TimeNs{Numbers::u32(head, record)} * 1'000'000'000 + TimeNs{Numbers::u32(head, record + 4)} * head.unit;
      frame.link = head.link;
      frame.length = length;
      frame.bytes = {record + head.record_bytes, captured};
      at += head.record_bytes + captured;
      ++count;
    }
    window.consume(at);
    return count;
  }

  Head head_;
};

/// Byte order, unit and shape of records; nothing where no pcap file begins so.
bool understand_magic(const std::byte* from, Head& head) {
  const auto magic = ByteOrder::native<std::uint32_t>(from);
  for (const bool swapped : {false, true}) {
    switch (swapped ? __builtin_bswap32(magic) : magic) {
      case pcap_format::kNanoseconds:
        head.unit = 1;
        break;
      case pcap_format::kModified:
        head.record_bytes = pcap_format::kModifiedRecordBytes;
        break;
      case pcap_format::kMicroseconds:
        break;
      default:
        continue;
    }
    head.order = ByteOrder(swapped);
    return true;
  }
  return false;
}

Lengths lengths_of(unsigned major, unsigned minor) noexcept {
  constexpr unsigned kDgUx = 543;
  if (major == kDgUx || (major == 2 && minor < 3)) return Lengths::captured_second;
  return major == 2 && minor == 3 ? Lengths::smaller_is_captured : Lengths::captured_first;
}

}  // namespace

LinkType link_type_of(std::uint32_t number) noexcept {
  constexpr std::uint32_t kRawOfBsd = 12;
  constexpr std::uint32_t kRawOfOpenBsd = 14;
  return number == kRawOfBsd || number == kRawOfOpenBsd ? LinkType::raw : LinkType{number};
}

bool show(ByteWindow& window, std::size_t count) {
  while (window.visible().size() < count) {
    if (!window.fill()) return false;
  }
  return true;
}

std::unique_ptr<FrameParser> pcap_parser(ByteWindow& window, const std::string& name) {
  Head head;
  if (!show(window, sizeof(std::uint32_t)) || !understand_magic(window.visible().data(), head)) return nullptr;
  if (!show(window, pcap_format::kHeadBytes)) {
    throw Error(fmt::format("{}: a pcap file that ends within its head, after {} of {} bytes{}", name,
                            window.visible().size(), pcap_format::kHeadBytes,
                            window.failure().empty() ? "" : fmt::format(" ({})", window.failure())));
  }
  const std::byte* const bytes = window.visible().data();
  const unsigned major = head.order.u16(bytes + pcap_format::kVersionAt);
  const unsigned minor = head.order.u16(bytes + pcap_format::kVersionAt + 2);
  if (major < 2) throw Error(fmt::format("{}: a pcap file of version {}.{}; 2.x is known", name, major, minor));
  head.lengths = lengths_of(major, minor);
  // The highest bits tell how long the checksum behind each frame is, which no decoder of ours asks for.
  constexpr std::uint32_t kLinkBits = 0x03ffffff;
  head.link = link_type_of(head.order.u32(bytes + pcap_format::kLinkAt) & kLinkBits);
  window.consume(pcap_format::kHeadBytes);
  return std::make_unique<PcapParser>(head);
}

}  // namespace netstray
