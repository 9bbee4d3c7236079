#include "netstray/base/write_lines.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

TEST(WriteLines, KeepsTheOrderForAnyNumberOfThreadsAndRows) {
  const auto path = std::filesystem::temp_directory_path() / ("netstray-lines-" + std::to_string(::getpid()));
  for (const unsigned count : {1U, 2U, 3U}) {
    set_threads(count);
    for (const std::size_t rows : {0U, 1U, 2048U, 2049U, 100'000U}) {
      std::string expected;
      for (std::size_t row = 0; row < rows; ++row) expected += std::to_string(row) + '\n';
      OutputFile out(path.string());
      write_lines(out, rows, [](std::size_t row, std::string& text) { text += std::to_string(row) + '\n'; });
      out.commit();
      std::ostringstream written;
      if (rows > 0) written << std::ifstream(path).rdbuf();
      EXPECT_EQ(written.str(), expected) << count << " threads, " << rows;
    }
  }
  set_threads(0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace netstray
