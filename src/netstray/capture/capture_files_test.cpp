// Several files, filters, streams that are still being written.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/capture/capture_files_testing.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/capture_testing.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/synth/traffic.h"

namespace netstray {
namespace {

class CaptureFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path(name); }
  std::string write(const std::string& name, const std::string& bytes) const { return directory_.write(name, bytes); }

 private:
  TemporaryDirectory directory_;
};

/// Frames at these seconds, each named by `prefix` and its number.
std::vector<OwnFrame> at(const std::string& prefix, const std::vector<int>& seconds) {
  std::vector<OwnFrame> frames;
  for (const int second : seconds) {
    const std::string bytes = prefix + std::to_string(frames.size());
    frames.push_back(
        {TimeNs{second} * 1'000'000'000, LinkType::ethernet, static_cast<std::uint32_t>(bytes.size()), bytes});
  }
  return frames;
}

std::string names_of(CaptureReader& reader, std::size_t batch = 64) {
  std::string names;
  for (const OwnFrame& frame : all_frames(reader, batch)) names += frame.bytes + " ";
  return names;
}

TEST_F(CaptureFiles, AreMergedByTimeWhereTheyOverlap) {
  const std::vector<std::string> paths{write("a", pcap_of(at("a", {1, 5, 9}))),
                                       write("b", pcapng_of(at("b", {2, 5, 6, 12})))};
  for (const std::size_t batch : {1U, 2U, 64U}) {
    const auto reader = CaptureReader::open(paths);
    EXPECT_EQ(names_of(*reader, batch), "a0 b0 a1 b1 b2 a2 b3 ");
    EXPECT_EQ(reader->frames_read(), 7U);
    EXPECT_EQ(reader->inputs()[0].frames, 3U);
    EXPECT_EQ(reader->inputs()[1].frames, 4U);
    EXPECT_EQ(reader->position(), reader->size());
  }
}

TEST_F(CaptureFiles, ThatDoNotOverlapComeOneAfterTheOtherEachInItsOwnOrder) {
  std::vector<std::string> paths{write("late", pcap_of(at("l", {60, 55, 70, 58}))),
                                 write("early", pcap_of(at("e", {3, 9, 1, 7}))),
                                 write("middle", pcap_of(at("m", {30})))};
  std::ranges::sort(paths);
  do {
    EXPECT_EQ(names_of(*CaptureReader::open(paths)), "e0 e1 e2 e3 m0 l0 l1 l2 l3 ");
  } while (std::ranges::next_permutation(paths).found);
}

TEST_F(CaptureFiles, ThatAreThePartsOfOneEqualTheWhole) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<OwnFrame> frames = random_frames(rng, 60);
    std::ranges::stable_sort(frames, {}, &OwnFrame::time);
    for (std::size_t i = 1; i < frames.size(); ++i) {
      if (rng.below(3) == 0) frames[i].time = frames[i - 1].time;  // parts end and begin at the same time
    }
    std::ranges::stable_sort(frames, {}, &OwnFrame::time);
    std::vector<std::string> paths;
    for (std::size_t begin = 0; begin < frames.size();) {
      const std::size_t end = std::min(frames.size(), begin + 1 + rng.below(20));
      const std::vector<OwnFrame> part(frames.begin() + static_cast<std::ptrdiff_t>(begin),
                                       frames.begin() + static_cast<std::ptrdiff_t>(end));
      paths.push_back(write("part" + std::to_string(100 + paths.size()), pcap_of(part)));
      begin = end;
    }
    rng.shuffle(paths);
    EXPECT_EQ(all_frames(*CaptureReader::open(paths), 1 + rng.below(30)), frames) << "seed " << seed;
  }
}

