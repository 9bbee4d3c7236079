#include <optional>
#include <utility>

#include <fmt/core.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "netstray/base/error.h"
#include "netstray/base/unpack.h"

namespace netstray {
namespace {

constexpr int kLargestWindow = 27;  // 2^27 bytes
constexpr std::uint64_t kMostGrowth = 5'000;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 30;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class ZstdSource final : public ByteSource {
 public:
  ZstdSource(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)), context_(ZSTD_createDCtx()) {
    if (!context_) throw Error(fmt::format("{}: no memory to unpack it", name_));
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindow);
    size_ = size;
  }

  std::size_t read(std::span<char> out) override {
    if (failure_) throw damaged(*failure_);
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    while (output.pos == 0 && output.size > 0) {
      if (bytes_.visible().empty() && !bytes_.fill() && !inside_frame_) return 0;
      const auto visible = bytes_.visible();
      ZSTD_inBuffer input{visible.data(), visible.size(), 0};
      const std::size_t status = ZSTD_decompressStream(context_.get(), &output, &input);
      if (ZSTD_isError(status) != 0) {
        failure_ = status;
        if (output.pos == 0) throw damaged(status);
        break;
      }
      if (visible.empty() && output.pos == 0) throw damaged("the compressed data ends early");
      inside_frame_ = status != 0;
      bytes_.consume(input.pos);
    }
    produced_ += output.pos;
    position_ = bytes_.taken();
    if (produced_ > kAlwaysAllowed && produced_ / kMostGrowth > position_) {
      throw Error(
          fmt::format("{}: unpacks to over {} times its size; that is no table, or one made to fill the machine", name_,
                      kMostGrowth));
    }
    return output.pos;
  }
  std::string_view compression() const noexcept override { return "zstd"; }
  std::string digest() const override { return bytes_.digest(); }

 private:
  Error damaged(std::size_t status) const {
    const auto code = ZSTD_getErrorCode(status);
    if (code == ZSTD_error_frameParameter_windowTooLarge) {
      return Error(
          fmt::format("{}: was compressed with a window over 128 MiB; unpack it with `zstd -d --memory=2048MB` "
                      "and give the result",
                      name_));
    }
    if (code == ZSTD_error_prefix_unknown) return damaged("something that is not zstd follows the compressed data");
    if (code == ZSTD_error_checksum_wrong) return damaged("its checksum does not match");
    return damaged("it is not valid zstd data");
  }
  Error damaged(std::string_view why) const {
    return Error(fmt::format("{}: damaged zstd file: {} (after {} bytes of content); is the download complete?", name_,
                             why, produced_));
  }

  BufferedBytes bytes_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::uint64_t produced_ = 0;
  std::optional<std::size_t> failure_;  // the library's, behind the bytes that were produced
  bool inside_frame_ = false;
};

}  // namespace

/// A frame, or a skippable one.
bool begins_zstd(std::span<const char> head) noexcept {
  if (head.size() < 4) return false;
  const auto byte = static_cast<unsigned char>(head[0]);
  if (byte == 0x28) return head[1] == '\xb5' && head[2] == '\x2f' && head[3] == '\xfd';
  return (byte & 0xf0U) == 0x50 && head[1] == '\x2a' && head[2] == '\x4d' && head[3] == '\x18';
}

std::unique_ptr<ByteSource> unpack_zstd(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size) {
  return std::make_unique<ZstdSource>(std::move(name), std::move(bytes), size);
}

}  // namespace netstray
