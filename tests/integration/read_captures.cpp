// Reads captures and says what was in them, for captures_test.py:
//
//   read_captures FILE...     all of them as one capture
//   read_captures --each      each of the files that standard input names, a line each
//
// A line for each capture: frames, a digest of them, the format of its first file, what is wrong with it, the first
// file's name; or "error", nothing, nothing, why, the name.

#include <cstdio>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/capture/capture_reader.h"

namespace netstray {
namespace {

void add(StreamHash& hash, const Frame& frame) {
  const auto head =
      fmt::format("{} {} {} {} ", frame.time, static_cast<std::uint32_t>(frame.link), frame.length, frame.bytes.size());
  hash.add(head);
  hash.add({reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()});
}

std::string line_of(std::span<const std::string> paths) {
  try {
    const auto reader = CaptureReader::open(paths);
    StreamHash hash;
    std::vector<Frame> frames(128);
    while (const std::size_t count = reader->next(frames)) {
      for (std::size_t i = 0; i < count; ++i) add(hash, frames[i]);
    }
    const CaptureInput& first = reader->inputs().front();
    return fmt::format("{}\t{}\t{}\t{}\t{}\n", reader->frames_read(), hash.hex(), first.format, first.warning(),
                       paths.front());
  } catch (const Error& error) {
    return fmt::format("error\t\t\t{}\t{}\n", error.what(), paths.front());
  }
}

int run(std::span<char*> words) {
  std::vector<std::string> paths(words.begin() + 1, words.end());
  if (paths != std::vector<std::string>{"--each"}) {
    std::fputs(line_of(paths).c_str(), stdout);
    return 0;
  }
  for (std::string path; std::getline(std::cin, path);) {
    std::fputs(line_of({&path, 1}).c_str(), stdout);
    std::fflush(stdout);  // the last line tells which file came before one that does not end
  }
  return 0;
}

}  // namespace
}  // namespace netstray

int main(int count, char** words) {
  try {
    return netstray::run({words, static_cast<std::size_t>(count)});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "read_captures: %s\n", error.what());
    return 1;
  }
}
