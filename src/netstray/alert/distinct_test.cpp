#include "netstray/alert/distinct.h"

#include <set>

#include <gtest/gtest.h>

#include "netstray/alert/network_range.h"
#include "netstray/alert/tally_table.h"
#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

IpAddress address(std::uint64_t number) {
  IpAddress ip;
  for (std::size_t i = 0; i < 4; ++i) ip.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return ip;
}

TEST(DistinctAddresses, AreExactUpToAThousandAndNearBeyond) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    const std::uint64_t numbers = 1 + rng.below(seed % 2 == 0 ? 1023 : 50'000);
    DistinctAddresses addresses;
    for (int again = 0; again < 2; ++again) {
      for (std::uint64_t i = 0; i < numbers; ++i) addresses.add(address(seed * 100'000 + i));
    }
    const auto count = static_cast<double>(addresses.count());
    if (numbers < DistinctAddresses::kMostExact) {
      EXPECT_EQ(addresses.count(), numbers) << seed;
      EXPECT_TRUE(addresses.exact());
    } else {
      EXPECT_NEAR(count / static_cast<double>(numbers), 1, 0.13) << "four standard deviations; seed " << seed;
    }
  }
}

TEST(PortSet, IsASet) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    PortSet ports;
    std::set<std::uint16_t> naive;
    const std::uint64_t many = rng.below(300);
    for (std::uint64_t i = 0; i < many; ++i) {
      const auto port = static_cast<std::uint16_t>(rng.below(seed % 3 == 0 ? 50 : 65'536));
      ports.add(port);
      naive.insert(port);
    }
    ASSERT_EQ(ports.size(), naive.size()) << seed;
    EXPECT_EQ(ports.first(65'536), std::vector<std::uint16_t>(naive.begin(), naive.end())) << seed;
    for (int i = 0; i < 100; ++i) {
      const auto port = static_cast<std::uint16_t>(rng.below(65'536));
      EXPECT_EQ(ports.contains(port), naive.contains(port)) << seed;
    }
  }
}

struct Count {
  std::uint64_t flows = 0;
};

TEST(TallyTable, KeepsWhatStandsOut) {
  TallyTable<Count> table(64);
  for (std::uint64_t round = 0; round < 2000; ++round) {
    ++table.at({address(7), {}, 6, 0}).flows;
    ++table.at({address(1000 + round), {}, 6, 0}).flows;
    ASSERT_LE(table.size(), 64U);
  }
  EXPECT_EQ(table.at({address(7), {}, 6, 0}).flows, 2000U);
}

TEST(NetworkRange, HoldsWhatBeginsAlike) {
  const auto ranges = parse_ranges("--home-net", "10.0.0.0/8, 192.168.4.0/22,2001:db8::/33,198.51.100.7");
  const auto inside = [&](std::string_view text) { return in_ranges(ranges, *parse_address(text)); };
  EXPECT_TRUE(inside("10.255.0.1"));
  EXPECT_FALSE(inside("11.0.0.0"));
  EXPECT_TRUE(inside("192.168.7.255"));
  EXPECT_FALSE(inside("192.168.8.0"));
  EXPECT_TRUE(inside("2001:db8:7fff::1"));
  EXPECT_FALSE(inside("2001:db8:8000::1"));
  EXPECT_TRUE(inside("198.51.100.7"));
  EXPECT_FALSE(inside("198.51.100.6"));
}

TEST(NetworkRange, WhatIsNoneIsAUsageError) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "home", "10.0.0.0/8,"}) {
    EXPECT_THROW(parse_ranges("--home-net", text), Error) << text;
  }
}

}  // namespace
}  // namespace netstray
