#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace netstray {

/// A stream of bytes that a user named: a plain file, one compressed by gzip or zstd (found by its content, not
/// by its name), or `-` for standard input. Not thread-safe; constant memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills the front of `out` and returns how many bytes; 0 at the end only. May return fewer than asked (a pipe gives
  /// what it has). Throws Error with the name where reading fails, a file turns out shorter than it was when it was
  /// opened, or a compressed stream is damaged or ends early; the content before that was given by then.
  virtual std::size_t read(std::span<char> out) = 0;

  /// What was inside: "plain", "gzip" or "zstd".
  virtual std::string_view compression() const noexcept = 0;

  /// The name as the user gave it, "standard input" for `-`.
  const std::string& name() const noexcept { return name_; }
  /// Bytes taken from the file so far (before decompression), and of how many, where that is known: for progress.
  std::uint64_t position() const noexcept { return position_; }
  std::optional<std::uint64_t> size() const noexcept { return size_; }
  /// XXH3-128 of the bytes taken so far, of the file as it lies on disk (what `xxh128sum FILE` prints).
  virtual std::string digest() const = 0;

 protected:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  std::string name_;
  std::uint64_t position_ = 0;
  std::optional<std::uint64_t> size_;
};

/// Opens what `path` names. Throws Error where it cannot be opened or is a directory.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

/// The same over bytes in memory (for tests and made-up data); compressed content is found as in a file.
std::unique_ptr<ByteSource> open_memory(std::string name, std::string bytes);
/// The same, taken as they are.
std::unique_ptr<ByteSource> plain_memory(std::string name, std::string bytes);

}  // namespace netstray
