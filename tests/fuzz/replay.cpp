// Feeds a fuzz target what is in its corpus, and small changes of it, in an ordinary build:
//
//   fuzz_NAME DIRECTORY...
//
// Each file is given as it is, cut short at some places, and with some bytes changed; always the same ones.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr std::size_t kCuts = 12;
constexpr std::size_t kChanges = 24;
constexpr double kMostSeconds = 10;  // of processor time, so that a busy machine does not count

std::vector<std::filesystem::path> files_of(int count, char** directories) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(directories[i])) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void give(const std::string& bytes) {
  const std::clock_t start = std::clock();
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fuzz::require(seconds < kMostSeconds, "an input takes less than 10 s");
}

std::string changed(std::string bytes, Rng& rng) {
  for (std::uint64_t count = 1 + rng.below(3); count > 0 && !bytes.empty(); --count) {
    bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
  }
  return bytes;
}

void replay(const std::string& bytes, std::uint64_t seed) {
  give(bytes);
  Rng rng(seed);
  for (std::size_t i = 0; i < kCuts; ++i) give(bytes.substr(0, rng.below(bytes.size() + 1)));
  for (std::size_t i = 0; i < kChanges; ++i) give(changed(bytes, rng));
}

int run(int count, char** directories) {
  const auto files = files_of(count, directories);
  fuzz::require(!files.empty(), "there is a corpus");
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::printf("%s\n", files[i].c_str());
    std::fflush(stdout);  // the last line tells which file it was
    replay(bytes_of(files[i]), i);
  }
  std::printf("%zu inputs, each with %zu changes\n", files.size(), kCuts + kChanges);
  return 0;
}

}  // namespace
}  // namespace netstray

int main(int count, char** values) {
  try {
    return netstray::run(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "an exception that is no Error, or no corpus: %s\n", error.what());
    return 1;
  }
}
