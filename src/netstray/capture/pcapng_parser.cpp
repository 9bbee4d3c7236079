#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/capture/byte_order.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/frame_parser.h"
#include "netstray/capture/pcapng_format.h"
#include "netstray/capture/tick_clock.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostBlockBytes =
    (std::uint32_t{1} << 27) + (std::uint32_t{1} << 17);  // Wireshark's bound, too
constexpr std::size_t kMostInterfaces = 65'536;

struct Interface {
  LinkType link{};
  std::uint32_t most_captured = 0;  ///< bytes of a frame; 0 = all
  TickClock clock;
};

/// A block's kind, and the least that it must be long; what holds no packet and no interface has no name.
struct Kind {
  std::string_view name = "a block";
  std::size_t least = pcapng_format::kBlockLeast;
  bool is_read = false;
};
Kind kind_of(std::uint32_t type) noexcept {
  switch (type) {
    case pcapng_format::kSectionHeader:
      return {"a section header", pcapng_format::kBlockLeast + pcapng_format::kSectionBytes, true};
    case pcapng_format::kInterface:
      return {"an interface description", pcapng_format::kBlockLeast + pcapng_format::kInterfaceBytes, true};
    case pcapng_format::kPacket:
      return {"a packet block", pcapng_format::kBlockLeast + pcapng_format::kPacketBytes, true};
    case pcapng_format::kSimplePacket:
      return {"a simple packet block", pcapng_format::kBlockLeast + pcapng_format::kSimplePacketBytes, true};
    case pcapng_format::kEnhancedPacket:
      return {"an enhanced packet block", pcapng_format::kBlockLeast + pcapng_format::kPacketBytes, true};
    default:
      return {};
  }
}

constexpr std::size_t padded(std::size_t bytes) noexcept { return (bytes + 3) & ~std::size_t{3}; }

class PcapngParser final : public FrameParser {
 public:
  /// Takes the first section header; false where it is not all there, or broken.
  bool begin(ByteWindow& window) {
    Frame none;
    return step(window, none) != Step::wait;
  }

  std::size_t parse(ByteWindow& window, std::span<Frame> frames) override {
    std::size_t count = 0;
    while (count < frames.size() && broken_.empty() && finish_block(window)) {
      const Step done = step(window, frames[count]);
      if (done == Step::wait) break;
      if (done == Step::frame) ++count;
    }
    return count;
  }

  std::string_view format() const noexcept override { return "pcapng"; }
  std::uint64_t record_offset(const ByteWindow& window) const noexcept override {
    return rest_ > 0 ? begun_at_ : window.offset();
  }

 private:
  enum class Step { frame, other, wait };  ///< wait: for more bytes, or broken

  Step fail(std::string why) {
    broken_ = std::move(why);
    return Step::wait;
  }

  /// Passes over what is left of a block; false where that is not all there yet, or does not end well.
  bool finish_block(ByteWindow& window) {
    if (rest_ == 0) return true;
    const std::size_t body = std::min(rest_ - pcapng_format::kBlockTail, window.visible().size());
    window.consume(body);
    rest_ -= body;
    if (rest_ > pcapng_format::kBlockTail || window.visible().size() < pcapng_format::kBlockTail) return false;
    if (!tail_agrees(window.visible().data())) return false;
    window.consume(pcapng_format::kBlockTail);
    rest_ = 0;
    return true;
  }

  bool tail_agrees(const std::byte* from) {
    const std::uint32_t again = order_.u32(from);
    if (again == length_) return true;
    fail(fmt::format("a block's length is {} at its beginning and {} at its end", grouped(length_), grouped(again)));
    return false;
  }

