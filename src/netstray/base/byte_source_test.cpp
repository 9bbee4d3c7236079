#include "netstray/base/byte_source.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/packing_testing.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

std::string read_all(ByteSource& source, std::size_t piece) {
  std::string all;
  std::vector<char> buffer(piece);
  while (const std::size_t got = source.read(buffer)) all.append(buffer.data(), got);
  return all;
}

std::string random_text(std::uint64_t seed, std::size_t size) {
  Rng rng(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + rng.below(seed % 2 == 0 ? 3 : 26));
  return text;
}

std::string error_of(const std::string& bytes) {
  try {
    read_all(*open_memory("x.gz", bytes), 1000);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ByteSource, ReadsPlainAndGzipInAnyPieces) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string text = random_text(seed, 1 + static_cast<std::size_t>(seed * seed) * 7);
    const std::size_t piece = 1 + static_cast<std::size_t>(seed * 37 % 5000);
    const auto plain = open_memory("t", text);
    EXPECT_EQ(plain->compression(), "plain");
    EXPECT_EQ(read_all(*plain, piece), text) << "seed " << seed;
    const auto packed = open_memory("t", gzip(text));
    EXPECT_EQ(packed->compression(), "gzip");
    EXPECT_EQ(read_all(*packed, piece), text) << "seed " << seed;
  }
}

TEST(ByteSource, ReadsMembersOneAfterTheOtherAndPaddingBehindThem) {
  const std::string text = random_text(3, 1'000'000);
  const std::string bytes =
      gzip(text.substr(0, 10)) + gzip(text.substr(10, 500'000)) + gzip("") + gzip(text.substr(500'010));
  EXPECT_EQ(read_all(*open_memory("t", bytes), 4096), text);
  EXPECT_EQ(read_all(*open_memory("t", bytes + std::string(1000, '\0')), 4096), text);
  EXPECT_NE(error_of(bytes + "trailing words").find("something that is not gzip"), std::string::npos);
}

TEST(ByteSource, NamesTruncationAndDamage) {
  const std::string bytes = gzip(random_text(1, 200'000));
  for (std::size_t size = 2; size < bytes.size(); size += 1 + bytes.size() / 97) {
    EXPECT_NE(error_of(bytes.substr(0, size)), "no error") << "cut at " << size;
  }
  EXPECT_NE(error_of(bytes.substr(0, bytes.size() - 4)).find("ends early"), std::string::npos);
  std::string spoiled = bytes;
  spoiled[spoiled.size() - 6] = static_cast<char>(spoiled[spoiled.size() - 6] ^ 1);
  EXPECT_NE(error_of(spoiled).find("checksum"), std::string::npos);
}

TEST(ByteSource, AnyFlippedByteIsAnErrorOrTheSameText) {
  const std::string text = random_text(5, 3'000);
  const std::string bytes = gzip(text);
  for (std::size_t at = 2; at < bytes.size(); at += 3) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    try {
      EXPECT_EQ(read_all(*open_memory("t", flipped), 512), text) << "byte " << at;
    } catch (const Error&) {
      continue;
    }
  }
}

TEST(ByteSource, DigestIsThatOfTheFileAsItLies) {
  const auto source = open_memory("t", "abc");
  read_all(*source, 10);
  EXPECT_EQ(source->digest(), "06b05ab6733a618578af5f94892f3950");  // printf abc | xxh128sum
}

TEST(ByteSource, SaysWhatCannotBeOpened) {
  EXPECT_THROW(open_bytes("/nowhere/at/all"), Error);
  EXPECT_THROW(open_bytes("/tmp"), Error);
}

}  // namespace
}  // namespace netstray
