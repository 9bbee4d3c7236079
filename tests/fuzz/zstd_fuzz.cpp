// A stream of zstd frames, beside what the library's own simplest use makes of it.

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <zstd.h>

#include "content.h"
#include "fuzz_target.h"

namespace netstray {
namespace {

using fuzz::Content;
using fuzz::End;

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
};

/// Frame after frame, as the examples of the library do it.
Content unpacked(std::string_view bytes) {
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream(ZSTD_createDStream());
  Content content;
  std::vector<char> buffer(65536);
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  bool full = false;
  while (input.pos < input.size || full) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    left = ZSTD_decompressStream(stream.get(), &output, &input);
    if (ZSTD_isError(left) != 0) return {.end = End::damaged, .bytes = {}};
    content.bytes.append(buffer.data(), output.pos);
    if (content.bytes.size() > fuzz::kMostContent) return {.end = End::too_long, .bytes = {}};
    full = output.pos == output.size;
  }
  if (left != 0) content.end = End::damaged;
  return content;
}

/// Two readings to the end that differ. (That a frame is damaged the library notices at times only where it unpacks it
/// in one go: a content size that is wrong, for one.)
bool contradict(const Content& a, const Content& b) {
  return a.end == End::whole && b.end == End::whole && a.bytes != b.bytes;
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  if (size < 1) return 0;
  const std::size_t piece = std::size_t{1} + bytes[0];
  const std::string_view stream = fuzz::text_of(bytes + 1, size - 1);
  const Content content = fuzz::content_of(stream, std::size_t{1} << 17);
  fuzz::require(!contradict(content, fuzz::content_of(stream, piece)),
                "content does not depend on how much is asked for at once");
  if (stream.starts_with("\x28\xb5\x2f\xfd")) {
    fuzz::require(!contradict(content, unpacked(stream)), "the library reads the same");
  }
  return 0;
}
