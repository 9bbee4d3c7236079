#include "netstray/base/unpack.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "netstray/base/error.h"
#include "netstray/base/packing_testing.h"
#include "netstray/base/parallel.h"
#include "netstray/base/read_ahead.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

std::string read_all(ByteSource& source, std::size_t piece) {
  std::string all;
  std::vector<char> buffer(piece);
  while (const std::size_t got = source.read(buffer)) all.append(buffer.data(), got);
  return all;
}

std::string error_of(const std::string& bytes) {
  try {
    read_all(*open_memory("x", bytes), 1000);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string random_text(Rng& rng, std::size_t size) {
  const std::uint64_t letters = 1 + rng.below(26);
  std::string text(size, '\0');
  const std::size_t random = std::min<std::size_t>(size, 2000);
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = i < random ? static_cast<char>('a' + rng.below(letters)) : text[i - 1000 - i % 7];
  }
  return text;
}

/// A BGZF block as the SAM specification has it, made by zlib.
std::string bgzf_block(const std::string& text) {
  const std::string body = deflated(text, 1, -15);
  const auto number = [](std::uint64_t value, std::size_t bytes) {
    std::string text_of;
    for (std::size_t i = 0; i < bytes; ++i) text_of += static_cast<char>(value >> (8 * i));
    return text_of;
  };
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  return std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16) + number(18 + body.size() + 8 - 1, 2) + body +
         number(checksum, 4) + number(text.size(), 4);
}

std::string bgzf(const std::string& text, std::size_t block) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += block) bytes += bgzf_block(text.substr(at, block));
  return bytes + bgzf_block("");
}

/// What comes before the error.
std::string content_before_damage(const std::string& bytes, std::size_t piece) {
  const auto source = open_memory("x", bytes);
  std::string all;
  std::vector<char> buffer(piece);
  try {
    while (const std::size_t got = source->read(buffer)) all.append(buffer.data(), got);
  } catch (const Error&) {
    return all;
  }
  return "no error";
}

