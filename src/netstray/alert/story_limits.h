#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/base/time.h"

namespace netstray {

/// The constants of the conditions under which flows become a story. None was fitted to a capture; each has its source,
/// which docs/stories.md gives too (printed from story_conditions()).
struct StoryLimits {
  static constexpr TimeNs kSecond = 1'000'000'000;

  /// What belongs together: a longer silence ends a story. Zeek's scan policy looks at 5 minutes
  /// (policy/misc/scan: port_scan_interval, addr_scan_interval).
  static constexpr TimeNs kSilence = 300 * kSecond;
  /// Floods are looked at by the minute.
  static constexpr TimeNs kFloodSilence = 60 * kSecond;

  /// Zeek's port_scan_threshold and addr_scan_threshold.
  static constexpr std::size_t kScannedPorts = 15;
  static constexpr std::uint64_t kScannedHosts = 25;
  /// Connections that came to nothing, of all between the two: most of a user's succeed.
  static constexpr double kFailedShare = 0.5;
  /// Below it ports are a server's: clients take theirs from here on (Linux; RFC 6335 begins at 49,152).
  static constexpr std::uint16_t kFirstClientPort = 32'768;
  /// Where traceroute's packets go (RFC 2151).
  static constexpr std::uint16_t kTracerouteFirst = 33'434, kTracerouteLast = 33'534;
  /// Packets that a probe has at most: two tries and a reset.
  static constexpr std::uint64_t kProbePackets = 3;
  /// Bytes by which probes of one scan differ at most: they are made by one program.
  static constexpr double kProbeSizeSpread = 8;
  /// Echo requests to so many hosts: Junos' screen icmp ip-sweep.
  static constexpr std::uint64_t kSweptHosts = 10;

  /// Junos' screen tcp syn-flood attack-threshold, requests a second.
  static constexpr double kSynsPerSecond = 200;
  /// Cisco IOS' ip inspect one-minute high: half-open sessions a minute.
  static constexpr double kHalfOpenPerMinute = 500;
  /// Junos' screen udp flood and icmp flood, packets a second.
  static constexpr double kFloodPacketsPerSecond = 1000;
  /// Of a flood hardly anything is answered; of a download about every second packet is.
  static constexpr double kAnsweredShare = 0.05;
  /// Of a flood's connections so few were ever completed.
  static constexpr double kHalfOpenShare = 0.5;
  /// So many addresses with a packet or two each are made up, or a botnet's.
  static constexpr std::uint64_t kSpoofedSources = 100;

  /// So many addresses, with hardly a packet each, make a flood of a tenth of that rate already: ours.
  static constexpr std::uint64_t kFloodSources = 1000;
  static constexpr double kSpoofedPacketsPerSecond = 100;

  /// Answers that nobody asked for, from servers with a service that amplifies (US-CERT TA14-017A).
  static constexpr std::uint64_t kReflectors = 10;
  static constexpr std::uint64_t kReflectedPackets = 100;
  /// An answer so many times its question: the least that TA14-017A lists of services other than DNS is about 4 to 30.
  static constexpr double kAmplification = 10;

  /// Snort's rule 1:19559 tells of 5 logins in 60 s; it sees the banner, flows do not, hence twice as many.
  static constexpr std::uint64_t kLogins = 10;
  static constexpr double kLoginsPerMinute = 5;
  /// A guess carries a handshake and a few tries, and ends soon.
  static constexpr std::uint64_t kLoginBytes = 16'384;
  static constexpr TimeNs kLoginTime = 60 * kSecond;
  static constexpr double kLoginShare = 0.9;
  /// Deviation of the answers' sizes over their mean: failed logins are alike.
  static constexpr double kLoginSizeSpread = 0.5;

  /// A mean question longer than this has a mean name longer than 52 letters (G. Farnham, "Detecting DNS Tunneling",
  /// SANS 2013): 12 bytes of header, the name and its two length bytes, 4 of type and class, 11 of EDNS.
  static constexpr double kDnsQuestionBytes = 12 + 52 + 2 + 4 + 11;
  static constexpr std::uint64_t kDnsQuestions = 20;
  /// An echo's answer returns what the request carried (RFC 792), so both have one size.
  static constexpr double kEchoSizeDifference = 8;
  static constexpr std::uint64_t kEchoes = 10;

  /// Cisco's ip arp inspection limit rate: 15 packets a second of an untrusted port. DHCP messages of clients are rarer
  /// still: a client repeats one after 4, 8, 16 s (RFC 2131).
  static constexpr double kDhcpPerSecond = 15;
  static constexpr std::uint64_t kDhcpMessages = 50;

  /// Aruba's ip arp-throttle threshold: 30 ARP packets in 5 s.
  static constexpr std::uint64_t kArpAsked = 30;
  static constexpr double kArpPerSecond = 6;

  /// Sent to one place outside: so much, so many times what came back, and what any other pair sent out.
  static constexpr std::uint64_t kUploadBytes = 10'000'000;
  static constexpr double kUploadRatio = 10;
  static constexpr std::size_t kUploadPeers = 10;
};

}  // namespace netstray