  /// Takes one block, or as much of it as is read.
  Step step(ByteWindow& window, Frame& frame) {
    const auto visible = window.visible();
    if (visible.size() < pcapng_format::kBlockLeast) return Step::wait;
    const std::uint32_t type = order_.u32(visible.data());
    if (type == pcapng_format::kSectionHeader && !find_byte_order(visible.data() + pcapng_format::kBlockHead))
      return Step::wait;
    length_ = order_.u32(visible.data() + sizeof type);
    const Kind kind = kind_of(type);
    if (!length_is_sound(kind)) return Step::wait;
    if (!kind.is_read) return skip(window);
    const bool is_whole = length_ <= ByteWindow::kCapacity;
    const std::size_t front = is_whole ? length_ : ByteWindow::kCapacity;
    if (visible.size() < front) return Step::wait;
    if (is_whole && !tail_agrees(visible.data() + length_ - pcapng_format::kBlockTail)) return Step::wait;
    const auto body = visible.subspan(pcapng_format::kBlockHead,
                                      front - (is_whole ? pcapng_format::kBlockLeast : pcapng_format::kBlockHead));
    const Step done = read(type, body, frame);
    if (done == Step::wait) return done;
    if (!is_whole) {
      skip(window);
    } else {
      window.consume(length_);
    }
    return done;
  }

  Step skip(ByteWindow& window) noexcept {
    begun_at_ = window.offset();
    window.consume(pcapng_format::kBlockHead);
    rest_ = length_ - pcapng_format::kBlockHead;
    return Step::other;
  }

  bool find_byte_order(const std::byte* from) {
    const auto magic = ByteOrder::native<std::uint32_t>(from);
    if (magic != pcapng_format::kByteOrderMagic && __builtin_bswap32(magic) != pcapng_format::kByteOrderMagic) {
      fail("a section header without a byte order");
      return false;
    }
    order_ = ByteOrder(magic != pcapng_format::kByteOrderMagic);
    return true;
  }

  bool length_is_sound(const Kind& kind) {
    if (length_ >= kind.least && length_ % 4 == 0 && length_ <= kMostBlockBytes) return true;
    const std::string says = fmt::format("{} says that it is {} bytes long", kind.name, grouped(length_));
    if (length_ < kind.least) {
      fail(fmt::format("{}, which is less than the {} that it needs", says, kind.least));
    } else if (length_ > kMostBlockBytes) {
      fail(fmt::format("{}, more than the {} that are taken", says, grouped(kMostBlockBytes)));
    } else {
      fail(fmt::format("{}, which is no multiple of 4", says));
    }
    return false;
  }

  Step read(std::uint32_t type, std::span<const std::byte> body, Frame& frame) {
    switch (type) {
      case pcapng_format::kSectionHeader:
        return begin_section(body);
      case pcapng_format::kInterface:
        return add_interface(body);
      case pcapng_format::kSimplePacket:
        return simple_packet(body, frame);
      case pcapng_format::kPacket:
        return packet(order_.u16(body.data()), body, frame);
      default:
        return packet(order_.u32(body.data()), body, frame);
    }
  }

  Step begin_section(std::span<const std::byte> body) {
    const unsigned major = order_.u16(body.data() + 4);
    const unsigned minor = order_.u16(body.data() + 6);
    if (major != 1 || (minor != 0 && minor != 2)) {
      return fail(fmt::format("a section of version {}.{}; 1.0 is known", major, minor));
    }
    interfaces_.clear();
    return Step::other;
  }

  Step add_interface(std::span<const std::byte> body) {
    if (interfaces_.size() == kMostInterfaces) {
      return fail(fmt::format("more than {} interfaces in a section", grouped(kMostInterfaces)));
    }
    std::uint8_t resolution = 6;
    std::int64_t offset_seconds = 0;
    auto rest = body.subspan(pcapng_format::kInterfaceBytes);
    while (rest.size() >= 4) {
      const std::uint16_t code = order_.u16(rest.data());
      const std::size_t length = order_.u16(rest.data() + 2);
      if (code == pcapng_format::kEndOfOptions) break;
      rest = rest.subspan(4);
      if (length > rest.size()) return fail("an interface description has an option that is longer than itself");
      if (code == pcapng_format::kTimeResolution && length == 1) resolution = std::to_integer<std::uint8_t>(rest[0]);
      if (code == pcapng_format::kTimeOffset && length == sizeof offset_seconds) {
        offset_seconds = static_cast<std::int64_t>(order_.u64(rest.data()));
      }
      rest = rest.subspan(std::min(padded(length), rest.size()));
    }
    interfaces_.push_back(
        {link_type_of(order_.u16(body.data())), order_.u32(body.data() + 4), TickClock(resolution, offset_seconds)});
    return Step::other;
  }