TEST(Unpack, ContentBeforeDamageIsGivenFirst) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::string text = random_text(rng, 1 + rng.below(300'000));
    const std::size_t piece = 1 + rng.below(400'000);
    const std::string block = bgzf_block("one more");
    std::string broken = block;
    broken[broken.size() - 8] = static_cast<char>(broken[broken.size() - 8] ^ 1);
    EXPECT_EQ(content_before_damage(bgzf(text, 20'000) + broken + block, piece), text) << "seed " << seed;
    EXPECT_EQ(content_before_damage(bgzf(text, 20'000) + "words", piece), text) << "seed " << seed;
    EXPECT_EQ(content_before_damage(bgzf(text, 20'000) + block.substr(0, 25), piece), text) << "seed " << seed;
    EXPECT_EQ(content_before_damage(zstd(text) + "words", piece), text) << "seed " << seed;
    std::string wrong = zstd(text);
    wrong.back() = static_cast<char>(wrong.back() ^ 1);
    EXPECT_TRUE(text.starts_with(content_before_damage(wrong, piece))) << "seed " << seed;
  }
}

TEST(Unpack, ReadsZstdFramesInAnyPieces) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    const auto first = random_text(rng, rng.below(300'000));
    const auto second = random_text(rng, rng.below(1000));
    const std::string skippable("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
    const auto source = open_memory("t", zstd(first) + skippable + zstd(second));
    EXPECT_EQ(source->compression(), "zstd");
    ASSERT_EQ(read_all(*source, 1 + rng.below(100'000)), first + second) << "seed " << seed;
  }
}

TEST(Unpack, SaysWhatIsWrongWithZstd) {
  Rng rng(1);
  const auto good = zstd(random_text(rng, 100'000));
  EXPECT_NE(error_of(good.substr(0, good.size() / 2)).find("ends early"), std::string::npos);
  EXPECT_NE(error_of(good + "x,y\n").find("not zstd follows"), std::string::npos);
  auto damaged = good;
  damaged[good.size() / 2] = static_cast<char>(~damaged[good.size() / 2]);
  EXPECT_NE(error_of(damaged).find("damaged zstd file"), std::string::npos) << error_of(damaged);
}

TEST(Unpack, RefusesAZstdWindowThatTakesTooMuchMemory) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 28);
  std::string out(100'000, '\0');
  ZSTD_inBuffer input{"abc", 3, 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  ZSTD_compressStream2(context, &output, &input, ZSTD_e_flush);
  ZSTD_freeCCtx(context);
  EXPECT_NE(error_of(out.substr(0, output.pos)).find("window over 128 MiB"), std::string::npos);
}

TEST(Unpack, StopsAtAZstdBomb) {
  const auto frame = zstd(std::string(std::size_t{64} << 20U, 'x'));
  std::string bomb;
  for (int i = 0; i < 40; ++i) bomb += frame;
  const auto source = open_memory("bomb", bomb);
  std::vector<char> buffer(std::size_t{1} << 22U);
  std::uint64_t unpacked = 0;
  std::string told;
  try {
    while (const std::size_t got = source->read(buffer)) unpacked += got;
  } catch (const Error& error) {
    told = error.what();
  }
  EXPECT_NE(told.find("5000 times its size"), std::string::npos) << told;
  EXPECT_LT(unpacked, std::uint64_t{5} << 28U);  // of 2.5 GiB
}

TEST(Unpack, ReadsBgzfOnAnyNumberOfThreads) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    const auto text = random_text(rng, rng.below(300'000));
    set_threads(static_cast<unsigned>(1 + rng.below(3)));
    const auto source = open_memory("t", bgzf(text, 1 + rng.below(65'000)));
    ASSERT_EQ(read_all(*source, 1 + rng.below(100'000)), text) << "seed " << seed;
  }
  set_threads(0);
}

TEST(Unpack, ReadsBgzfBesideOtherGzipMembers) {
  Rng rng(1);
  const auto text = random_text(rng, 200'000);
  const auto blocks = bgzf(text, 40'000);
  std::string plain_member = bgzf_block("between");
  plain_member.replace(3, 1, std::string(1, '\0'));
  plain_member.erase(10, 8);  // the extra field
  EXPECT_EQ(read_all(*open_memory("t", blocks + plain_member + blocks), 1000), text + "between" + text);
}

TEST(Unpack, SaysWhatIsWrongWithBgzf) {
  Rng rng(1);
  const auto good = bgzf(random_text(rng, 200'000), 40'000);
  EXPECT_NE(error_of(good.substr(0, good.size() - 100)).find("ends early"), std::string::npos);
  auto wrong_sum = good;
  const std::size_t at = wrong_sum.size() - 28 - 8;  // before the empty block: the last block's CRC
  wrong_sum[at] = static_cast<char>(~wrong_sum[at]);
  EXPECT_NE(error_of(wrong_sum).find("checksum"), std::string::npos) << error_of(wrong_sum);
  auto huge = good;
  huge[huge.size() - 28 - 1] = '\x7f';  // says that it holds 2 GiB
  EXPECT_NE(error_of(huge).find("not valid gzip"), std::string::npos) << error_of(huge);
}

TEST(ReadAhead, GivesTheSameBytesPlaceAndDigest) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    const auto text = random_text(rng, rng.below(seed % 25 == 0 ? 6'000'000 : 5000));
    const auto bytes = seed % 2 == 0 ? zstd(text) : text;
    set_threads(2);
    const auto ahead = read_ahead(open_memory("t", bytes));
    const auto direct = open_memory("t", bytes);
    ASSERT_EQ(read_all(*ahead, 1 + rng.below(100'000)), read_all(*direct, 1'000'000)) << "seed " << seed;
    ASSERT_EQ(ahead->digest(), direct->digest()) << "seed " << seed;
    ASSERT_EQ(ahead->position(), direct->position()) << "seed " << seed;
    ASSERT_EQ(ahead->compression(), direct->compression());
  }
  set_threads(0);
}

TEST(ReadAhead, ThrowsWhereTheSourceDidBehindTheBytesBeforeIt) {
  Rng rng(1);
  const auto good = bgzf(random_text(rng, 5'000'000), 40'000);
  set_threads(2);
  const auto source = read_ahead(open_memory("t", good.substr(0, good.size() / 2)));
  std::string all;
  std::vector<char> buffer(1000);
  EXPECT_THROW(for (;;) all.append(buffer.data(), source->read(buffer)), Error);
  EXPECT_GT(all.size(), 1'000'000U);
  EXPECT_THROW(source->read(buffer), Error) << "once more";
  set_threads(0);
}

TEST(ReadAhead, StopsWhenNobodyTakesTheBytes) {
  set_threads(2);
  std::vector<char> buffer(10);
  for (int i = 0; i < 5; ++i) {
    const auto source = read_ahead(open_memory("t", std::string(8'000'000, 'x')));
    EXPECT_EQ(source->read(buffer), 10U);
  }
  set_threads(0);
}

}  // namespace
}  // namespace netstray
