#include "netstray/synth/office_capture.h"

#include <algorithm>
#include <array>
#include <string>

#include "netstray/base/rng.h"
#include "netstray/synth/made_flow.h"

namespace netstray {
namespace {

constexpr TimeNs kMs = 1'000'000;
constexpr TimeNs kSecond = 1'000 * kMs;
constexpr TimeNs kMinute = 60 * kSecond;
constexpr TimeNs kHour = 60 * kMinute;
constexpr unsigned kPeople = 24;
constexpr unsigned kVisits = 10;  // of each
constexpr unsigned kSites = 60;
constexpr LogNormal kAsked{.median = 900, .spread = 0.7};
constexpr LogNormal kAnswered{.median = 6'000, .spread = 1.0};
constexpr std::int64_t kMostAnswered = 400'000;

constexpr std::array<std::string_view, 4> kAttacks = {"198.51.100.66 scans a thousand ports of the web server",
                                                      "198.51.100.23 guesses passwords of the login server",
                                                      "10.20.1.17 sends data out within questions to the name server",
                                                      "a second hardware address claims to be the gateway"};

class OfficeHour {
 public:
  explicit OfficeHour(const OfficeCaptureSettings& settings)
      : start_(settings.start), rng_(settings.seed), writer_(settings.seed) {}

  MadeTraffic make(bool attacked) {
    for (unsigned number = 1; number <= kPeople; ++number) add_person(person(number));
    for (TimeNs minute = 0; minute < 60; minute += 4) {
      writer_.add_arp(gateway_, hardware_address(gateway_), start_ + minute * kMinute);
    }
    if (attacked) {
      add_scan();
      add_guessing();
      add_tunnel();
      writer_.add_arp(gateway_, hardware_address(person(9)), start_ + 2'500 * kSecond);
      writer_.add_arp(gateway_, hardware_address(person(9)), start_ + 2'502 * kSecond);
    }
    return writer_.finish();
  }

 private:
  static IpAddress person(unsigned number) { return ipv4_address(10, 20, 1, number); }
  static IpAddress site(std::uint64_t number) {
    return number < kSites / 2 ? ipv4_address(192, 0, 2, 1 + static_cast<unsigned>(number))
                               : ipv4_address(203, 0, 113, 1 + static_cast<unsigned>(number));
  }
  TimeNs some_time() { return start_ + static_cast<TimeNs>(rng_.below(static_cast<std::uint64_t>(kHour))); }
  std::uint16_t next_port() { return static_cast<std::uint16_t>(40'000 + ports_++ % 20'000); }

  void add_person(const IpAddress& who) {
    for (unsigned visit = 0; visit < kVisits; ++visit) add_visit(who, some_time());
    writer_.add_arp(who, hardware_address(who), some_time());
    if (rng_.below(4) == 0) writer_.add(PingStory{.originator = who, .responder = gateway_, .start = some_time()});
  }

  void add_visit(const IpAddress& who, TimeNs time) {
    const std::uint64_t number = std::min(rng_.below(kSites), rng_.below(kSites));  // some are visited more
    writer_.add_dns({who, name_server_, next_port(), 53}, time, "www" + std::to_string(number) + ".example.org");
    const std::uint64_t connections = 1 + rng_.below(3);
    for (std::uint64_t i = 0; i < connections; ++i) {
      TcpStory story;
      story.ends = {who, site(number), next_port(), 443};
      story.start = time + static_cast<TimeNs>(30 + rng_.below(400)) * kMs;
      story.sent_bytes = static_cast<std::uint64_t>(kAsked.draw_bytes(rng_));
      story.received_bytes = static_cast<std::uint64_t>(std::min(kAnswered.draw_bytes(rng_), kMostAnswered));
      writer_.add(story);
    }
  }

  void add_scan() {
    ScanStory scan;
    scan.scanner = ipv4_address(198, 51, 100, 66);
    scan.target = ipv4_address(10, 20, 0, 80);
    scan.start = start_ + 600 * kSecond;
    scan.open_ports = {80, 443};
    scan.gap = 20 * kMs;
    writer_.add(scan);
  }

  void add_guessing() {
    constexpr unsigned kGuesses = 90;
    for (unsigned i = 0; i < kGuesses; ++i) {
      TcpStory story;
      story.ends = {ipv4_address(198, 51, 100, 23), ipv4_address(10, 20, 0, 22), next_port(), 22};
      story.start = start_ + 1'200 * kSecond + TimeNs{i} * 3 * kSecond;
      story.sent_bytes = 1'900 + rng_.below(60);
      story.received_bytes = 2'400 + rng_.below(60);
      writer_.add(story);
    }
  }

  void add_tunnel() {
    UdpStory story;
    story.ends = {person(17), name_server_, next_port(), 53};
    story.start = start_ + 1'800 * kSecond;
    story.datagrams = story.answers = 240;
    story.sent_size = 176;
    story.received_size = 224;
    story.gap = 500 * kMs;
    writer_.add(story);
  }

  const IpAddress gateway_ = ipv4_address(10, 20, 0, 1);
  const IpAddress name_server_ = ipv4_address(10, 20, 0, 53);

  TimeNs start_;
  Rng rng_;
  TrafficWriter writer_;
  unsigned ports_ = 0;
};

}  // namespace

std::span<const std::string_view> office_attacks() noexcept { return kAttacks; }

MadeTraffic make_office_capture(const OfficeCaptureSettings& settings) {
  return OfficeHour(settings).make(settings.attacked);
}

}  // namespace netstray
