#include "netstray/base/output_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() : folder_(fs::path(::testing::TempDir()) / ("netstray_output_file_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

 private:
  fs::path folder_;
};

TEST_F(OutputFileTest, AppearsWholeWithCommit) {
  OutputFile file(path("a"));
  file.write("one ");
  file.flush();
  EXPECT_FALSE(fs::exists(path("a")));
  file.write("two");
  file.commit();
  EXPECT_EQ(content(path("a")), "one two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFileTest, WithoutCommitNothingIsLeftAndTheOldFileStays) {
  write_file(path("a"), "old");
  {
    OutputFile file(path("a"));
    file.write("new");
    file.flush();
  }
  EXPECT_EQ(content(path("a")), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFileTest, WhatAKilledProcessLeftBehindIsNoHindrance) {
  for (int i = 0; i < 3; ++i)
    std::ofstream(path("a." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".part"));
  write_file(path("a"), "words");
  EXPECT_EQ(content(path("a")), "words");
  EXPECT_EQ(files(), 4U);
}

TEST_F(OutputFileTest, AFullDiskAndAPlaceThatIsNotThereAreErrors) {
  EXPECT_THROW(write_file("/dev/full", "words"), Error);
  EXPECT_THROW(OutputFile(path("no/such/folder")), Error);
  EXPECT_THROW(OutputFile(path("")), Error);
  const int gone = ::open(path("gone").c_str(), O_WRONLY | O_CREAT, 0600);
  fs::remove(path("gone"));
  EXPECT_THROW(OutputFile("/proc/self/fd/" + std::to_string(gone)), Error);
  ::close(gone);
}

}  // namespace
}  // namespace netstray
