#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "netstray/base/byte_source.h"

namespace netstray {

/// A folder of its own, gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / "netstray-capture-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

 private:
  std::string path_;
};

/// A stream that gives so many bytes at a time, as a pipe may.
class TrickleSource final : public ByteSource {
 public:
  TrickleSource(std::string bytes, std::size_t piece)
      : ByteSource("trickle"), bytes_(std::move(bytes)), piece_(piece) {}

  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min({out.size(), piece_, bytes_.size() - given_});
    std::memcpy(out.data(), bytes_.data() + given_, count);
    given_ += count;
    position_ = given_;
    return count;
  }
  std::string_view compression() const noexcept override { return "plain"; }
  std::string digest() const override { return {}; }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t given_ = 0;
};

}  // namespace netstray
