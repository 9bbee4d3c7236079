#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <isa-l/igzip_lib.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/unpack.h"

namespace netstray {
namespace {

std::uint32_t byte_at(std::span<const char> bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t two_bytes(std::span<const char> bytes, std::size_t at) noexcept {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U;
}

constexpr std::size_t kBlockHead = 18;  // of a BGZF block: gzip's header, and one extra field of 6 bytes

/// The length of the BGZF block that begins here (SAM specification, 4.1); 0 where none does.
std::size_t block_length(std::span<const char> bytes) noexcept {
  constexpr std::uint32_t kExtra = 4;
  constexpr std::size_t kTrailer = 8;
  if (bytes.size() < kBlockHead || !begins_gzip(bytes) || byte_at(bytes, 3) != kExtra) return 0;
  const bool tells_length =
      two_bytes(bytes, 10) == 6 && bytes[12] == 'B' && bytes[13] == 'C' && two_bytes(bytes, 14) == 2;
  const std::size_t length = std::size_t{two_bytes(bytes, 16)} + 1;
  return tells_length && length >= kBlockHead + kTrailer ? length : 0;
}

void begin_member(inflate_state& state) noexcept {
  isal_inflate_init(&state);
  state.crc_flag = ISAL_GZIP;
}

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)), state_(std::make_unique<inflate_state>()) {
    size_ = size;
    begin_member(*state_);
  }

  std::size_t read(std::span<char> out) override {
    for (;;) {
      if (given_ < unpacked_.size()) return give(out);
      if (!problem_.empty()) throw damaged(problem_);
      if (finished_) return 0;
      if (at_member_ && unpack_blocks()) continue;
      at_member_ = false;
      const std::size_t written = inflate_some(out);
      if (written > 0) return written;
    }
  }
  std::string_view compression() const noexcept override { return "gzip"; }
  std::string digest() const override { return bytes_.digest(); }

 private:
  struct Block {
    std::size_t begin;
    std::size_t length;
    std::size_t out;
    std::size_t size;
    std::string_view problem;
  };

  std::size_t give(std::span<char> out) {
    const std::size_t count = std::min(out.size(), unpacked_.size() - given_);
    std::memcpy(out.data(), unpacked_.data() + given_, count);
    given_ += count;
    return count;
  }

