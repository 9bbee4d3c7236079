#include "netstray/synth/log_user.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace netstray {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr double kUnannounced = .005;  // of the rows: asn 0
constexpr double kSleepless = .04;     // of the bursts: at any hour
constexpr double kNextOfBurst = .84;   // mean burst: 6 rows

struct PortShare {
  std::uint16_t port;
  double share;
};
/// What a university's users do. 0 stands for any high port.
constexpr std::array<PortShare, 12> kPorts{{{443, .60},
                                            {80, .11},
                                            {53, .06},
                                            {993, .04},
                                            {123, .03},
                                            {22, .03},
                                            {5228, .03},
                                            {587, .02},
                                            {8080, .02},
                                            {3478, .02},
                                            {25, .01},
                                            {0, .03}}};

std::uint16_t some_port(Rng& rng) {
  double at = rng.uniform();
  for (const auto& [port, share] : kPorts) {
    at -= share;
    if (at < 0) return port != 0 ? port : static_cast<std::uint16_t>(1024 + rng.below(64'512));
  }
  return 443;
}

struct CountryShare {
  std::string_view code;
  double share;
};
constexpr std::array<CountryShare, 9> kHomes{{{"PT", .72},
                                              {"BR", .07},
                                              {"ES", .05},
                                              {"FR", .03},
                                              {"AO", .03},
                                              {"DE", .03},
                                              {"GB", .03},
                                              {"IT", .02},
                                              {"US", .02}}};
/// Where sites are that anybody may like, besides those at home.
constexpr std::array<CountryShare, 8> kSites{
    {{"US", .46}, {"IE", .12}, {"NL", .10}, {"DE", .09}, {"GB", .08}, {"FR", .06}, {"ES", .06}, {"SE", .03}}};

template <std::size_t N>
std::size_t drawn(const std::array<CountryShare, N>& shares, const NetworkMap& map, Rng& rng) {
  double at = rng.uniform();
  for (const auto& [code, share] : shares) {
    at -= share;
    if (at < 0) return map.country(code);
  }
  return map.country(shares.front().code);
}

}  // namespace

LogUser::LogUser(const NetworkMap& map, Rng& rng)
    : map_(&map),
      home_(drawn(kHomes, map, rng)),
      wakes_(static_cast<unsigned>(6 + rng.below(5))),
      awake_(static_cast<unsigned>(10 + rng.below(7))),
      wanders_(rng.uniform(.02, .14)) {
  const auto count = 5 + rng.below(10);
  for (std::size_t i = 0; i < count; ++i) favourites_.push_back(new_service(rng));
}

LogUser::Service LogUser::new_service(Rng& rng) const {
  const auto port = some_port(rng);
  const bool near = port == 53 || port == 123 || port == 993 || port == 587;  // one's own provider
  const double where = rng.uniform();
  std::size_t country = home_;
  if (!near && where > .35) country = where < .93 ? drawn(kSites, *map_, rng) : map_->large_country(rng);
  return {port, map_->network(country, rng)};
}

LogUser::Service LogUser::next_service(Rng& rng) const {
  if (rng.uniform() < wanders_) return new_service(rng);
  // The k-th favourite is used half as often as the first k / 2 of them together, more or less.
  const double skewed = std::pow(rng.uniform(), 1.7) * static_cast<double>(favourites_.size());
  return favourites_[static_cast<std::size_t>(skewed)];
}

LogEvent LogUser::usual_place(Rng& rng) const {
  const auto& service = favourites_[rng.below(std::min<std::size_t>(3, favourites_.size()))];
  return {0, service.asn, service.port, 0};
}

std::int64_t LogUser::some_second(std::int64_t seconds, unsigned first_hour, bool awake, Rng& rng) const {
  for (int tries = 0; tries < 100; ++tries) {
    const auto second = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(seconds)));
    const auto hour = (static_cast<unsigned>(second / kHour) + first_hour) % 24;
    if (((hour + 24 - wakes_) % 24 < awake_) == awake) return second;
  }
  return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(seconds)));  // a log of an hour has no night
}

void LogUser::live(std::size_t count, std::int64_t seconds, unsigned first_hour, Rng& rng,
                   std::vector<LogEvent>& events) const {
  while (count > 0) {
    const bool at_any_hour = rng.uniform() < kSleepless;
    auto second = at_any_hour ? static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(seconds)))
                              : some_second(seconds, first_hour, true, rng);
    const auto [port, asn] = next_service(rng);
    do {
      events.push_back({second, rng.uniform() < kUnannounced ? 0U : asn, port, 0});
      second = std::min(seconds - 1, second + static_cast<std::int64_t>(rng.exponential() * 8));
    } while (--count > 0 && rng.uniform() < kNextOfBurst);
  }
}

}  // namespace netstray
