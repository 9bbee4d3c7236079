// A stream of bytes, compressed or not, beside what zlib makes of it.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "content.h"
#include "fuzz_target.h"

namespace netstray {
namespace {

using fuzz::Content;
using fuzz::End;
using fuzz::kMostContent;

/// The same by zlib: member after member, zeros behind the last one.
class ZlibStream {
 public:
  explicit ZlibStream(std::string_view bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    inflateInit2(&stream_, 16 + MAX_WBITS);
  }
  ~ZlibStream() { inflateEnd(&stream_); }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  Content content() {
    Content content;
    std::vector<char> buffer(65536);
    for (;;) {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      content.bytes.append(buffer.data(), buffer.size() - stream_.avail_out);
      if (content.bytes.size() > kMostContent) return {.end = End::too_long, .bytes = {}};
      if (status == Z_STREAM_END) {
        if (!another_member()) {
          if (!only_zeros_follow()) content.end = End::damaged;
          return content;
        }
        inflateReset(&stream_);
      } else if (status != Z_OK) {
        stricter_ = stream_.msg != nullptr && std::string_view(stream_.msg) == "unknown header flags set";
        content.end = End::damaged;
        return content;
      }
    }
  }

  /// Whether it was damaged only by RFC 1952's letter: a flag of the header that has no meaning yet was set, which
  /// ISA-L passes over.
  bool stricter() const noexcept { return stricter_; }

 private:
  bool another_member() const {
    return stream_.avail_in >= 2 && stream_.next_in[0] == 0x1f && stream_.next_in[1] == 0x8b;
  }
  bool only_zeros_follow() const {
    return std::all_of(stream_.next_in, stream_.next_in + stream_.avail_in, [](Bytef byte) { return byte == 0; });
  }

  z_stream stream_{};
  bool stricter_ = false;
};

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  if (size < 1) return 0;
  const std::size_t piece = std::size_t{1} + bytes[0];
  const std::string_view stream = fuzz::text_of(bytes + 1, size - 1);
  const Content content = fuzz::content_of(stream, std::size_t{1} << 17);
  fuzz::require(content.agrees_with(fuzz::content_of(stream, piece)),
                "content does not depend on how much is asked for at once");
  if (!stream.starts_with("\x1f\x8b")) return 0;
  ZlibStream zlib(stream);
  fuzz::require(content.agrees_with(zlib.content()) || zlib.stricter(), "zlib reads the same");
  return 0;
}
