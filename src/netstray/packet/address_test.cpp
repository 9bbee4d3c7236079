#include "netstray/packet/address.h"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

TEST(Address, IsWrittenAsRfc5952Says) {
  for (const char* text :
       {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
        "2001:db8:0:0:1::", "2001:0:0:1::2", "2001:db8::1:0:0:1", "fe80::204:61ff:fe9d:f156", "1:2:3:4:5:6:7:8",
        "::ffff:192.0.2.1", "::1:2", "::ffff:0:0:0", "1:2:3:4:5:6::", "::3:4:5:6:7:8"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
}

TEST(Address, OtherWaysToWriteItAreRead) {
  const std::array<std::pair<const char*, const char*>, 5> written{{{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
                                                                    {"2001:db8::0001", "2001:db8::1"},
                                                                    {"0:0:0:0:0:ffff:10.0.0.1", "::ffff:10.0.0.1"},
                                                                    {"::ffff:a00:1", "::ffff:10.0.0.1"},
                                                                    {"0:0::0", "::"}}};
  for (const auto& [text, expected] : written) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), expected);
  }
}

TEST(Address, WhatIsNoneIsRefused) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.0.0.1"sv, "1.2.3.4 "sv, "1.2.3.4\0"sv, "::1\0x"sv, ":"sv,
                          ":::"sv, "1::2::3"sv, "12345::"sv, "fe80::1%eth0"sv, "10.0.0.0/8"sv, "1:2:3:4:5:6:7:8:9"sv,
                          "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Address, TextAndBackIsTheSameAddress) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Rng rng(seed);
    IpAddress address;
    address.v6 = rng.below(2) == 1;
    for (std::size_t i = 0; i < (address.v6 ? 16U : 4U); ++i) {
      if (rng.below(3) > 0) address.bytes[i] = static_cast<std::uint8_t>(rng.below(256));
    }
    const std::string text = to_text(address);
    const auto read = parse_address(text);
    ASSERT_TRUE(read) << "seed " << seed << ": " << text;
    EXPECT_EQ(*read, address) << "seed " << seed << ": " << text;
  }
}

TEST(Address, AreOrderedByFamilyThenAsOnTheWire) {
  EXPECT_LT(*parse_address("255.255.255.255"), *parse_address("::"));
  EXPECT_LT(*parse_address("9.255.0.0"), *parse_address("10.0.0.0"));
  EXPECT_LT(*parse_address("2001::"), *parse_address("2001::1"));
}

TEST(Address, HardwareAddressesAreWrittenByteByByte) {
  EXPECT_EQ(to_text(MacAddress{{0x00, 0x1b, 0x44, 0x11, 0x3a, 0xb7}}), "00:1b:44:11:3a:b7");
}

}  // namespace
}  // namespace netstray
