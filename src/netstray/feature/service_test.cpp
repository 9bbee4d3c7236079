#include "netstray/feature/service.h"

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(Service, IsNamedByTheRespondersPortAndTheProtocol) {
  EXPECT_EQ(service_name(Protocol::tcp, 50000, 80), "http");
  EXPECT_EQ(service_name(Protocol::tcp, 80, 50000), "dynamic-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 443), "https");
  EXPECT_EQ(service_name(Protocol::udp, 1, 443), "quic");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 514), "rsh");
  EXPECT_EQ(service_name(Protocol::udp, 1, 514), "syslog");
  EXPECT_EQ(service_name(Protocol::udp, 1, 80), "system-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 47808), "user-port");
  EXPECT_EQ(service_name(Protocol::udp, 1, 47808), "bacnet");
}

TEST(Service, PortsWithoutANameTellTheirRange) {
  EXPECT_EQ(service_name(Protocol::tcp, 1, 0), "system-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 1023), "system-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 1024), "user-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 49151), "user-port");
  EXPECT_EQ(service_name(Protocol::tcp, 1, 49152), "dynamic-port");
  EXPECT_EQ(service_name(Protocol::sctp, 1, 80), "system-port");
}

TEST(Service, OfIcmpIsTheKindOfMessage) {
  EXPECT_EQ(service_name(Protocol::icmp, 8, 0), "echo");
  EXPECT_EQ(service_name(Protocol::icmp, 3, 1), "unreachable");
  EXPECT_EQ(service_name(Protocol::icmp, 250, 0), "other-icmp");
  EXPECT_EQ(service_name(Protocol::icmpv6, 135, 136), "neighbour-discovery");
  EXPECT_EQ(service_name(Protocol::icmpv6, 8, 0), "other-icmp");
  EXPECT_EQ(service_name(Protocol{47}, 0, 0), "no-port");
}

TEST(Service, EveryProtocolHasANameOfItsOwn) {
  EXPECT_EQ(protocol_name(Protocol::tcp), "tcp");
  EXPECT_EQ(protocol_name(Protocol::icmpv6), "icmpv6");
  EXPECT_EQ(protocol_name(Protocol{47}), "gre");
  EXPECT_EQ(protocol_name(Protocol{253}), "ip-253");
  EXPECT_EQ(protocol_name(Protocol{0}), "hopopt");
}

}  // namespace
}  // namespace netstray