TEST_F(CaptureFiles, MayBeManyMoreThanCanBeOpenAtATime) {
  std::vector<std::string> paths;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    paths.push_back(write(std::to_string(i), pcap_of(at(std::to_string(i) + "/", {i}))));
    expected += std::to_string(i) + "/0 ";
  }
  std::ranges::reverse(paths);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 100;
  ::setrlimit(RLIMIT_NOFILE, &few);
  EXPECT_EQ(names_of(*CaptureReader::open(paths)), expected);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(CaptureFiles, OfWhichOneBreaksOffOrIsEmptyAreReadOn) {
  const std::string whole = pcap_of(at("b", {2, 4}));
  const std::vector<std::string> paths{write("a", pcap_of(at("a", {1, 3, 5}))),
                                       write("b", whole.substr(0, whole.size() - 1)), write("c", pcap_of({}))};
  const auto reader = CaptureReader::open(paths);
  EXPECT_EQ(names_of(*reader), "a0 b0 a1 a2 ");
  EXPECT_EQ(reader->inputs()[0].warning(), "");
  EXPECT_NE(reader->inputs()[1].warning().find("/b: broken after 1 packet, at byte 42: the file ends"),
            std::string::npos);
  EXPECT_EQ(reader->inputs()[2].warning(), "");
  EXPECT_EQ(reader->position(), reader->size());
}

TEST_F(CaptureFiles, OfWhichOneIsNoCaptureAreAnErrorThatNamesIt) {
  const std::vector<std::string> paths{write("a", pcap_of(at("a", {1}))), write("b.csv", "x,y\n")};
  try {
    CaptureReader::open(paths);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("b.csv: is no capture"), std::string::npos) << error.what();
  }
  EXPECT_THROW(CaptureReader::open(std::vector<std::string>{}), Error);
  EXPECT_THROW(CaptureReader::open(std::vector<std::string>{path("absent")}), Error);
}

TEST_F(CaptureFiles, GiveTheFramesOfAStreamAsTheyCome) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto send = [&](const std::string& bytes) {
    ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
  const auto frames = at("f", {1, 2, 3});
  send(pcap_head({}) + pcap_record(frames[0], {}) + pcap_record(frames[1], {}).substr(0, 5));
  const auto reader = CaptureReader::open({{"/dev/fd/" + std::to_string(ends[0])}});
  std::vector<Frame> batch(64);
  ASSERT_EQ(reader->next(batch), 1U) << "does not wait for more";
  EXPECT_EQ(owned(batch[0]), frames[0]);
  send(pcap_record(frames[1], {}).substr(5) + pcap_record(frames[2], {}));
  ASSERT_EQ(reader->next(batch), 2U);
  EXPECT_EQ(owned(batch[1]), frames[2]);
  ::close(ends[1]);
  EXPECT_EQ(reader->next(batch), 0U);
  EXPECT_EQ(reader->size(), std::nullopt);
  ::close(ends[0]);
}

TEST_F(CaptureFiles, OfAStreamAndAFileAreMergedToo) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string bytes = pcap_of(at("s", {2, 4}));
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  const std::vector<std::string> paths{write("a", pcap_of(at("a", {1, 3, 5}))), "/dev/fd/" + std::to_string(ends[0])};
  EXPECT_EQ(names_of(*CaptureReader::open(paths)), "a0 s0 a1 s1 a2 ");
  ::close(ends[0]);
}

/// Made-up traffic in a file of pcap.
std::string written(const MadeTraffic& traffic, const std::string& path) {
  PcapWriter writer(path, LinkType::ethernet);
  for (std::size_t i = 0; i < traffic.size(); ++i) writer.write(traffic.frame(i));
  writer.commit();
  return path;
}

