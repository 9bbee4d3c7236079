// The formats' own ways: each is written here by the letter and read.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/capture/byte_window.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/capture_testing.h"

namespace netstray {
namespace {

constexpr TimeNs kTime = 1'700'000'000'123'456'000;
constexpr std::uint64_t kMicros = static_cast<std::uint64_t>(kTime) / 1000;

OwnFrame frame_of(const std::string& bytes) {
  return {kTime, LinkType::ethernet, static_cast<std::uint32_t>(bytes.size()), bytes};
}

std::unique_ptr<CaptureReader> reader_of(std::string bytes) {
  return CaptureReader::open(open_memory("t", std::move(bytes)));
}
std::vector<OwnFrame> frames_in(const std::string& bytes) { return all_frames(*reader_of(bytes)); }

/// What is told of a file that breaks off.
std::string warning_of(const std::string& bytes) {
  const auto reader = reader_of(bytes);
  all_frames(*reader);
  return reader->inputs().front().warning();
}

std::string error_of(const std::string& bytes) {
  try {
    reader_of(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(PcapFormat, OldVersionsStoreTheLengthsTheOtherWayRound) {
  const OwnFrame frame{kTime, LinkType::ethernet, 100, "0123456789"};
  for (const std::uint16_t minor : {std::uint16_t{2}, std::uint16_t{3}}) {
    std::string record = pcap_record(frame, {});
    std::swap_ranges(record.begin() + 8, record.begin() + 12, record.begin() + 12);
    EXPECT_EQ(frames_in(pcap_head({.minor = minor}) + record), std::vector{frame}) << minor;
  }
  EXPECT_EQ(frames_in(pcap_head({.minor = 3}) + pcap_record(frame, {})), std::vector{frame});
}

TEST(PcapFormat, NumbersOfRawIpOnBsdAreUnderstoodAndUnknownOnesKept) {
  const auto link_of = [](std::uint32_t number) {
    return frames_in(pcap_head({}, LinkType{number}) + pcap_record(frame_of("x"), {})).front().link;
  };
  EXPECT_EQ(link_of(12), LinkType::raw);
  EXPECT_EQ(link_of(14), LinkType::raw);
  EXPECT_EQ(link_of(9999), LinkType{9999});
  EXPECT_EQ(link_of(0xf4000001), LinkType::ethernet) << "the length of a checksum is no part of the number";
}

TEST(PcapFormat, AFrameOfMoreThan256KiBEndsTheFile) {
  const std::string most(CaptureReader::kMostFrameBytes, 'x');
  EXPECT_EQ(frames_in(pcap_of({frame_of(most)})).front().bytes, most);
  EXPECT_EQ(
      warning_of(pcap_of({frame_of("a"), frame_of(most + "x")})),
      "t: broken after 1 packet, at byte 41: a record says that it holds 262,145 bytes, more than the 262,144 that "
      "a frame may have");
}

TEST(PcapngFormat, ResolutionsAndOffsetsOfAnInterfaceAreApplied) {
  struct Case {
    std::uint8_t resolution;
    std::uint64_t ticks;
  };
  constexpr std::uint64_t kSeconds = 1'700'000'000;
  for (const Case& test : {Case{6, kSeconds * 1'000'000 + 5}, Case{9, kSeconds * 1'000'000'000 + 5000},
                           Case{7, kSeconds * 10'000'000 + 50}, Case{10, kSeconds * 10'000'000'000 + 50'000}}) {
    const std::string file = section_header() +
                             interface_description(false, LinkType::ethernet, resolution_option(test.resolution)) +
                             enhanced_packet(frame_of("x"), test.ticks);
    EXPECT_EQ(frames_in(file).front().time, 1'700'000'000'000'005'000) << int{test.resolution};
  }
  const std::string binary = section_header() +
                             interface_description(false, LinkType::ethernet, resolution_option(0x80 | 10)) +
                             enhanced_packet(frame_of("x"), (kSeconds << 10U) + 512);
  EXPECT_EQ(frames_in(binary).front().time, 1'700'000'000'500'000'000);
  const std::string offset = option(false, pcapng_format::kTimeOffset, Bytes().u64(static_cast<std::uint64_t>(-3600)));
  const std::string file = section_header() + interface_description(false, LinkType::ethernet, offset) +
                           enhanced_packet(frame_of("x"), kMicros);
  EXPECT_EQ(frames_in(file).front().time, kTime - 3'600'000'000'000);
}

TEST(PcapngFormat, InterfacesHaveLinkTypesAndClocksOfTheirOwn) {
  std::string file =
      section_header() + interface_description() + interface_description(false, LinkType::raw, resolution_option(9));
  file += enhanced_packet(frame_of("a"), kMicros, 0) + enhanced_packet(frame_of("b"), kMicros * 1000, 1);
  const auto frames = frames_in(file);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].link, LinkType::ethernet);
  EXPECT_EQ(frames[1].link, LinkType::raw);
  EXPECT_EQ(frames[0].time, frames[1].time);
}

TEST(PcapngFormat, ASectionHasItsOwnByteOrderAndInterfaces) {
  const std::string first = pcapng_of({frame_of("a")}, false);
  const std::string second = section_header(true) + interface_description(true, LinkType::raw) +
                             enhanced_packet(frame_of("b"), kMicros, 0, true);
  const auto frames = frames_in(first + second + first);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].link, LinkType::raw);
  EXPECT_EQ(frames[1].time, kTime);
  EXPECT_EQ(frames[2], frames[0]);
  const std::string without = first + section_header(true) + enhanced_packet(frame_of("b"), kMicros, 0, true);
  EXPECT_NE(warning_of(without).find("interface 0, which was never described"), std::string::npos);
}

TEST(PcapngFormat, OldAndSimplePacketBlocksAreRead) {
  Bytes old;
  old.u16(0).u16(3).u32(kMicros >> 32U).u32(kMicros & UINT32_MAX).u32(2).u32(70).raw("ab");
  Bytes simple;
  simple.u32(3).raw("xyz");
  const auto frames = frames_in(section_header() + interface_description() + block(pcapng_format::kPacket, old) +
                                block(pcapng_format::kSimplePacket, simple));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], (OwnFrame{kTime, LinkType::ethernet, 70, "ab"}));
  EXPECT_EQ(frames[1], (OwnFrame{kTime, LinkType::ethernet, 3, "xyz"})) << "with the time of the frame before it";
}