  /// An enhanced packet block, or its forerunner, which differs in the interface's number only.
  Step packet(std::uint32_t interface, std::span<const std::byte> body, Frame& frame) {
    if (interface >= interfaces_.size()) return never_described(interface);
    const Interface& from = interfaces_[interface];
    const std::uint64_t ticks = std::uint64_t{order_.u32(body.data() + 4)} << 32U | order_.u32(body.data() + 8);
    const std::uint32_t captured = order_.u32(body.data() + 12);
    if (!captured_is_sound(captured, body.size() - pcapng_format::kPacketBytes)) return Step::wait;
    frame.time = last_time_ = from.clock.time(ticks);
    frame.link = from.link;
    frame.length = order_.u32(body.data() + 16);
    frame.bytes = body.subspan(pcapng_format::kPacketBytes, captured);
    return Step::frame;
  }

  /// Of interface 0, without a time of its own: that of the frame before it is given.
  Step simple_packet(std::span<const std::byte> body, Frame& frame) {
    if (interfaces_.empty()) return never_described(0);
    const Interface& from = interfaces_.front();
    const std::uint32_t length = order_.u32(body.data());
    const std::uint32_t captured = from.most_captured > 0 ? std::min(length, from.most_captured) : length;
    if (!captured_is_sound(captured, body.size() - pcapng_format::kSimplePacketBytes)) return Step::wait;
    frame.time = last_time_;
    frame.link = from.link;
    frame.length = length;
    frame.bytes = body.subspan(pcapng_format::kSimplePacketBytes, captured);
    return Step::frame;
  }

  Step never_described(std::uint32_t interface) {
    return fail(fmt::format("a packet of interface {}, which was never described (the section has {} so far)",
                            grouped(interface), interfaces_.size()));
  }

  bool captured_is_sound(std::uint32_t captured, std::size_t room) {
    if (captured > CaptureReader::kMostFrameBytes) {
      fail(fmt::format("a packet says that {} bytes of it were captured, more than the {} that a frame may have",
                       grouped(captured), grouped(CaptureReader::kMostFrameBytes)));
      return false;
    }
    if (captured > room) {
      fail(fmt::format("a packet says that {} bytes of it were captured, but its block has room for {}",
                       grouped(captured), grouped(room)));
      return false;
    }
    return true;
  }

  ByteOrder order_;
  std::vector<Interface> interfaces_;
  std::uint32_t length_ = 0;    // of the block at hand
  std::size_t rest_ = 0;        // of it, still to be passed over, its tail included
  std::uint64_t begun_at_ = 0;  // where that block began
  TimeNs last_time_ = 0;
};

}  // namespace

std::unique_ptr<FrameParser> pcapng_parser(ByteWindow& window, const std::string& name) {
  if (!show(window, sizeof pcapng_format::kSectionHeader)) return nullptr;
  if (ByteOrder::native<std::uint32_t>(window.visible().data()) != pcapng_format::kSectionHeader) return nullptr;
  auto parser = std::make_unique<PcapngParser>();
  while (!parser->begin(window)) {
    if (parser->broken().empty() && window.fill()) continue;
    throw Error(fmt::format("{}: begins as a pcapng file does, but {}", name,
                            !parser->broken().empty()  ? parser->broken()
                            : window.failure().empty() ? "ends within its first block"
                                                       : window.failure()));
  }
  return parser;
}

}  // namespace netstray
