#include <gtest/gtest.h>

#include "netstray/flow/icmp_pairs.h"
#include "netstray/flow/record.h"
#include "netstray/flow/sha1.h"

namespace netstray {
namespace {

struct Baseline {
  Protocol protocol;
  const char* source;
  const char* destination;
  std::uint16_t source_port, destination_port;
  const char* id;
  const char* id_with_seed_1;
};

// From the tests of the reference implementation (github.com/corelight/pycommunityid).
constexpr Protocol kRsvp{46};
const std::vector<Baseline>& baselines() {
  static const std::vector<Baseline> rows{
      {Protocol::tcp, "10.0.0.1", "10.0.0.2", 10, 20, "1:9j2Dzwrw7T9E+IZi4b4IVT66HBI=", ""},
      {Protocol::tcp, "127.0.0.1", "10.0.0.1", 1234, 80, "1:mgRgpIZSu0KHDp/QrtcWZpkJpMU=", ""},
      {Protocol::tcp, "128.232.110.120", "66.35.250.204", 34855, 80,
       "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
      {Protocol::tcp, "66.35.250.204", "128.232.110.120", 80, 34855,
       "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
      {Protocol::tcp, "10.0.0.1", "10.0.0.2", 10, 11569,
       "1:SXBGMX1lBOwhhoDrZynfROxnhnM=", "1:HmBRGR+fUyXF4t8WEtal7Y0gEAo="},
      {Protocol::tcp, "192.168.1.42", "192.168.1.42", 42, 41, "1:eRcf7I/xocOxnYo5pbJBV5NhVm0=", ""},
      {Protocol::udp, "192.168.1.52", "8.8.8.8", 54585, 53,
       "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
      {Protocol::udp, "8.8.8.8", "192.168.1.52", 53, 54585,
       "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
      {Protocol::sctp, "192.168.170.8", "192.168.170.56", 7, 80, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=", ""},
      {Protocol::sctp, "192.168.170.56", "192.168.170.8", 80, 7, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=", ""},
      {Protocol::icmp, "192.168.0.89", "192.168.0.1", 8, 0,
       "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
      {Protocol::icmp, "192.168.0.1", "192.168.0.89", 0, 8,
       "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
      {Protocol::icmp, "192.168.0.89", "192.168.0.1", 20, 0,
       "1:3o2RFccXzUgjl7zDpqmY7yJi8rI=", "1:lCXHHxavE1Vq3oX9NH5ladQg02o="},
      {Protocol::icmp, "192.168.0.89", "192.168.0.1", 20, 1,
       "1:tz/fHIDUHs19NkixVVoOZywde+I=", "1:Ie3wmFyxiEyikbsbcO03d2nh+PM="},
      {Protocol::icmpv6, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0,
       "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="},
      {Protocol::icmpv6, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:507:0:1:260:97ff:fe07:69ea", 3, 0,
       "1:/OGBt9BN1ofenrmSPWYicpij2Vc=", "1:Ij4ZxnC87/MXzhOjvH2vHu7LRmE="},
      {Protocol::icmpv6, "3ffe:501:0:1802:260:97ff:feb6:7ff0", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
       "1:bnQKq8A2r//dWnkRW2EYcMhShjc=", ""},
      {kRsvp, "1.2.3.4", "5.6.7.8", 0, 0, "1:ikv3kmf89luf73WPz1jOs49S768=", ""}};
  return rows;
}

FlowRecord record_of(const Baseline& row) {
  FlowRecord record;
  record.protocol = row.protocol;
  record.originator = parse_address(row.source).value();
  record.responder = parse_address(row.destination).value();
  record.originator_port = row.source_port;
  record.responder_port = row.destination_port;
  // The reference takes type and code and pairs them itself; a record has the pair already.
  if (row.protocol == Protocol::icmp || row.protocol == Protocol::icmpv6) {
    const IcmpPorts ports = icmp_ports(row.protocol, static_cast<std::uint8_t>(row.source_port),
                                       static_cast<std::uint8_t>(row.destination_port));
    record.originator_port = ports.source;
    record.responder_port = ports.destination;
  }
  return record;
}

TEST(CommunityId, HasThePublishedValues) {
  for (const Baseline& row : baselines()) {
    const FlowRecord record = record_of(row);
    EXPECT_EQ(community_id(record), row.id) << row.source << ' ' << row.source_port;
    if (*row.id_with_seed_1 == '\0') continue;
    EXPECT_EQ(community_id(record, 1), row.id_with_seed_1) << row.source;
  }
}

TEST(Sha1, HasThePublishedValues) {
  const auto hex = [](std::string_view text) {
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    std::string out;
    for (const std::uint8_t byte : sha1(bytes)) {
      out += "0123456789abcdef"[byte >> 4U];
      out += "0123456789abcdef"[byte & 15U];
    }
    return out;
  };
  EXPECT_EQ(hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(hex(std::string(1000, 'a')), "291e9a6c66994949b57ba5e650361e98fc36b1ba");
}

TEST(IcmpPorts, PairRequestAndAnswerAndTellTheRestApart) {
  EXPECT_EQ(icmp_ports(Protocol::icmp, 8, 0).destination, 0);
  EXPECT_EQ(icmp_ports(Protocol::icmp, 0, 0).destination, 8);
  EXPECT_EQ(icmp_ports(Protocol::icmpv6, 133, 0).destination, 134);
  EXPECT_EQ(icmp_ports(Protocol::icmpv6, 136, 7).destination, 135);
  EXPECT_FALSE(icmp_ports(Protocol::icmpv6, 128, 0).one_way);
  EXPECT_EQ(icmp_ports(Protocol::icmp, 3, 13).destination, 13);
  EXPECT_TRUE(icmp_ports(Protocol::icmp, 3, 13).one_way);
  EXPECT_TRUE(icmp_ports(Protocol::icmpv6, 8, 0).one_way) << "8 is an echo in ICMP only";
}

}  // namespace
}  // namespace netstray
