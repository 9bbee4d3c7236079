#include "netstray/base/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 17;

Error cannot_write(const std::string& path, int error) {
  if (path == "-" && error == EPIPE)
    return Error("standard output was closed by its reader", Error::Kind::output_closed);
  return Error(fmt::format("{}: cannot write: {}", path == "-" ? "standard output" : path, std::strerror(error)));
}

/// The file itself, where `path` is a symbolic link.
std::string followed(const std::string& path) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  if (failed) throw cannot_write(path, failed.value());
  return real.string();
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (is_standard_output()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  struct stat info{};
  const bool exists = ::stat(path_.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) throw cannot_write(path_, EISDIR);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);  // a device or a named pipe: written as it goes
  } else {
    if (exists) path_ = followed(path_);
    open_temporary();
    if (exists && descriptor_ >= 0) ::fchmod(descriptor_, info.st_mode & 07777U);
  }
  if (descriptor_ < 0) throw cannot_write(path_, errno);
}

/// A new file beside the place. Its name may be taken by what a killed process of the same number left behind.
void OutputFile::open_temporary() {
  constexpr int kMostTries = 1000;
  for (int i = 0; i < kMostTries; ++i) {
    temporary_ = fmt::format("{}.{}-{}.part", path_, ::getpid(), i);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) return;
    if (errno != EEXIST) break;
  }
  temporary_.clear();
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && !is_standard_output()) ::close(descriptor_);
  if (!committed_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) flush();
}

void OutputFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t done = ::write(descriptor_, rest.data(), rest.size());
    if (done < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      buffer_.clear();
      throw cannot_write(path_, error);
    }
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  buffer_.clear();
}

void OutputFile::commit() {
  flush();
  if (!is_standard_output()) {
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) throw cannot_write(path_, errno);
  }
  if (!temporary_.empty() && std::rename(temporary_.c_str(), path_.c_str()) != 0) throw cannot_write(path_, errno);
  committed_ = true;
}

void write_file(const std::string& path, std::string_view bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace netstray
