#include "netstray/base/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/interrupt.h"

namespace netstray {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

/// Where raw bytes come from, before any decompression.
class RawBytes {
 public:
  virtual ~RawBytes() = default;
  virtual std::size_t read(char* out, std::size_t size) = 0;
};

class FileBytes final : public RawBytes {
 public:
  FileBytes(int descriptor, std::string name, bool owned)
      : descriptor_(descriptor), name_(std::move(name)), owned_(owned) {}
  ~FileBytes() override {
    if (owned_) ::close(descriptor_);
  }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::size_t read(char* out, std::size_t size) override {
    for (;;) {
      check_interrupt();
      const ssize_t got = ::read(descriptor_, out, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw Error(fmt::format("{}: cannot read: {}", name_, std::strerror(errno)));
    }
  }

 private:
  int descriptor_;
  std::string name_;
  bool owned_;
};

class MemoryBytes final : public RawBytes {
 public:
  explicit MemoryBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(char* out, std::size_t size) override {
    const std::size_t count = std::min(size, bytes_.size() - offset_);
    std::memcpy(out, bytes_.data() + offset_, count);
    offset_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t offset_ = 0;
};

/// Raw bytes through a buffer whose front has been looked at, hashed as they are taken.
class BufferedBytes {
 public:
  explicit BufferedBytes(std::unique_ptr<RawBytes> raw) : raw_(std::move(raw)), buffer_(kBufferBytes) {}

  /// Makes at least `count` bytes visible where the stream has them.
  std::span<const char> peek(std::size_t count) {
    while (end_ - begin_ < count && fill()) {
    }
    return visible();
  }
  std::span<const char> visible() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }

  /// Reads more behind what is visible; false at the end of the stream.
  bool fill() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == buffer_.size()) return false;
    const std::size_t got = raw_->read(buffer_.data() + end_, buffer_.size() - end_);
    hash_.add({buffer_.data() + end_, got});
    end_ += got;
    taken_ += got;
    return got > 0;
  }

  /// Straight into the caller's memory once nothing is buffered.
  std::size_t read(std::span<char> out) {
    if (begin_ == end_) {
      const std::size_t got = raw_->read(out.data(), out.size());
      hash_.add({out.data(), got});
      taken_ += got;
      return got;
    }
    const std::size_t count = std::min(out.size(), end_ - begin_);
    std::memcpy(out.data(), buffer_.data() + begin_, count);
    begin_ += count;
    return count;
  }

  std::uint64_t taken() const { return taken_; }
  std::string digest() const { return hash_.hex(); }

 private:
  std::unique_ptr<RawBytes> raw_;
  std::vector<char> buffer_;
  StreamHash hash_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;
};

class PlainSource final : public ByteSource {
 public:
  PlainSource(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)) {
    size_ = size;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t got = bytes_.read(out);
    position_ = bytes_.taken();
    return got;
  }
  std::string_view compression() const noexcept override { return "plain"; }
  std::string digest() const override { return bytes_.digest(); }

 private:
  BufferedBytes bytes_;
};

/// gzip (RFC 1952), member after member, checked against each member's CRC and length.
class GzipSource final : public ByteSource {
 public:
  GzipSource(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)), state_(std::make_unique<inflate_state>()) {
    size_ = size;
    begin_member();
  }

  std::size_t read(std::span<char> out) override {
    std::size_t written = 0;
    while (written == 0 && !finished_) {
      if (bytes_.visible().empty() && !bytes_.fill()) throw damaged("the compressed data ends early");
      const auto input = bytes_.visible();
      state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
      state_->avail_in = static_cast<std::uint32_t>(input.size());
      state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
      state_->avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), UINT32_MAX));
      const std::uint32_t room = state_->avail_out;
      const int status = isal_inflate(state_.get());
      written = room - state_->avail_out;
      bytes_.consume(input.size() - state_->avail_in);
      produced_ += written;
      position_ = bytes_.taken();
      if (status == ISAL_INCORRECT_CHECKSUM) throw damaged("its checksum does not match");
      if (status < 0 || (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT))
        throw damaged("it is not valid gzip data");
      if (state_->block_state == ISAL_BLOCK_FINISH) next_member();
    }
    return written;
  }
  std::string_view compression() const noexcept override { return "gzip"; }
  std::string digest() const override { return bytes_.digest(); }

 private:
  void begin_member() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  /// Another member may follow; zero bytes behind the last one are padding (tapes, block devices), anything else is
  /// damage.
  void next_member() {
    const auto rest = bytes_.peek(2);
    if (rest.size() >= 2 && rest[0] == '\x1f' && rest[1] == '\x8b') {
      begin_member();
      return;
    }
    for (;;) {
      const auto visible = bytes_.visible();
      if (std::any_of(visible.begin(), visible.end(), [](char c) { return c != 0; })) {
        throw damaged("something that is not gzip follows the compressed data");
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

  BufferedBytes bytes_;
  std::unique_ptr<inflate_state> state_;
  std::uint64_t produced_ = 0;
  bool finished_ = false;
};

std::unique_ptr<ByteSource> wrap(std::string name, std::unique_ptr<RawBytes> raw, std::optional<std::uint64_t> size) {
  BufferedBytes bytes(std::move(raw));
  const auto head = bytes.peek(2);
  if (head.size() >= 2 && head[0] == '\x1f' && head[1] == '\x8b') {
    return std::make_unique<GzipSource>(std::move(name), std::move(bytes), size);
  }
  return std::make_unique<PlainSource>(std::move(name), std::move(bytes), size);
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  if (path == "-")
    return wrap("standard input", std::make_unique<FileBytes>(STDIN_FILENO, "standard input", false), {});
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw Error(fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  auto raw = std::make_unique<FileBytes>(descriptor, path, true);
  struct stat info{};
  std::optional<std::uint64_t> size;
  if (::fstat(descriptor, &info) == 0) {
    if (S_ISDIR(info.st_mode)) throw Error(fmt::format("{}: is a directory, expected a file", path));
    if (S_ISREG(info.st_mode)) size = static_cast<std::uint64_t>(info.st_size);
  }
  return wrap(path, std::move(raw), size);
}

std::unique_ptr<ByteSource> open_memory(std::string name, std::string bytes) {
  const std::uint64_t size = bytes.size();
  return wrap(std::move(name), std::make_unique<MemoryBytes>(std::move(bytes)), size);
}

}  // namespace netstray
