#include "netstray/source/talkers.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

IpAddress host(std::uint32_t number) {
  IpAddress address;
  for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return address;
}

TEST(Talkers, FewAddressesAreCountedExactly) {
  Talkers talkers;
  std::map<IpAddress, Talker> expected;
  Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const IpAddress address = host(static_cast<std::uint32_t>(rng.below(1000)));
    const std::uint64_t packets = rng.below(100);
    const std::uint64_t bytes = rng.below(100'000);
    talkers.add(address, packets, bytes);
    Talker& talker = expected[address];
    talker = {address, talker.flows + 1, talker.packets + packets, talker.bytes + bytes};
  }
  EXPECT_EQ(talkers.error(), 0U);
  const auto top = talkers.top(5000);
  EXPECT_EQ(top.size(), expected.size());
  for (const Talker& talker : top) EXPECT_EQ(talker, expected[talker.address]);
  EXPECT_EQ(talkers.top(3).size(), 3U);
  EXPECT_GE(talkers.top(3)[0].bytes, talkers.top(3)[1].bytes);
}

TEST(Talkers, AmongVeryManyTheLargestAreNeverMissedOver100Seeds) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Talkers talkers;
    Rng rng(seed);
    std::map<IpAddress, std::uint64_t> bytes;
    for (int i = 0; i < 3000; ++i) {
      const bool large = rng.below(50) == 0;
      const IpAddress address = host(static_cast<std::uint32_t>(large ? rng.below(3) : rng.below(1'000'000)));
      const std::uint64_t size = large ? 100'000 : 60;
      talkers.add(address, 1, size);
      bytes[address] += size;
    }
    const auto top = talkers.top(1024);
    EXPECT_GT(talkers.error(), 0U);
    for (const Talker& talker : top) {
      EXPECT_GE(talker.bytes, talkers.error()) << "seed " << seed;
      EXPECT_LE(talker.bytes, bytes[talker.address]) << "seed " << seed;
      EXPECT_GE(talker.bytes + talkers.error(), bytes[talker.address]) << "seed " << seed;
    }
    for (std::uint32_t large = 0; large < 3; ++large) {
      EXPECT_TRUE(std::ranges::any_of(top, [&](const Talker& t) { return t.address == host(large); }))
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace netstray
