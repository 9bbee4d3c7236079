#include "netstray/base/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/raw_bytes.h"
#include "netstray/base/unpack.h"

namespace netstray {
namespace {

class FileBytes final : public RawBytes {
 public:
  FileBytes(int descriptor, std::string name, bool owned)
      : descriptor_(descriptor), name_(std::move(name)), owned_(owned) {}
  /// Fewer bytes than these are an Error: the file was cut while it was read.
  void expect(std::uint64_t size) { expected_ = size; }
  ~FileBytes() override {
    if (owned_) ::close(descriptor_);
  }

  std::size_t read(char* out, std::size_t size) override {
    for (;;) {
      check_interrupt();
      const ssize_t got = ::read(descriptor_, out, size);
      if (got == 0 && size > 0 && taken_ < expected_) {
        throw Error(
            fmt::format("{}: ended after {} of {} bytes: it was cut while being read", name_, taken_, expected_));
      }
      if (got >= 0) {
        taken_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) throw Error(fmt::format("{}: cannot read: {}", name_, std::strerror(errno)));
    }
  }

 private:
  int descriptor_;
  std::string name_;
  bool owned_;
  std::uint64_t taken_ = 0;
  std::uint64_t expected_ = 0;
};

/// Waits for the writer of a named pipe, or for Ctrl-C.
int open_for_reading(const std::string& path) {
  for (;;) {
    check_interrupt();
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) return descriptor;
    if (errno != EINTR) throw Error(fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  }
}

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

std::unique_ptr<ByteSource> wrap(std::string name, std::unique_ptr<RawBytes> raw, std::optional<std::uint64_t> size) {
  BufferedBytes bytes(std::move(raw));
  constexpr std::size_t kMagicBytes = 4;
  const auto head = bytes.peek(kMagicBytes);
  if (begins_gzip(head)) return unpack_gzip(std::move(name), std::move(bytes), size);
  if (begins_zstd(head)) return unpack_zstd(std::move(name), std::move(bytes), size);
  return std::make_unique<PlainSource>(std::move(name), std::move(bytes), size);
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  if (path == "-")
    return wrap("standard input", std::make_unique<FileBytes>(STDIN_FILENO, "standard input", false), {});
  const int descriptor = open_for_reading(path);
  auto raw = std::make_unique<FileBytes>(descriptor, path, true);
  struct stat info{};
  std::optional<std::uint64_t> size;
  if (::fstat(descriptor, &info) == 0) {
    if (S_ISDIR(info.st_mode)) throw Error(fmt::format("{}: is a directory, expected a file", path));
    if (S_ISREG(info.st_mode)) {
      size = static_cast<std::uint64_t>(info.st_size);
      raw->expect(*size);
    }
  }
  return wrap(path, std::move(raw), size);
}

std::unique_ptr<ByteSource> open_memory(std::string name, std::string bytes) {
  const std::uint64_t size = bytes.size();
  return wrap(std::move(name), std::make_unique<MemoryBytes>(std::move(bytes)), size);
}

std::unique_ptr<ByteSource> plain_memory(std::string name, std::string bytes) {
  const std::uint64_t size = bytes.size();
  return std::make_unique<PlainSource>(std::move(name), BufferedBytes(std::make_unique<MemoryBytes>(std::move(bytes))),
                                       size);
}

}  // namespace netstray