TEST_F(CaptureFiles, AreFilteredInTheWordsOfTcpdump) {
  TrafficWriter traffic(1);
  TcpStory tcp;
  tcp.ends = {ipv4_address(10, 0, 0, 1), ipv4_address(192, 0, 2, 1), 1234, 443};
  tcp.sent_bytes = 10;
  traffic.add(tcp);
  UdpStory udp;
  udp.ends = {ipv4_address(10, 0, 0, 2), ipv4_address(192, 0, 2, 1), 1234, 5000};
  udp.datagrams = 3;
  udp.answers = 0;
  traffic.add(udp);
  const MadeTraffic made = traffic.finish();
  const std::string file = written(made, path("x.pcap"));
  const auto passed = [&](const std::string& filter) {
    CaptureOptions options;
    options.filter = filter;
    const auto reader = CaptureReader::open({{file}}, options);
    const std::size_t count = all_frames(*reader, 4).size();
    EXPECT_EQ(reader->frames_read(), made.size());
    EXPECT_EQ(reader->frames_left_out(), made.size() - count);
    return count;
  };
  EXPECT_EQ(passed("udp"), 3U);
  EXPECT_EQ(passed("tcp port 443"), made.size() - 3);
  EXPECT_EQ(passed("src host 10.0.0.2 and dst port 5000"), 3U);
  EXPECT_EQ(passed("icmp"), 0U);
  EXPECT_EQ(passed("tcp[tcpflags] & tcp-syn != 0"), 2U);
}

TEST_F(CaptureFiles, AreFilteredByLinkType) {
  const std::string ip("\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2\0\1\0\2\0\x08\0\0", 28);
  const OwnFrame raw{1'000'000'000, LinkType::raw, 28, ip};
  const OwnFrame ethernet{1'000'000'000, LinkType::ethernet, 42, std::string(12, 'm') + std::string("\x08\0", 2) + ip};
  const std::string file = section_header() + interface_description() + interface_description(false, LinkType::raw) +
                           enhanced_packet(ethernet, 1'000'000, 0) + enhanced_packet(raw, 1'000'000, 1);
  CaptureOptions options;
  options.filter = "udp dst port 2";
  EXPECT_EQ(all_frames(*CaptureReader::open(open_memory("t", file), options)).size(), 2U);
  options.filter = "wlan type mgt";
  EXPECT_THROW(all_frames(*CaptureReader::open(open_memory("t", file), options)), Error);
}

TEST_F(CaptureFiles, WithAFilterThatIsWrongAreAUsageErrorInLibpcapsWords) {
  CaptureOptions options;
  options.filter = "tcp prt 80";
  try {
    CaptureReader::open(open_memory("t", pcap_of({})), options);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    EXPECT_EQ(std::string(error.what()), "the filter \"tcp prt 80\": can't parse filter expression: syntax error");
  }
}

TEST_F(CaptureFiles, AreFilteredBeforeTheyAreMerged) {
  const OwnFrame ip{1'000'000'000, LinkType::ethernet, 14, std::string(12, 'm') + std::string("\x08\0", 2)};
  OwnFrame later = ip;
  later.time *= 3;
  OwnFrame other{2'000'000'000, LinkType::ethernet, 14, std::string(14, 'x')};
  CaptureOptions options;
  options.filter = "ip";
  const auto reader = CaptureReader::open(
      std::vector<std::string>{write("a", pcap_of({ip, other, later})), write("b", pcap_of({other, other}))}, options);
  EXPECT_EQ(all_frames(*reader), (std::vector{ip, later}));
  EXPECT_EQ(reader->frames_read(), 5U);
  EXPECT_EQ(reader->frames_left_out(), 3U);
}

TEST_F(CaptureFiles, AreNotWrittenWhereTheyCouldNotBeRead) {
  PcapWriter writer(path("x"), LinkType::ethernet);
  const std::string large(CaptureReader::kMostFrameBytes + 1, 'x');
  EXPECT_THROW(writer.write(borrowed({0, LinkType::raw, 1, "x"})), Error);
  EXPECT_THROW(writer.write(borrowed({0, LinkType::ethernet, 1, large})), Error);
  EXPECT_THROW(writer.write(borrowed({-1, LinkType::ethernet, 1, "x"})), Error);
  EXPECT_THROW(writer.write(borrowed({TimeNs{4'294'967'296} * 1'000'000'000, LinkType::ethernet, 1, "x"})), Error);
  EXPECT_EQ(writer.frames(), 0U);
  EXPECT_FALSE(std::filesystem::exists(path("x"))) << "without commit() there is no file";
}

}  // namespace
}  // namespace netstray