TEST(PcapngFormat, ASimplePacketHasNoMoreThanItsInterfaceCaptures) {
  Bytes interface;
  interface.u16(1).u16(0).u32(4);
  Bytes simple;
  simple.u32(100).raw("abcd");
  const auto frames = frames_in(section_header() + block(pcapng_format::kInterface, interface) +
                                block(pcapng_format::kSimplePacket, simple));
  EXPECT_EQ(frames, (std::vector<OwnFrame>{{0, LinkType::ethernet, 100, "abcd"}}));
}

TEST(PcapngFormat, BlocksWithoutPacketsAndOptionsArePassedOver) {
  constexpr std::uint32_t kNames = 4;
  constexpr std::uint32_t kUnknown = 0x00000bad;
  const std::string small = block(kNames, Bytes().raw("some names"));
  const std::string large = block(kUnknown, Bytes().raw(std::string(3 * ByteWindow::kCapacity, '?')));
  const std::string comment = option(false, 1, Bytes().raw("a comment"));
  const std::string file = section_header() + small + interface_description(false, LinkType::ethernet, comment) +
                           large + enhanced_packet(frame_of("x"), kMicros, 0, false, comment) + small + small;
  EXPECT_EQ(frames_in(file), std::vector{frame_of("x")});
  EXPECT_EQ(warning_of(file), "");
}

TEST(PcapngFormat, APacketBlockLargerThanTheWindowIsReadAndPassedOver) {
  const std::string much(2 * ByteWindow::kCapacity, 'o');
  const std::string large = enhanced_packet(frame_of("first"), kMicros, 0, false, much);
  const std::string head = section_header() + interface_description();
  const std::string file = head + large + enhanced_packet(frame_of("second"), kMicros);
  EXPECT_EQ(frames_in(file), (std::vector{frame_of("first"), frame_of("second")}));
  EXPECT_EQ(warning_of(file), "");
  EXPECT_NE(warning_of(file.substr(0, head.size() + large.size() / 2)).find("at byte 48: the file ends in the middle"),
            std::string::npos);
}

