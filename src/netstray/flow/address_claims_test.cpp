#include "netstray/flow/address_claims.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

AddressClaim claim(unsigned ip, unsigned mac, TimeNs time) {
  AddressClaim out;
  out.ip.bytes = {192, 168, static_cast<std::uint8_t>(ip >> 8U), static_cast<std::uint8_t>(ip)};
  out.mac.bytes = {2, 0, 0, 0, static_cast<std::uint8_t>(mac >> 8U), static_cast<std::uint8_t>(mac)};
  out.time = time;
  return out;
}

TEST(AddressClaims, TellOfAnAddressThatTwoClaim) {
  AddressClaims claims;
  claims.add(claim(1, 10, 100));
  claims.add(claim(1, 10, 200));
  claims.add(claim(2, 11, 250));
  EXPECT_TRUE(claims.disputed().empty());
  claims.add(claim(2, 66, 300));
  claims.add(claim(1, 66, 400));
  claims.add(claim(1, 66, 500));
  const auto disputed = claims.disputed();
  ASSERT_EQ(disputed.size(), 2U);
  EXPECT_EQ(disputed[0].ip, claim(2, 0, 0).ip) << "it was the first to be claimed twice";
  EXPECT_EQ(disputed[1].claimants.size(), 2U);
  EXPECT_EQ(disputed[1].claimants[0].claims, 2U);
  EXPECT_EQ(disputed[1].claimants[1].mac, claim(0, 66, 0).mac);
  EXPECT_EQ(disputed[1].claimants[1].first, 400);
  EXPECT_EQ(disputed[1].claimants[1].last, 500);
}

TEST(AddressClaims, LeaveOutProbesAndGroups) {
  AddressClaims claims;
  AddressClaim probe = claim(1, 10, 1);
  probe.ip = {};
  claims.add(probe);
  AddressClaim group = claim(1, 10, 1);
  group.mac.bytes[0] = 3;
  claims.add(group);
  EXPECT_EQ(claims.size(), 0U);
}

TEST(AddressClaims, CountWhatFurtherAddressesClaim) {
  AddressClaims claims;
  for (unsigned mac = 0; mac < 7; ++mac) claims.add(claim(1, mac + 1, mac));
  ASSERT_EQ(claims.disputed().size(), 1U);
  EXPECT_EQ(claims.disputed()[0].claimants.size(), AddressClaims::kMostClaimants);
  EXPECT_EQ(claims.disputed()[0].further_claims, 3U);
}

TEST(AddressClaims, ForgetTheOldestWhenFull) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t capacity = 1 + rng.below(20);
    AddressClaims claims(capacity);
    std::map<unsigned, TimeNs> last;
    for (TimeNs time = 1; time < 200; ++time) {
      const auto ip = static_cast<unsigned>(1 + rng.below(40));
      if (!last.contains(ip) && last.size() == capacity) {
        last.erase(std::ranges::min_element(last, {}, [](const auto& entry) { return entry.second; }));
      }
      last[ip] = time;
      claims.add(claim(ip, ip, time));
      ASSERT_EQ(claims.size(), last.size()) << "seed " << seed;
    }
    // An address that is still known becomes disputed, one that was forgotten does not.
    const std::uint64_t forgotten = claims.forgotten();
    for (const auto& [ip, time] : last) claims.add(claim(ip, 1000, 1000));
    EXPECT_EQ(claims.disputed().size(), last.size()) << "seed " << seed;
    EXPECT_EQ(claims.forgotten(), forgotten) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