  std::size_t inflate_some(std::span<char> out) {
    if (bytes_.visible().empty() && !bytes_.fill()) throw damaged("the compressed data ends early");
    const auto input = bytes_.visible();
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
    state_->avail_in = static_cast<std::uint32_t>(input.size());
    state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_->avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), UINT32_MAX));
    const std::uint32_t room = state_->avail_out;
    const int status = isal_inflate(state_.get());
    const std::size_t written = room - state_->avail_out;
    bytes_.consume(input.size() - state_->avail_in);
    produced_ += written;
    position_ = bytes_.taken();
    if (status == ISAL_INCORRECT_CHECKSUM) {
      problem_ = kWrongChecksum;
    } else if (status < 0 || (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT)) {
      problem_ = kInvalid;
    } else if (state_->block_state == ISAL_BLOCK_FINISH) {
      next_member();
    }
    return written;
  }

  /// Inflates the BGZF blocks at hand, some MiB of them, on all threads; false where none begins here.
  bool unpack_blocks() {
    const std::size_t first = block_length(bytes_.peek(kBlockHead));
    if (first == 0) return false;
    if (bytes_.peek(first).size() < first) throw damaged("the compressed data ends early");
    std::vector<Block> blocks = blocks_at_hand();
    unpacked_.resize(blocks.back().out + blocks.back().size);
    given_ = 0;
    constexpr std::size_t kBlocksPerTask = 8;
    const auto input = bytes_.visible();
    parallel_for(blocks.size(), kBlocksPerTask, [&](std::size_t begin, std::size_t end) {
      const auto state = std::make_unique<inflate_state>();
      for (std::size_t i = begin; i < end; ++i) inflate_block(blocks[i], input, *state);
    });
    const auto broken = std::ranges::find_if(blocks, [](const Block& block) { return !block.problem.empty(); });
    position_ = bytes_.taken();
    if (broken != blocks.end()) {
      problem_ = broken->problem;
      unpacked_.resize(broken->out);
      produced_ += broken->out;
      return true;
    }
    produced_ += unpacked_.size();
    bytes_.consume(blocks.back().begin + blocks.back().length);
    next_member();
    return true;
  }

  /// Whole blocks that are visible; their sizes are what they say, 64 KiB at most.
  std::vector<Block> blocks_at_hand() const {
    constexpr std::size_t kEnough = std::size_t{4} << 20;
    constexpr std::size_t kLargest = std::size_t{1} << 16;
    constexpr std::size_t kSizeBytes = 4;
    const auto input = bytes_.visible();
    std::vector<Block> blocks;
    std::size_t begin = 0;
    std::size_t out = 0;
    while (out < kEnough) {
      const std::size_t length = block_length(input.subspan(begin));
      if (length == 0 || begin + length > input.size()) break;
      const std::size_t size_at = begin + length - kSizeBytes;
      const std::size_t size = std::size_t{two_bytes(input, size_at)} | std::size_t{two_bytes(input, size_at + 2)}
                                                                            << 16U;
      if (size > kLargest) throw damaged(kInvalid);
      blocks.push_back({begin, length, out, size, {}});
      begin += length;
      out += size;
    }
    return blocks;
  }

  void inflate_block(Block& block, std::span<const char> input, inflate_state& state) {
    begin_member(state);
    state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data() + block.begin));
    state.avail_in = static_cast<std::uint32_t>(block.length);
    state.next_out = reinterpret_cast<std::uint8_t*>(unpacked_.data() + block.out);
    state.avail_out = static_cast<std::uint32_t>(block.size);
    const int status = isal_inflate(&state);
    if (status == ISAL_INCORRECT_CHECKSUM) {
      block.problem = kWrongChecksum;
    } else if (status != ISAL_DECOMP_OK || state.block_state != ISAL_BLOCK_FINISH || state.avail_in != 0 ||
               state.avail_out != 0) {
      block.problem = kInvalid;
    }
  }

  /// Another member may follow; zero bytes behind the last one are padding (tapes, block devices), anything else is
  /// damage.
  void next_member() {
    const auto rest = bytes_.peek(2);
    at_member_ = true;
    if (begins_gzip(rest)) return begin_member(*state_);
    for (;;) {
      const auto visible = bytes_.visible();
      if (std::any_of(visible.begin(), visible.end(), [](char c) { return c != 0; })) {
        problem_ = "something that is not gzip follows the compressed data";
        return;
      }
      bytes_.consume(visible.size());
      if (!bytes_.fill()) break;
    }
    finished_ = true;
  }

  Error damaged(std::string_view why) const {
    return Error(fmt::format("{}: damaged gzip file: {} (after {} bytes of content); is the download complete?", name_,
                             why, produced_));
  }

  static constexpr std::string_view kWrongChecksum = "its checksum does not match";
  static constexpr std::string_view kInvalid = "it is not valid gzip data";

  BufferedBytes bytes_;
  std::unique_ptr<inflate_state> state_;
  std::vector<char> unpacked_;  // of blocks, of which given_ bytes were handed out
  std::size_t given_ = 0;
  std::uint64_t produced_ = 0;
  std::string_view problem_;  // what is wrong behind the bytes that were produced
  bool at_member_ = true;
  bool finished_ = false;
};

}  // namespace

bool begins_gzip(std::span<const char> head) noexcept {
  return head.size() >= 2 && head[0] == '\x1f' && head[1] == '\x8b';
}

std::unique_ptr<ByteSource> unpack_gzip(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size) {
  return std::make_unique<GzipSource>(std::move(name), std::move(bytes), size);
}

}  // namespace netstray
