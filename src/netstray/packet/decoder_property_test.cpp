#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/packet/decoded_testing.h"
#include "netstray/packet/frame_examples_testing.h"

namespace netstray::made {
namespace {

TEST(DecoderProperty, EveryExampleIsUnderstood) {
  for (const Example& example : frame_examples()) {
    const Decoded out = decoded(example.octets, example.link);
    EXPECT_EQ(out.dropped, DropReason::none) << example.name << ": " << name_of(out.dropped);
    EXPECT_GE(out.count, 1U) << example.name;
    EXPECT_TRUE(out.packets[out.count - 1].is_flow) << example.name;
    for (const Packet& packet : out.all()) EXPECT_FALSE(packet.bad_checksum) << example.name;
  }
}

TEST(DecoderProperty, ACaptureThatEndsEarlyGivesLessOfTheSameOrSaysSo) {
  for (const Example& example : frame_examples()) {
    for (std::size_t cut = 0; cut <= example.octets.size(); ++cut) {
      const char* broken = broken_promise(frame(example.octets, example.link), {}, cut);
      EXPECT_EQ(broken, nullptr) << example.name << " cut to " << cut << ": " << broken;
      Frame shorter = frame(example.octets, example.link);
      shorter.bytes = shorter.bytes.first(cut);
      Decoded out;
      Decoder().decode(shorter, out);
      EXPECT_TRUE(out.dropped == DropReason::none || out.dropped == DropReason::truncated)
          << example.name << " cut to " << cut << ": " << name_of(out.dropped);
    }
  }
}

TEST(DecoderProperty, AFrameThatIsShorterOnTheWireIsNeverTruncated) {
  for (const Example& example : frame_examples()) {
    for (std::size_t size = 0; size < example.octets.size(); ++size) {
      const Octets shorter(example.octets.begin(), example.octets.begin() + static_cast<std::ptrdiff_t>(size));
      const Decoded out = decoded(shorter, example.link);
      EXPECT_NE(out.dropped, DropReason::truncated) << example.name << " of " << size << " bytes";
    }
  }
}

TEST(DecoderProperty, PromisesHoldForExamplesWithBytesChanged) {
  const auto examples = frame_examples();
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Rng rng(seed);
    const Example& example = examples[rng.below(examples.size())];
    Octets octets = example.octets;
    for (std::uint64_t changes = 1 + rng.below(4); changes > 0; --changes) {
      octets[rng.below(octets.size())] =
          static_cast<std::uint8_t>(rng.below(2) == 0 ? rng.below(256) : 0xff * rng.below(2));
    }
    const DecodeSettings settings{.check_checksums = rng.below(2) == 0,
                                  .most_tunnels = static_cast<std::uint8_t>(rng.below(8))};
    const char* broken = broken_promise(frame(octets, example.link), settings, rng.below(octets.size() + 1));
    ASSERT_EQ(broken, nullptr) << example.name << ", seed " << seed << ": " << broken;
  }
}

TEST(DecoderProperty, PromisesHoldForAnyBytesOnAnyLink) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Rng rng(seed);
    Octets octets(rng.below(120));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(rng.below(256));
    Frame random = frame(octets, kLinkTypes[seed % kLinkTypes.size()]);
    random.length = static_cast<std::uint32_t>(rng.below(3) == 0 ? rng.next() : octets.size() + rng.below(2'000));
    const char* broken = broken_promise(random, {.check_checksums = false}, rng.below(octets.size() + 1));
    ASSERT_EQ(broken, nullptr) << "seed " << seed << ": " << broken;
  }
}

}  // namespace
}  // namespace netstray::made
