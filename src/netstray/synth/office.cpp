#include "netstray/synth/office.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace netstray {
namespace {

constexpr std::uint32_t kPeople = 40;
constexpr std::uint32_t kMachines = 4;
constexpr std::size_t kSites = 24;  // that one user visits

/// How busy an office is at each hour of a working day.
constexpr std::array<double, 24> kRhythm = {.02, .01, .01, .01, .01, .02, .1, .4,  .9, 1,   .95, .85,
                                            .6,  .8,  .95, .9,  .85, .6,  .3, .15, .1, .08, .05, .03};
constexpr double kWeekend = 0.08;

enum class Peer { site, name_server, mail_server, time_server, file_server, login_server };

/// A thing people do, as it looks on the wire.
struct Application {
  double weight;          // of a person's flows
  double machine_weight;  // of a machine's
  Peer peer;
  std::string_view proto, service;
  std::uint16_t port;
  LogNormal seconds, orig_bytes, resp_bytes;
};

constexpr std::array<Application, 10> kApplications = {{
    {.34, .10, Peer::site, "tcp", "ssl", 443, {2.5, 1.5}, {1'800, .9}, {14'000, 1.6}},
    {.05, .05, Peer::site, "tcp", "http", 80, {0.6, 1.3}, {520, .6}, {6'000, 1.6}},
    {.38, .30, Peer::name_server, "udp", "dns", 53, {0.012, .9}, {38, .25}, {110, .5}},
    {.06, .00, Peer::mail_server, "tcp", "imap", 993, {20, 1.4}, {2'400, .8}, {9'000, 1.6}},
    {.02, .05, Peer::mail_server, "tcp", "smtp", 25, {1.8, .9}, {14'000, 1.7}, {450, .4}},
    {.01, .03, Peer::login_server, "tcp", "ssh", 22, {420, 1.4}, {9'000, 1.0}, {26'000, 1.3}},
    {.04, .20, Peer::time_server, "udp", "ntp", 123, {0.004, .5}, {48, 0}, {48, 0}},
    {.08, .25, Peer::file_server, "tcp", "smb", 445, {35, 1.5}, {16'000, 1.6}, {60'000, 1.8}},
    {.01, .01, Peer::file_server, "icmp", "", 0, {0.8, 1.0}, {168, .5}, {168, .5}},
    {.01, .01, Peer::site, "udp", "quic", 443, {12, 1.3}, {3'500, .8}, {22'000, 1.6}},
}};

std::size_t draw(std::span<const double> cumulative, Rng& rng) {
  const double u = rng.uniform() * cumulative.back();
  const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), u);
  return std::min(static_cast<std::size_t>(at - cumulative.begin()), cumulative.size() - 1);
}

void accumulate(std::vector<double>& weights) {
  double sum = 0;
  for (double& weight : weights) weight = sum += weight;
}

bool is_weekend(TimeNs day) {
  constexpr TimeNs kThursday = 4;  // 1970-01-01, counted from Sunday
  const TimeNs weekday = (day / kDay + kThursday) % 7;
  return weekday == 0 || weekday == 6;
}

/// A site of the world outside, the popular ones first: number 0 to 399 in two of the ranges for documentation.
std::uint32_t site(std::uint64_t number) {
  const auto n = static_cast<std::uint32_t>(number);
  return n < 200 ? address(203, 0, 113, 10 + n) : address(198, 51, 100, 10 + n - 200);
}

std::uint32_t server(Peer peer) {
  switch (peer) {
    case Peer::name_server:
      return Office::kNameServer;
    case Peer::mail_server:
      return Office::kMailServer;
    case Peer::time_server:
      return Office::kTimeServer;
    case Peer::login_server:
      return Office::kLoginServer;
    case Peer::file_server:
      return Office::kFileServer;
    case Peer::site:
      break;
  }
  return Office::kWebServer;
}

/// What goes wrong on every network: no answer, a refusal, a reset.
void maybe_fail(MadeFlow& flow, Rng& rng) {
  const double luck = rng.uniform();
  if (flow.proto == "tcp") {
    if (luck < .004) return make_failed(flow, "S0", rng);
    if (luck < .007) return make_failed(flow, "REJ", rng);
    if (luck < .037) flow.state = "RSTO";
    if (luck >= .037 && luck < .052) flow.state = "RSTR";
    return;
  }
  if (luck < .012) {
    flow.state = "S0";
    flow.resp_bytes = 0;
    flow.resp_pkts = 0;
    flow.duration_us = 0;
  }
}

void fill_payload(MadeFlow& flow, const Application& application, Rng& rng) {
  flow.duration_us = application.seconds.draw_us(rng);
  flow.orig_bytes = application.orig_bytes.draw_bytes(rng);
  flow.resp_bytes = application.resp_bytes.draw_bytes(rng);
  if (flow.proto == "tcp") {
    flow.orig_pkts = tcp_packets(flow.orig_bytes, rng) + flow.resp_bytes / 2'800;  // every second one is acknowledged
    flow.resp_pkts = tcp_packets(flow.resp_bytes, rng) + flow.orig_bytes / 2'800;
  } else {
    flow.orig_pkts = 1 + flow.orig_bytes / 1'200;
    flow.resp_pkts = 1 + flow.resp_bytes / 1'200;
  }
}

}  // namespace

Office::Office(std::uint64_t seed, TimeNs start, unsigned days) : start_(start), days_(days) {
  for (std::uint32_t number = 0; number < kPeople + kMachines; ++number) {
    Rng rng = Rng::stream(seed, number);
    const bool person = number < kPeople;
    users_.push_back(person ? make_person(number, rng) : make_machine(number, rng));
    const double diligence = person ? LogNormal{1, .6}.draw(rng) : 1.0;
    activity_.push_back(diligence * users_.back().hours.back());
  }
  accumulate(activity_);
}

Office::User Office::make_person(std::uint32_t number, Rng& rng) const {
  User user;
  user.ip = address(10, 20, 1, 10 + number);
  const auto late = static_cast<unsigned>(rng.below(4));  // some come early, some late
  for (unsigned hour = 0; hour < days_ * 24; ++hour) {
    const bool weekend = is_weekend(start_ + static_cast<TimeNs>(hour) * kHour);
    user.hours.push_back(kRhythm[(hour + 25 - late) % 24] * (weekend ? kWeekend : 1));
  }
  accumulate(user.hours);
  for (const auto& application : kApplications) {
    user.applications.push_back(application.weight * LogNormal{1, .5}.draw(rng));
  }
  accumulate(user.applications);
  for (std::size_t i = 0; i < kSites; ++i) {
    const double popular = rng.uniform();
    user.sites.push_back(site(static_cast<std::uint64_t>(popular * popular * 400)));
  }
  return user;
}

Office::User Office::make_machine(std::uint32_t number, Rng& rng) const {
  User user;
  user.ip = address(10, 20, 2, 10 + number - kPeople);
  user.hours.assign(std::size_t{days_} * 24, .35);
  accumulate(user.hours);
  for (const auto& application : kApplications) {
    user.applications.push_back(application.machine_weight * LogNormal{1, .3}.draw(rng));
  }
  accumulate(user.applications);
  for (std::size_t i = 0; i < 4; ++i) user.sites.push_back(site(rng.below(40)));
  return user;
}

MadeFlow Office::ordinary_flow(Rng& rng) const {
  const User& user = users_[draw(activity_, rng)];
  const Application& application = kApplications[draw(user.applications, rng)];
  MadeFlow flow;
  const auto hour = static_cast<TimeNs>(draw(user.hours, rng));
  flow.time = start_ + hour * kHour + static_cast<TimeNs>(rng.below(kHour / kMicrosecond)) * kMicrosecond;
  flow.src_ip = user.ip;
  const double choice = rng.uniform();
  const auto favourite = static_cast<std::size_t>(choice * choice * static_cast<double>(user.sites.size()));
  flow.dst_ip = application.peer == Peer::site ? user.sites[favourite] : server(application.peer);
  flow.proto = application.proto;
  flow.service = application.service;
  flow.dst_port = application.port;
  flow.src_port = client_port(rng);
  if (application.service == "ntp") flow.src_port = application.port;
  if (application.proto == "icmp") flow.src_port = 8;  // echo request, as Zeek writes it
  fill_payload(flow, application, rng);
  maybe_fail(flow, rng);
  return flow;
}

std::uint32_t Office::some_user(Rng& rng) const { return users_[rng.below(kPeople)].ip; }

std::uint32_t Office::stranger(Rng& rng) { return address(192, 0, 2, static_cast<std::uint32_t>(1 + rng.below(254))); }

}  // namespace netstray
