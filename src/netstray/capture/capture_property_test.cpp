// What holds of any frames, over many seeds.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/packing_testing.h"
#include "netstray/capture/capture_files_testing.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/capture_testing.h"
#include "netstray/capture/pcap_writer.h"

namespace netstray {
namespace {

constexpr std::uint64_t kSeeds = 100;

std::vector<OwnFrame> frames_in(std::string bytes, std::size_t batch = 64) {
  return all_frames(*CaptureReader::open(open_memory("t", std::move(bytes))), batch);
}

TEST(CaptureProperty, WhatIsWrittenIsReadAgain) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("x.pcap");
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    std::vector<OwnFrame> frames = random_frames(rng, rng.below(40));
    const bool nanoseconds = rng.below(2) == 0;
    const LinkType link = rng.below(2) == 0 ? LinkType::raw : LinkType{147};
    for (OwnFrame& frame : frames) {
      frame.link = link;
      if (nanoseconds) frame.time += static_cast<TimeNs>(rng.below(1000));
    }
    PcapWriter writer(path, link,
                      nanoseconds ? PcapWriter::Resolution::nanoseconds : PcapWriter::Resolution::microseconds);
    for (const OwnFrame& frame : frames) writer.write(borrowed(frame));
    EXPECT_EQ(writer.frames(), frames.size());
    writer.commit();
    EXPECT_EQ(all_frames(*CaptureReader::open({{path}})), frames) << "seed " << seed;
  }
}

TEST(CaptureProperty, BothByteOrdersAndAllFormatsAgree) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, rng.below(40));
    for (const bool swapped : {false, true}) {
      EXPECT_EQ(frames_in(pcap_of(frames, {.swapped = swapped})), frames) << "seed " << seed;
      EXPECT_EQ(frames_in(pcap_of(frames, {.swapped = swapped, .nanoseconds = true})), frames) << "seed " << seed;
      EXPECT_EQ(frames_in(pcap_of(frames, {.swapped = swapped, .modified = true})), frames) << "seed " << seed;
      EXPECT_EQ(frames_in(pcapng_of(frames, swapped)), frames) << "seed " << seed;
    }
  }
}

TEST(CaptureProperty, PlainGzipAndZstdAgree) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, rng.below(300));
    for (const std::string& file : {pcap_of(frames), pcapng_of(frames)}) {
      EXPECT_EQ(frames_in(gzip(file)), frames) << "seed " << seed;
      EXPECT_EQ(frames_in(zstd(file)), frames) << "seed " << seed;
    }
  }
}

TEST(CaptureProperty, NoResultDependsOnPiecesOfTheStreamOrOnTheBatch) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, rng.below(60));
    for (const std::string& file : {pcap_of(frames), pcapng_of(frames)}) {
      const auto reader = CaptureReader::open(std::make_unique<TrickleSource>(file, 1 + rng.below(700)));
      EXPECT_EQ(all_frames(*reader, 1 + rng.below(20)), frames) << "seed " << seed;
      EXPECT_EQ(reader->frames_read(), frames.size());
      EXPECT_EQ(reader->inputs().front().warning(), "");
      EXPECT_EQ(reader->position(), file.size());
    }
  }
}

TEST(CaptureProperty, ACompressedFileCutAnywhereGivesSomeFramesAndSaysWhy) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, 100 + rng.below(100));
    const std::string whole = rng.below(2) == 0 ? gzip(pcap_of(frames)) : zstd(pcapng_of(frames));
    const std::size_t size = whole.size() / 2 + rng.below(whole.size() / 2);
    try {
      const auto reader = CaptureReader::open(open_memory("t", whole.substr(0, size)));
      const std::vector<OwnFrame> read = all_frames(*reader);
      ASSERT_LT(read.size(), frames.size() + 1) << "seed " << seed;
      EXPECT_TRUE(std::equal(read.begin(), read.end(), frames.begin())) << "seed " << seed;
      const std::string why = reader->inputs().front().broken.value().why;
      EXPECT_TRUE(why.starts_with("damaged ")) << "seed " << seed << ": " << why;
      EXPECT_NE(why.find("the compressed data ends early"), std::string::npos) << "seed " << seed << ": " << why;
    } catch (const Error& error) {  // a block of zstd gives nothing before it is whole
      EXPECT_NE(std::string(error.what()).find("ends early"), std::string::npos) << "seed " << seed;
    }
  }
}

/// Where each frame's record ends in the file, and its head before them.
std::vector<std::size_t> record_ends(const std::vector<OwnFrame>& frames, bool pcapng) {
  std::vector<std::size_t> ends;
  for (std::size_t count = 0; count <= frames.size(); ++count) {
    const std::vector<OwnFrame> first(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(count));
    ends.push_back(pcapng ? pcapng_of(first).size() : pcap_of(first).size());
  }
  return ends;
}

TEST(CaptureProperty, AFileCutAnywhereGivesTheFramesBeforeAndSaysWhere) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, 3);
    for (const bool pcapng : {false, true}) {
      const std::string file = pcapng ? pcapng_of(frames) : pcap_of(frames);
      const std::vector<std::size_t> ends = record_ends(frames, pcapng);
      for (std::size_t size = ends.front(); size < file.size(); size += 1 + rng.below(40)) {
        std::size_t whole = 0;
        while (whole + 1 < ends.size() && ends[whole + 1] <= size) ++whole;
        const auto reader = CaptureReader::open(open_memory("t", file.substr(0, size)));
        const std::vector<OwnFrame> before(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(whole));
        ASSERT_EQ(all_frames(*reader), before) << "seed " << seed << " cut at " << size;
        const auto& broken = reader->inputs().front().broken;
        ASSERT_EQ(broken.has_value(), size != ends[whole]) << "seed " << seed << " cut at " << size;
        if (!broken) continue;
        EXPECT_EQ(broken->offset, ends[whole]) << "seed " << seed << " cut at " << size;
        EXPECT_EQ(broken->frames, whole) << "seed " << seed << " cut at " << size;
      }
    }
  }
}

TEST(CaptureProperty, AnyChangedByteIsAnErrorOrSomeFrames) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const std::vector<OwnFrame> frames = random_frames(rng, 4);
    for (std::string file : {pcap_of(frames), pcapng_of(frames)}) {
      for (int change = 0; change < 20; ++change) {
        file[rng.below(file.size())] = static_cast<char>(rng.below(256));
        try {
          const auto reader = CaptureReader::open(open_memory("t", file));
          const std::size_t count = all_frames(*reader).size();
          EXPECT_EQ(count, reader->frames_read()) << "seed " << seed;
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), Error::Kind::failed) << "seed " << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace netstray
