#include "netstray/capture/capture_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/content.h"
#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/capture/byte_order.h"
#include "netstray/capture/pcap_format.h"
#include "netstray/capture/pcapng_format.h"

namespace netstray {
namespace {

constexpr std::size_t kHeadToJudge = 512;

bool is_text(std::string_view head) noexcept {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\r' || c == '\t';
  });
}

/// What a file that is no capture looks like.
std::string looks_like(std::string_view head) {
  if (const auto what = foreign_content(head); !what.empty()) return std::string(what);
  if (is_text(head)) return fmt::format("text: {}", quoted(head.substr(0, head.find_first_of("\r\n"))));
  return fmt::format("something unknown: {}", quoted(head.substr(0, 16)));
}

Error no_capture(const ByteWindow& window) {
  const auto& source = window.source();
  const auto visible = window.visible();
  const std::string failure = window.failure().empty() ? "" : fmt::format(" ({})", window.failure());
  if (visible.empty()) return Error(fmt::format("{}: is empty, expected a capture{}", source.name(), failure));
  const std::string_view head(reinterpret_cast<const char*>(visible.data()), std::min(visible.size(), kHeadToJudge));
  const bool is_packed = source.compression() != "plain";
  return Error(fmt::format("{}: is no capture (pcap or pcapng); {} looks like {}{}", source.name(),
                           is_packed ? fmt::format("its content, unpacked ({}),", source.compression()) : "it",
                           looks_like(head), failure));
}

std::unique_ptr<FrameParser> parser_of(ByteWindow& window) {
  const std::string& name = window.source().name();
  if (auto parser = pcap_parser(window, name)) return parser;
  if (auto parser = pcapng_parser(window, name)) return parser;
  show(window, kHeadToJudge);
  throw no_capture(window);
}

/// An error of the stream begins with its name, which the warning about its capture does, too.
std::string without_name(const std::string& failure, const std::string& name) {
  const std::string prefix = name + ": ";
  return failure.starts_with(prefix) ? failure.substr(prefix.size()) : failure;
}

std::string format_of(const FrameParser& parser, const ByteSource& source) {
  std::string format(parser.format());
  if (source.compression() == "gzip") format += ".gz";
  if (source.compression() == "zstd") format += ".zst";
  return format;
}

}  // namespace

std::string CaptureInput::warning() const {
  if (!broken) return {};
  return fmt::format("{}: broken after {} {}, at byte {}: {}", name, grouped(broken->frames),
                     broken->frames == 1 ? "packet" : "packets", grouped(broken->offset), broken->why);
}

bool is_capture(std::string_view head) noexcept {
  if (head.size() < kCaptureMagicBytes) return false;
  const auto magic = ByteOrder::native<std::uint32_t>(reinterpret_cast<const std::byte*>(head.data()));
  for (const std::uint32_t known :
       {pcap_format::kMicroseconds, pcap_format::kNanoseconds, pcap_format::kModified, pcapng_format::kSectionHeader}) {
    if (magic == known || __builtin_bswap32(magic) == known) return true;
  }
  return false;
}

CaptureFile::CaptureFile(std::unique_ptr<ByteSource> source) : window_(std::move(source)), parser_(parser_of(window_)) {
  input_.name = window_.source().name();
  input_.format = format_of(*parser_, window_.source());
}

std::size_t CaptureFile::next(std::span<Frame> frames) {
  while (!ended_) {
    const std::size_t count = parser_->parse(window_, frames);
    input_.frames += count;
    if (count > 0) return count;
    if (!parser_->broken().empty() || !window_.fill()) end();
  }
  return 0;
}

void CaptureFile::end() {
  ended_ = true;
  const std::uint64_t offset = parser_->record_offset(window_);
  const bool is_cut = window_.offset() + window_.visible().size() > offset;
  std::string why = parser_->broken();
  if (why.empty()) why = without_name(window_.failure(), input_.name);
  if (why.empty() && is_cut) why = "the file ends in the middle of a packet or block (was it cut short?)";
  if (!why.empty()) input_.broken = BrokenTail{offset, input_.frames, std::move(why)};
}

}  // namespace netstray
