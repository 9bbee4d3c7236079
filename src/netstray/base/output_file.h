#pragma once

#include <string>
#include <string_view>

namespace netstray {

/// A file that appears whole or not at all: written beside its place and moved there by commit(). Without commit() (an
/// error, Ctrl-C) nothing is left and what stood there before stays. A file that is replaced keeps its permissions, a
/// symbolic link is followed. `-` is standard output, written as it goes. Buffered; not thread-safe.
class OutputFile {
 public:
  /// Throws Error where the place cannot be written.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Throws Error where the disk is full or the reader of a pipe has gone (Error::Kind::output_closed where that is
  /// standard output).
  void write(std::string_view bytes);
  /// Hands everything written so far to the system (for line-buffered output).
  void flush();
  /// Flushes, and gives the file its name.
  void commit();

 private:
  bool is_standard_output() const noexcept { return path_ == "-"; }
  void open_temporary();

  std::string path_;
  std::string temporary_;
  std::string buffer_;
  int descriptor_ = -1;
  bool committed_ = false;
};

/// Writes `bytes` to `path` as a whole (OutputFile).
void write_file(const std::string& path, std::string_view bytes);

}  // namespace netstray
