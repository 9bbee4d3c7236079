#include "netstray/alert/neighbour_watch.h"

#include <gtest/gtest.h>

#include "netstray/alert/story_testing.h"
#include "netstray/synth/traffic.h"

namespace netstray::made {
namespace {

MacAddress mac(unsigned last) { return {{0x02, 0, 0, 0, 0, static_cast<std::uint8_t>(last)}}; }

AddressClaim claim(const IpAddress& ip, const MacAddress& by, TimeNs after, bool reply = true) {
  return {.ip = ip, .mac = by, .time = kStart + after, .reply = reply};
}

std::vector<Story> finished(const NeighbourWatch& watch) {
  std::vector<Story> stories;
  watch.finish(stories);
  return stories;
}

TEST(AddressConflict, IsOneAddressClaimedByTwoHardwareAddresses) {
  NeighbourWatch watch;
  watch.add(claim(kServer, mac(1), 0));
  watch.add(claim(kServer, mac(1), kSec));
  EXPECT_TRUE(finished(watch).empty());
  watch.add(claim(kServer, mac(2), 2 * kSec));
  const auto stories = finished(watch);
  ASSERT_EQ(kinds(stories), "address_conflict");
  EXPECT_EQ(stories[0].title, "address conflict: 192.168.1.2 is claimed by 02:00:00:00:00:01 and 02:00:00:00:00:02");
  EXPECT_EQ(stories[0].scope.display_filter(), "arp.src.proto_ipv4 == 192.168.1.2");
  EXPECT_TRUE(stories[0].scope.contains_claim(kServer));
  EXPECT_FALSE(stories[0].scope.contains_claim(kUser));
}

TEST(AddressConflict, IsNotALeaseThatPassesOn) {
  NeighbourWatch watch;
  watch.add(claim(kServer, mac(1), 0));
  watch.add(claim(kServer, mac(2), 600 * kSec));
  EXPECT_TRUE(finished(watch).empty());
}

TEST(AddressConflict, IsNotTwoRoutersThatShareOne) {
  NeighbourWatch watch;
  watch.add(claim(kServer, mac(1), 0));
  watch.add(claim(kServer, {{0, 0, 0x5e, 0, 1, 7}}, kSec));
  EXPECT_TRUE(finished(watch).empty());
}

TEST(AddressConflict, IsToldOfVersion6Too) {
  NeighbourWatch watch;
  const IpAddress router = ipv6_address(0xfe80'0000'0000'0000, 1);
  watch.add(claim(router, mac(1), 0));
  watch.add(claim(router, mac(2), kSec));
  const auto stories = finished(watch);
  ASSERT_EQ(kinds(stories), "address_conflict");
  EXPECT_EQ(stories[0].scope.display_filter(),
            "icmpv6.nd.na.target_address == fe80::1 || (icmpv6.type == 135 && ipv6.src == fe80::1)");
}

TEST(ArpPoisoning, IsAClaimantWhomPacketsGoToFromThenOn) {
  NeighbourWatch watch;
  watch.add(NextHop{mac(5), mac(1), kOutside, kStart});
  watch.add(claim(ipv4_address(192, 168, 1, 66), mac(9), 0));
  watch.add(claim(kServer, mac(9), kSec));
  EXPECT_TRUE(finished(watch).empty()) << "two addresses alone are no crime";
  watch.add(NextHop{mac(5), mac(9), kOutside, kStart + 2 * kSec});
  const auto stories = finished(watch);
  ASSERT_EQ(kinds(stories), "arp_poisoning");
  EXPECT_EQ(stories[0].title,
            "ARP poisoning: 02:00:00:00:00:09 claims 192.168.1.66, 192.168.1.2, and packets of 02:00:00:00:00:05 that "
            "went to 02:00:00:00:00:01 now go to it");
}

TEST(ArpPoisoning, IsNotARouteThatMovesToAnotherRouter) {
  NeighbourWatch watch;
  watch.add(claim(kServer, mac(9), kSec));
  watch.add(NextHop{mac(5), mac(1), kOutside, kStart});
  watch.add(NextHop{mac(5), mac(9), kOutside, kStart + 2 * kSec});
  EXPECT_TRUE(finished(watch).empty());
}

TEST(ArpScan, IsAskingForManyAddressesFast) {
  for (const TimeNs gap : {10 * kMs, kSec}) {
    NeighbourWatch watch;
    for (unsigned i = 0; i < 100; ++i) {
      AddressClaim question = claim(kUser, mac(3), i * gap, false);
      question.asked = neighbour(i);
      watch.add(question);
    }
    const auto stories = finished(watch);
    ASSERT_EQ(kinds(stories), gap == kSec ? "" : "arp_scan") << gap;
    if (gap != kSec) {
      EXPECT_EQ(stories[0].title, "ARP scan: 192.168.1.10 (02:00:00:00:00:03) asked for 100 addresses");
    }
  }
}

TEST(Stories, HoldArpPacketsOfACapture) {
  TrafficWriter writer(1);
  writer.add_arp(kServer, mac(1), kStart);
  writer.add_arp(kServer, mac(2), kStart + kSec);
  EXPECT_EQ(kinds(stories_of(writer.finish())), "address_conflict");
}

}  // namespace
}  // namespace netstray::made