TEST(PcapngFormat, EachDamageHasItsName) {
  const std::string head = section_header() + interface_description();
  const std::string good = enhanced_packet(frame_of("good"), kMicros);
  const auto with_length = [](std::size_t length) {
    return Bytes().u32(pcapng_format::kEnhancedPacket).u32(length).raw(std::string(100, '\0')).text();
  };
  std::string other_tail = good;
  other_tail.back() = 1;
  Bytes more_than_there_is;
  more_than_there_is.u32(0).u32(0).u32(0).u32(1000).u32(1000).raw("abcd");
  Bytes too_large;
  too_large.u32(0).u32(0).u32(0).u32(262'145).u32(262'145).raw("abcd");
  const struct {
    std::string block;
    std::string why;
  } cases[] = {
      {with_length(0),
       "an enhanced packet block says that it is 0 bytes long, which is less than the 32 that it needs"},
      {with_length(UINT32_MAX - 3), "4,294,967,292 bytes long, more than the 134,348,800 that are taken"},
      {with_length(33), "33 bytes long, which is no multiple of 4"},
      {Bytes().u32(0x99).u32(8).raw(std::string(8, '\0')).text(), "a block says that it is 8 bytes long"},
      {std::string(64, '\0'), "a block says that it is 0 bytes long"},
      {enhanced_packet(frame_of("x"), 0, 7), "interface 7, which was never described (the section has 1 so far)"},
      {other_tail, "at its beginning and 16,777,252 at its end"},
      {block(pcapng_format::kEnhancedPacket, more_than_there_is),
       "1,000 bytes of it were captured, but its block has room for 4"},
      {block(pcapng_format::kEnhancedPacket, too_large), "262,145 bytes of it were captured, more than the 262,144"},
      {block(pcapng_format::kInterface, Bytes().u16(1).u16(0).u32(0).u16(9).u16(200)),
       "an option that is longer than itself"},
      {block(pcapng_format::kSectionHeader, Bytes().u32(1).u32(1).u64(0)), "a section header without a byte order"},
      {block(pcapng_format::kSectionHeader, Bytes().u32(pcapng_format::kByteOrderMagic).u16(2).u16(0).u64(0)),
       "a section of version 2.0"},
  };
  for (const auto& test : cases) {
    std::string file = head;
    file.append(good).append(test.block).append(good);
    const std::string warning = warning_of(file);
    EXPECT_NE(warning.find("t: broken after 1 packet, at byte 84: "), std::string::npos) << test.why << "\n" << warning;
    EXPECT_NE(warning.find(test.why), std::string::npos) << test.why << "\n" << warning;
  }
}

TEST(PcapngFormat, SoManyInterfacesAreTaken) {
  std::string file = section_header();
  for (int i = 0; i < 65'537; ++i) file += interface_description();
  EXPECT_NE(warning_of(file).find("more than 65,536 interfaces"), std::string::npos);
}

TEST(CaptureHead, AFileThatIsNoCaptureIsAnErrorThatSaysWhatItLooksLike) {
  EXPECT_EQ(error_of(""), "t: is empty, expected a capture");
  EXPECT_EQ(error_of("time,src,dst\n1,2,3\n"),
            "t: is no capture (pcap or pcapng); it looks like text: \"time,src,dst\"");
  EXPECT_NE(error_of(std::string("PK\x03\x04 and so on")).find("a zip archive"), std::string::npos);
  EXPECT_NE(error_of(std::string("snoop\0\0\0\0\0\0\2", 12)).find("a packet capture (snoop)"), std::string::npos);
  std::string tar(600, '\0');
  tar.replace(0, 6, "a.pcap").replace(257, 5, "ustar");
  EXPECT_NE(error_of(tar).find("a tar archive"), std::string::npos);
  EXPECT_NE(error_of(std::string("\x01\x02\x03\x04", 4)).find("something unknown"), std::string::npos);
}

TEST(CaptureHead, ABrokenHeadIsAnErrorAndAWholeOneWithoutPacketsIsNot) {
  const std::string pcap = pcap_of({});
  for (std::size_t size = 4; size < pcap.size(); ++size) {
    EXPECT_EQ(error_of(pcap.substr(0, size)),
              "t: a pcap file that ends within its head, after " + std::to_string(size) + " of 24 bytes");
  }
  const std::string section = section_header();
  for (std::size_t size = 4; size < section.size(); ++size) {
    EXPECT_EQ(error_of(section.substr(0, size)), "t: begins as a pcapng file does, but ends within its first block");
  }
  EXPECT_TRUE(frames_in(pcap).empty());
  EXPECT_TRUE(frames_in(section).empty());
  std::string old = pcap;
  old[4] = 1;
  EXPECT_EQ(error_of(old), "t: a pcap file of version 1.4; 2.x is known");
  EXPECT_NE(error_of(block(pcapng_format::kSectionHeader, Bytes().u32(5).u32(1).u64(0))).find("without a byte order"),
            std::string::npos);
}

TEST(CaptureHead, IsRecognisedByItsFirstBytes) {
  EXPECT_TRUE(is_capture(pcap_of({})));
  EXPECT_TRUE(is_capture(pcap_of({}, {.swapped = true, .nanoseconds = true})));
  EXPECT_TRUE(is_capture(pcap_of({}, {.modified = true})));
  EXPECT_TRUE(is_capture(pcapng_of({})));
  EXPECT_FALSE(is_capture("time,src"));
  EXPECT_FALSE(is_capture(pcap_of({}).substr(0, 3)));
}

TEST(CaptureHead, FormatsHaveNames) {
  EXPECT_EQ(reader_of(pcap_of({}))->inputs().front().format, "pcap");
  EXPECT_EQ(reader_of(pcapng_of({}))->inputs().front().format, "pcapng");
}

}  // namespace
}  // namespace netstray
